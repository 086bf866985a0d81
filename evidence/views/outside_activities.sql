-- title: 有据可查的对外活动 | Documented activities with a named counterpart and a conclusion
-- Documented as in documented_activities: owner then employed, output on file, reviewed by a second person.
select a.*
from documented_activities as a
where a.counterpart_type is distinct from 'none' and a.counterpart_name is not null and a.outcome in ('action', 'no_action')
