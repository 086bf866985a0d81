-- title: 工作日 | Working days of the published calendar
select w.*
from work_calendar as w
where w.is_workday
