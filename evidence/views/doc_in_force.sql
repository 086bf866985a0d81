-- title: 现行有效文件 | Documents in force: on file, approved by somebody other than the owner, effective
select d.*
from doc_filed as d
where d.approved_by is not null
  and d.approved_by <> d.owner_id
  and d.effective_from <= :as_of
  and (d.effective_to is null or d.effective_to >= :as_of)
