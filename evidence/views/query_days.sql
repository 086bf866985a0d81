-- title: 每日查询量（账号、系统、类别、动作） | Queries a day: by account, system, category and action
-- key: identity_id, system_id, data_class, action, day
-- The log is added up first: it may hold millions of events.
select l.identity_id as identity_id, l.system_id as system_id, l.data_class as data_class, l.action as action, l.occurred_at::date as day,
  min(l._row) as _row, max(l.row_count) as largest, sum(l.row_count) as total, count(*) - count(l.row_count) as uncounted
from access_log as l
where l.client_id is not null and l.result is distinct from 'denied' and l.action in ('query', 'export', 'print')
  and l.occurred_at >= :as_of - 92 and l.occurred_at <= :as_of_at
group by l.identity_id, l.system_id, l.data_class, l.action, l.occurred_at::date
