-- title: 须做影响评估的处理活动 | Processing of the firm's own account that needs an impact assessment, one member an activity and trigger
-- key: activity_code, trigger
-- The firm's clients assess what they entrust to it (PIPL art. 55 binds processors); an unknown role counts as processor,
-- an unknown answer about a trigger as yes.
select p._row as _row, p.activity_code as activity_code, p.name as name, t.trigger as trigger, p.started_on as started_on, p.changed_on as changed_on, p.ended_on as ended_on, p.status as status
from processing_activity as p
cross join unnest(['sensitive', 'automated_decision', 'entrustment', 'provision', 'publication', 'cross_border', 'major_impact']) as t(trigger)
where p.involves_pi is not false
  and p.role is distinct from 'entrusted'
  and p.status is distinct from 'planned'
  and case t.trigger
    when 'sensitive' then p.sensitive
    when 'automated_decision' then p.automated_decision
    when 'entrustment' then p.entrusted_out
    when 'provision' then p.provided_to_others
    when 'publication' then p.made_public
    when 'cross_border' then p.cross_border
    else p.major_impact
  end is not false
