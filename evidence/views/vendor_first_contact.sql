-- title: 合作方首次接触客户信息的日期 | The day each partner was first exposed to client information
-- optional: transfer_log, identity
-- key: vendor_id
select u.vendor_id as vendor_id, min(u.day) as first_on
from (
  select v.vendor_id as vendor_id, v.onboarded_on as day from vendor as v
  union all
  select t.recipient_id, t.occurred_at::date from transfer_log as t where t.recipient_type = 'vendor' and t.outcome is distinct from 'blocked' and t.outcome is distinct from 'failed'
  union all
  select i.person_id, i.created_at::date from identity as i where i.person_type = 'vendor_user'
) as u
where u.vendor_id is not null and u.day is not null
group by u.vendor_id
