-- title: 有据可查的内部活动 | Internal activities with an owner then employed, a filed output and a second person's review
select a.*, h.headcount as headcount
from activity_register as a
join (
  select b.activity_id as activity_id, count(*) as headcount, bool_or(e.employee_id = b.owner_id) as owner_employed
  from activity_register as b
  join employees as e on e.hire_date <= b.held_on and (e.leave_date is null or e.leave_date > b.held_on)
  group by b.activity_id
) as h on h.activity_id = a.activity_id and h.owner_employed
where a.output_doc_id in (select d.doc_id from doc_filed as d)
  and a.reviewed_by is not null and a.reviewed_by <> a.owner_id
