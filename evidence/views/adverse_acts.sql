-- title: 对员工不利的处理 | Acts against a member of staff: leaving, sanction, poor appraisal
-- key: person_id, act, act_on
select e.employee_id as person_id, 'leaving' as act, e.leave_date as act_on
from employees as e where e.leave_date is not null
union
select v.subject_id as person_id, v.decision as act, coalesce(v.decided_on, v.discovered_on) as act_on
from violation_register as v where v.subject_type = 'employee' and v.subject_id is not null and v.decision in ('warning', 'demotion', 'dismissal', 'fine')
union
select p.employee_id as person_id, 'poor_rating' as act, p.completed_on as act_on
from appraisal as p where p.overall_rating = 'poor'
