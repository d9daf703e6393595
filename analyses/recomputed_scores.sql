{#-
    Analyst: what would another scorecard version have said, and can a past day be recomputed?
    Any past days under any scorecard version, computed again from what history stores of them,
    beside what was published. Where the version is the one that scored the day, both are the
    same; where it is another, this is what it would have said.

    It reads the warehouse: with the environment active, while no build runs,

        dbt show --select recomputed_scores --limit -1 --output json --vars '{...}'

    Parameters, here or in --vars:
-#}

{#- first and last day; none are the latest day of history -#}
{%- set first_day = var('recompute_from', none) -%}
{%- set last_day = var('recompute_to', first_day) -%}

{#- scorecard and version, such as default and 2; none are those that scored the day -#}
{%- set scorecard = var('recompute_scorecard', none) -%}
{%- set version = var('recompute_version', none) -%}

{#- one account; none is all -#}
{%- set account = var('recompute_account', none) -%}

{#- anything but a date is refused -#}
{%- set day = modules.datetime.date.fromisoformat -%}

with

days as (

    select
        {%- for name, value in {'first_day': first_day, 'last_day': last_day}.items() %}
        {%- if value %}
        cast('{{ day(value | string) }}' as date) as {{ name }},
        {%- else %}
        max(snapshot_date) as {{ name }},
        {%- endif %}
        {%- endfor %}
        count(*) as stored_rows

    from {{ ref('account_health_daily') }}

),

published as (

    select account_health.*

    from {{ ref('account_health_daily') }} as account_health

    inner join days
        on
            account_health.snapshot_date >= days.first_day
            and account_health.snapshot_date <= days.last_day

    {%- if account %}

    where account_health.account_id = '{{ account }}'
    {%- endif %}

),

account_versions as (

    select
        account_id,
        snapshot_date,
        {%- if scorecard %}
        '{{ scorecard }}' as scorecard,
        cast({{ version }} as int) as scorecard_version
        {%- else %}
        scorecard,
        scorecard_version
        {%- endif %}

    from published

),

recomputed as (

    {{ recomputed_health('account_versions') }}

)

select
    recomputed.*,
    published.scorecard as published_scorecard,
    published.scorecard_version as published_scorecard_version,
    published.health_score as published_health_score,
    published.uncapped_health_score as published_uncapped_health_score,
    published.coverage as published_coverage,
    published.applicable_share as published_applicable_share,
    published.relationship_score as published_relationship_score,
    published.impact_score as published_impact_score,
    {{ rounded('recomputed.health_score - published.health_score', 4) }} as difference

from recomputed

inner join published
    on
        recomputed.account_id = published.account_id
        and recomputed.snapshot_date = published.snapshot_date

order by recomputed.snapshot_date, recomputed.account_id
