-- One row per raw row of survey.responses, with what became of it.

select * from {{ source('survey', 'responses') }}
