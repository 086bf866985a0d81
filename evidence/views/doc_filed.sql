-- title: 在档且哈希复核一致的文件 | Documents on file whose digest was recomputed and agrees
-- The digest must have been recomputed within 92 days: one quarter.
select d.*
from document_register as d
where d.sha256 is not null
  and d.hash_ok
  and d.hash_verified_at >= :as_of - 92
  and d.hash_verified_at <= :as_of_at
