-- title: 服务中的客户（申报与实测合并） | Clients being served: declared or observed
-- optional: access_log, collection_record
select c.*
from clients as c
where c.status is distinct from 'prospect' and (c.service_start <= :as_of) is not false and (c.service_end is null or c.service_end >= :as_of) and c.status is distinct from 'ended'
  or c.status is distinct from 'ended' and (
    c.client_id in (select l.client_id from access_log as l where l.occurred_at >= :as_of - 90 and l.occurred_at <= :as_of_at)
    or c.client_id in (select r.client_id from collection_record as r where r.collected_at >= :as_of - 90 and r.collected_at <= :as_of_at)
  )
