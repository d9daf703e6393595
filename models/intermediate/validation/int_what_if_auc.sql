-- One row per candidate scorecard version with an account that was observed: how well
-- its scores of the ends of months tell who was lost, and the published ones of the
-- same accounts and days.

{%- set candidate = ['scorecard', 'scorecard_version'] %}

with

{%- for relation in ['candidate', 'published'] %}

{{ relation }}_risks as (

    select
        *,
        {{ relation }}_risk as risk

    from {{ ref('int_what_if_risks') }}

),

{{ relation }}_influences as (

    {{ auc_influences(relation ~ '_risks', candidate) }}

),

{{ relation }}_aucs as (

    {{ auc_summaries(relation ~ '_influences', candidate) }}

),
{%- endfor %}

differences as (

    {{ auc_differences('candidate_influences', 'published_influences', candidate) }}

)

select
    candidate_aucs.*,
    published_aucs.auc as published_auc,
    differences.difference,
    differences.difference_low,
    differences.difference_high

from candidate_aucs

inner join published_aucs
    on
        candidate_aucs.scorecard = published_aucs.scorecard
        and candidate_aucs.scorecard_version = published_aucs.scorecard_version

left join differences
    on
        candidate_aucs.scorecard = differences.scorecard
        and candidate_aucs.scorecard_version = differences.scorecard_version
