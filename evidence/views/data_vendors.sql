-- title: 接触客户信息的合作方（申报与实测合并） | Partners that receive client information: declared or observed
-- optional: transfer_log, identity
select v.*
from vendor as v
where v.status is distinct from 'terminated' and v.status is distinct from 'candidate' and v.accesses_client_data is not false
  or v.vendor_id in (select t.recipient_id from transfer_log as t where t.recipient_type = 'vendor' and t.outcome is distinct from 'failed' and t.outcome is distinct from 'blocked' and t.occurred_at >= :as_of - 90 and t.occurred_at <= :as_of_at)
  or v.vendor_id in (select i.person_id from identity as i where i.person_type = 'vendor_user' and i.enabled is not false)
