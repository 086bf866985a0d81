-- title: 现任职务任命 | Appointments that hold today, their holders still employed
select a.*, e.org_unit_id as home_unit_id
from appointment_register as a
join active_employees as e on e.employee_id = a.employee_id
where a.valid_from <= :as_of and (a.valid_to is null or a.valid_to >= :as_of)
