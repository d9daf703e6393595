{#-
    Analyst, question 3 of any two days: what changed, and was it the customer, missing data, our
    own configuration or a cap? What health_changes says of 1, 7, 28 and 90 days, of the two days
    that are set here. The four parts add up to the change.

    It reads the warehouse: with the environment active, while no build runs,

        dbt show --select what_changed_between_two_days --limit -1 --output json \
            --vars '{...}'

    Parameters, here or in --vars:
-#}

{#- the two days; none are the first and the last day of history -#}
{%- set first_day = var('change_from', none) -%}
{%- set last_day = var('change_to', none) -%}

{#- one account; none is all -#}
{%- set account = var('change_account', none) -%}

{#- anything but a date is refused -#}
{%- set day = modules.datetime.date.fromisoformat -%}

with

days as (

    select
        {%- if first_day %}
        cast('{{ day(first_day | string) }}' as date) as first_day,
        {%- else %}
        min(snapshot_date) as first_day,
        {%- endif %}
        {%- if last_day %}
        cast('{{ day(last_day | string) }}' as date) as last_day
        {%- else %}
        max(snapshot_date) as last_day
        {%- endif %}

    from {{ ref('account_health_daily') }}

),

-- who was there on either day
pairs as (

    select distinct
        account_health.account_id,
        days.first_day,
        days.last_day

    from {{ ref('account_health_daily') }} as account_health

    inner join days
        on
            account_health.snapshot_date = days.first_day
            or account_health.snapshot_date = days.last_day

    {%- if account %}

    where account_health.account_id = '{{ account }}'
    {%- endif %}

),

changes as (

    {{ explained_changes('pairs') }}

)

select * from changes

order by change asc nulls last, account_id asc
