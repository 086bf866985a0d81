-- title: 每日访问客户信息的情况（账号、系统、客户） | Access to client information a day: by account, system and client
-- key: identity_id, system_id, client_id, day
-- The log is added up first: it may hold millions of events.
select l.identity_id as identity_id, l.system_id as system_id, l.client_id as client_id, l.occurred_at::date as day,
  min(l._row) as _row, min(l.occurred_at) as first_at, count(*) as events
from access_log as l
where l.client_id is not null and l.result is distinct from 'denied' and l.occurred_at >= :as_of - 92 and l.occurred_at <= :as_of_at
group by l.identity_id, l.system_id, l.client_id, l.occurred_at::date
