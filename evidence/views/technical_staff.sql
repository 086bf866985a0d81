-- title: 技术岗人员 | Staff in technical positions
-- A position whose kind is unknown counts in.
select e.*
from active_employees as e
where e.position_id in (select p.position_id from positions as p where p.technical is not false)
  or e.position_id not in (select p.position_id from positions as p)
