-- title: 近九十天接触客户信息的人（日志实测） | People seen in the access log with client information in the last 90 days
-- key: person_id, client_id
select i.person_id as person_id, l.client_id as client_id, min(l.occurred_at) as first_at, max(l.occurred_at) as last_at, count(*) as events
from access_log as l
join identity as i on i.identity_id = l.identity_id
where l.client_id is not null and i.person_id is not null and l.occurred_at >= :as_of - 90 and l.occurred_at <= :as_of_at
group by i.person_id, l.client_id
