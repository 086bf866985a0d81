-- title: 离职后的访问、外发与刷卡 | Access, transfers and door passages of people after their last day
-- optional: access_log, transfer_log, door_log, badge
-- The identities of leavers are few, so the big logs are filtered by them first.
select l._row as _row, p.employee_id as person_id, 'access_log' as source, l.event_id as event_id, l.occurred_at as occurred_at
from access_log as l
join identity as i on i.identity_id = l.identity_id and i.person_type = 'employee'
join leavers as p on p.employee_id = i.person_id
where l.result is distinct from 'denied' and l.occurred_at >= p.leave_date + 1 and l.occurred_at <= :as_of_at
union all
select t._row as _row, p.employee_id as person_id, 'transfer_log' as source, t.transfer_id as event_id, t.occurred_at as occurred_at
from transfer_log as t
join identity as i on i.identity_id = t.sender_identity_id and i.person_type = 'employee'
join leavers as p on p.employee_id = i.person_id
where t.outcome is distinct from 'blocked' and t.outcome is distinct from 'failed' and t.occurred_at >= p.leave_date + 1 and t.occurred_at <= :as_of_at
union all
select d._row as _row, p.employee_id as person_id, 'door_log' as source, d.event_id as event_id, d.occurred_at as occurred_at
from door_log as d
join (select distinct b.badge_id as badge_id, b.person_id as person_id from badge as b where b.person_type = 'employee') as c on c.badge_id = d.badge_id
join leavers as p on p.employee_id = c.person_id
where d.result is distinct from 'denied' and d.occurred_at >= p.leave_date + 1 and d.occurred_at <= :as_of_at
