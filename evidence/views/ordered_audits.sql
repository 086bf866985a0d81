-- title: 主管部门要求的合规审计 | Compliance audits that an authority ordered
-- An audit of unknown mode counts in.
select a.*
from compliance_audit as a
where a.mode is distinct from 'internal' and a.mode is distinct from 'external' and (a.ordered_on <= :as_of) is not false
