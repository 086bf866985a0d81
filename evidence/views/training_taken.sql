-- title: 培训记录（含课程） | Training taken, with the course it belongs to
-- A kept score must reach the pass mark; without a score the mark given by the trainer counts.
select l.*, c.topic as topic, c.method as method, c.content_updated_on as content_updated_on,
  l.passed and (l.score >= c.pass_mark) is not false as passed_course,
  c.material_doc_id in (select d.doc_id from doc_filed as d) as material_filed
from training_log as l
join course_catalog as c on c.course_id = l.course_id
where l.completed_on <= :as_of
