-- title: 保密专员的实际任期 | When a confidentiality officer really held the office
-- A term needs an appointment on file and ends with employment; someone marked as gone without a date has no term.
select a.*,
  greatest(a.valid_from, e.hire_date) as serves_from,
  least(coalesce(a.valid_to, date '9999-12-31'), coalesce(e.leave_date - 1, date '9999-12-31')) as serves_to
from appointment_register as a
join employees as e on e.employee_id = a.employee_id
where a.role = 'confidentiality_officer'
  and a.doc_id in (select d.doc_id from doc_filed as d)
  and (e.status is distinct from 'left' or e.leave_date is not null)
