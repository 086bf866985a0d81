-- title: 正在开展的处理活动 | Processing activities that are carried on
-- An unknown status counts in, so that a blank cell cannot take an activity out of a check.
select p.*
from processing_activity as p
where p.status is distinct from 'planned' and p.status is distinct from 'retired'
