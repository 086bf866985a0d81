-- title: 现行有效且在档的合作保密协议 | Partner agreements with a duty of confidentiality, in force and on file
select a.*
from vendor_agreement as a
where a.clause_confidentiality and a.effective_from <= :as_of and (a.effective_to is null or a.effective_to >= :as_of)
  and a.doc_id in (select d.doc_id from doc_filed as d)
