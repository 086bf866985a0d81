-- title: 工作日累计（日历无缺口的一段内） | Working days counted up, within a stretch of the calendar without a gap
-- Two days of one stretch differ in n by the working days between them; a day missing from the calendar starts another stretch.
select w._row as _row, w.day as day, w.day - (row_number() over (order by w.day))::int as stretch,
  sum(case when w.is_workday then 1 else 0 end) over (order by w.day) as n
from work_calendar as w
