-- title: 各系统每日日志条数 | Log events of each system by day, of the last 400 days
-- key: system_id, day
-- Aggregated once: the access log is the one table that grows to millions of rows.
select l.system_id as system_id, l.occurred_at::date as day, count(*) as events
from access_log as l
where l.system_id is not null and l.occurred_at >= :as_of - 400 and l.occurred_at <= :as_of_at
group by l.system_id, l.occurred_at::date
