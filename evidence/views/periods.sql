-- title: 已结束的日历期间（月、季、半年、年） | Complete calendar periods before the day of the assessment
-- key: unit, period_start
-- n counts back from 1, the last complete one; a skipped period is therefore a row of its own.
select u.unit as unit, s.n as n, s.first_day as period_start, s.next_day - 1 as period_end
from (select unnest(['month', 'quarter', 'half_year', 'year']) as unit, unnest([1, 3, 6, 12]) as months) as u
cross join lateral (
  select k.n as n,
    (make_date(year(:as_of), 1 + (month(:as_of) - 1) // u.months * u.months, 1) - to_months(u.months * k.n))::date as first_day,
    (make_date(year(:as_of), 1 + (month(:as_of) - 1) // u.months * u.months, 1) - to_months(u.months * (k.n - 1)))::date as next_day
  from (select unnest(generate_series(1, 24))::int as n) as k
) as s
