-- title: 指标读数与阈值比对 | Readings of indicators against their thresholds
-- A reading beyond its threshold is off target; without value, threshold or direction it is unknown.
select m.*,
  case m.direction when 'max' then m.value > m.threshold when 'min' then m.value < m.threshold end as off_target
from metric_reading as m
