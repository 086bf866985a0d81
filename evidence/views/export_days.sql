-- title: 各人每日导出与打印行数 | Rows exported or printed by each person by day, of the last 400 days
-- key: person_id, day
-- A row count that was not logged is unknown; `counted` says whether the sum is whole.
select i.person_id as person_id, l.occurred_at::date as day, min(l.occurred_at) as first_at, max(l.occurred_at) as last_at,
  sum(coalesce(l.row_count, 0)) as exported_rows, count(*) = count(l.row_count) as counted
from access_log as l
join identity as i on i.identity_id = l.identity_id
where l.action in ('export', 'print') and l.result is distinct from 'denied' and i.person_id is not null
  and l.occurred_at >= :as_of - 400 and l.occurred_at <= :as_of_at
group by i.person_id, l.occurred_at::date
