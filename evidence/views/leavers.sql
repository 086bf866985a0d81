-- title: 已离职人员 | People who have left
select e.*
from employees as e
where e.leave_date <= :as_of
