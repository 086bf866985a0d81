-- title: 启用中的账号 | Accounts that are enabled, or not known to be disabled
select i.*
from identity as i
where i.enabled is not false
