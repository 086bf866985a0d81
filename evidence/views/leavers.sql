-- title: 已离职人员 | People who have left
-- Somebody marked as gone without a date counts in: blanking the date cannot hide a leaver.
select e.*
from employees as e
where e.leave_date <= :as_of or e.status = 'left'
