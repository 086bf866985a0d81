-- title: 未关闭的高等级风险 | Risks that are open and high or critical
-- An unknown status or level counts in, so that a blank cell cannot take a risk out of a check.
select r.*
from risk_register as r
where r.status is distinct from 'closed'
  and (r.inherent_level in ('high', 'critical')) is not false
