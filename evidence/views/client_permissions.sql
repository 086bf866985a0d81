-- title: 客户信息系统上的实际权限（含账号与岗位） | Rights in force on assets with client information, with account and position
select p._row as _row, p.identity_id as identity_id, p.system_id as system_id, p.permission as permission, p.action as action, p.data_class as data_class,
  p.client_id as client_id, p.snapshot_at as snapshot_at, i.person_type as person_type, i.person_id as person_id, i.privileged as privileged, e.position_id as position_id
from effective_permission as p
left join identity as i on i.identity_id = p.identity_id
left join employees as e on e.employee_id = i.person_id
where p.system_id in (select asset_id from client_assets)
