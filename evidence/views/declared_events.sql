-- title: 各台账的事件日期 | Days of the entries of every event register that a nil return may speak of
-- optional: incident, incident_scope, violation_register, feedback_case, report_case, alert, regulatory_matter, law_change, legal_consultation, transfer_log
-- key: table_name, day
select 'incident' as table_name, detected_at::date as day from incident
union select 'incident_scope', determined_at::date from incident_scope
union select 'violation_register', discovered_on from violation_register
union select 'feedback_case', received_at::date from feedback_case
union select 'report_case', received_at::date from report_case
union select 'alert', raised_at::date from alert
union select 'regulatory_matter', received_on from regulatory_matter
union select 'law_change', published_on from law_change
union select 'legal_consultation', requested_on from legal_consultation
union select 'transfer_log', occurred_at::date from transfer_log
