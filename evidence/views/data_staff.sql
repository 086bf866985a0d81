-- title: 接触客户信息的人员（申报与实测合并） | Staff who touch client information: declared or observed
-- optional: access_log, custody_register, effective_permission, identity, db_column, data_holding
select e.*
from active_employees as e
where e.position_id in (select p.position_id from positions as p where p.client_data is not false)
  or e.position_id not in (select p.position_id from positions as p)
  or e.employee_id in (select g.employee_id from assignment as g where (g.valid_from <= :as_of) is not false and (g.valid_to is null or g.valid_to >= :as_of))
  or e.employee_id in (select c.holder_id from custody_register as c where c.returned_at is null)
  or e.employee_id in (select r.person_id from recent_access as r)
  or e.employee_id in (
    select i.person_id
    from identity as i
    join effective_permission as p on p.identity_id = i.identity_id
    join client_assets as a on a.asset_id = p.system_id
    where i.enabled is not false and i.person_id is not null
  )
