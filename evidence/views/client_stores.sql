-- title: 存储资源（对象存储、数据库、磁盘） | Stores: buckets, databases and volumes
-- optional: object_storage, database, block_volume
select s._row as _row, s.resource_id as resource_id, 'object_storage' as store_kind, s.asset_id as asset_id, s.account_id as account_id,
  s.encrypted as encrypted, s.encryption_algorithm as encryption_algorithm, s.kms_key_id as kms_key_id, s.public_access as public_access
from object_storage as s
union all
select d._row, d.resource_id, 'database', d.asset_id, d.account_id, d.encrypted, d.encryption_algorithm, d.kms_key_id, d.public_access
from database as d
union all
select v._row, v.resource_id, 'block_volume', v.asset_id, v.account_id, v.encrypted, v.encryption_algorithm, v.kms_key_id, false
from block_volume as v
