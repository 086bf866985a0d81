-- title: 存放客户信息系统日志的日志库 | Log stores that keep the logs of client-data systems
select s.*
from log_store as s
where s.log_store_id in (select l.log_store_id from log_source as l join client_assets as a on a.asset_id = l.system_id where l.log_store_id is not null)
