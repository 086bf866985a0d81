-- title: 最近一次合规审计 | The latest finished compliance audit, with how many in a row went to the same agency and the same lead auditor
-- Agencies of one group are one agency (PIAUD art. 15). The firm's own auditors are not agencies.
select a._row as _row, a.audit_id as audit_id, a.mode as mode, a.finished_on as finished_on, a.responsible_id as responsible_id, a.agency as agency, a.lead_auditor as lead_auditor,
  row_number() over (partition by a.agency, a.agency_run order by a.finished_on, a.audit_id) as agency_times,
  row_number() over (partition by a.lead_auditor, a.lead_run order by a.finished_on, a.audit_id) as lead_times,
  row_number() over (order by a.finished_on desc, a.audit_id desc) as back
from (
  select c._row as _row, c.audit_id as audit_id, c.mode as mode, c.finished_on as finished_on, c.responsible_id as responsible_id, coalesce(c.agency_group, c.agency_id) as agency, c.lead_auditor as lead_auditor,
    row_number() over (order by c.finished_on, c.audit_id) - row_number() over (partition by coalesce(c.agency_group, c.agency_id) order by c.finished_on, c.audit_id) as agency_run,
    row_number() over (order by c.finished_on, c.audit_id) - row_number() over (partition by c.lead_auditor order by c.finished_on, c.audit_id) as lead_run
  from compliance_audit as c
  where c.finished_on <= :as_of
) as a
qualify back = 1
