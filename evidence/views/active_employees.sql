-- title: 在职人员（含合同工、实习与派遣） | Active employees, contractors, interns and dispatched staff included
-- An unknown hire date or status counts in, so that a blank cell cannot take a person out of a check.
select e.*
from employees as e
where (e.hire_date <= :as_of) is not false
  and (e.leave_date is null or e.leave_date > :as_of)
  and e.status is distinct from 'left'
