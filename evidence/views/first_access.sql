-- title: 首次接触客户信息的时间 | When each person first had access to client information
-- optional: access_grant, custody_register, access_log, identity
-- key: person_id
select f.person_id as person_id, min(f.at_moment) as first_at
from (
  select i.person_id as person_id, g.effective_at as at_moment from access_grant as g join identity as i on i.identity_id = g.identity_id
  union all
  select a.employee_id as person_id, a.valid_from::timestamp as at_moment from assignment as a
  union all
  select c.holder_id as person_id, c.received_at as at_moment from custody_register as c
  union all
  select i.person_id as person_id, l.occurred_at as at_moment from access_log as l join identity as i on i.identity_id = l.identity_id where l.client_id is not null
) as f
where f.person_id is not null and f.at_moment is not null
group by f.person_id
