-- title: 存放客户信息的资产（申报与实测合并） | Assets that hold client information: declared, scanned or observed
-- optional: db_column, data_holding, access_log
select a.*
from asset_inventory as a
where a.status is distinct from 'retired'
  and (
    a.contains_client_data is not false
    or a.asset_id in (select c.system_id from db_column as c where c.data_class is distinct from 'none')
    or a.asset_id in (select h.asset_id from data_holding as h where h.anonymised is not true)
    or a.asset_id in (select l.system_id from access_log as l where l.client_id is not null and l.occurred_at >= :as_of - 90 and l.occurred_at <= :as_of_at)
  )
