-- One row per raw row of survey.invitations, with what became of it.

select * from {{ source('survey', 'invitations') }}
