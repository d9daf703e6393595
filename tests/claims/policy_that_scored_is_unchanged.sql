-- A published scorecard version, cap, version of the bands or of the stages that has
-- scored is never edited, and nothing new holds on days that stay as they are: they
-- could not be computed again. policy_ledger has what they were scored with.

select * from {{ ref('int_policy_edits') }}
