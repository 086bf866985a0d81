-- title: 本所作为处理者的人数（最近一次盘点） | How many persons the firm processes as processor, by the latest count
-- A count of unknown role counts in; counts of entrusted information (clients' staff) do not, the clients answer for those.
select v.*
from pi_volume as v
where v.role is distinct from 'entrusted' and v.counted_on = (select max(w.counted_on) from pi_volume as w where w.role is distinct from 'entrusted' and w.counted_on <= :as_of)
