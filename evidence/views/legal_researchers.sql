-- title: 现任法规研究人员 | People appointed today to follow the law, the appointment on file
select c.*
from current_appointments as c
where c.role = 'legal_research' and c.doc_id in (select d.doc_id from doc_filed as d)
