-- title: 工作日累计 | Working days counted up to each day of the calendar
-- key: day
-- Two days are comparable when they share a run: a day missing from the calendar between them leaves the count unknown.
select c.day as day, c.workdays as workdays, c.run as run, c.workdays as n, c.run as stretch
from (
  select w.day as day,
    sum(case when w.is_workday then 1 else 0 end) over (order by w.day) as workdays,
    w.day - (row_number() over (order by w.day))::int as run
  from (select k.day as day, k.is_workday as is_workday from work_calendar as k where k.day is not null and k.is_workday is not null) as w
) as c
