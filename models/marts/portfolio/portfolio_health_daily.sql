-- One row per day per segment, owner, region, service tier and industry that has
-- accounts: how many, with which revenue, in which band, and their score. Rows add up:
-- means of several rows are sums divided by sums.

{{ config(
    materialized='incremental',
    unique_key='snapshot_date',
    partition_by=('snapshot_date' if target.type == 'spark' else none),
    full_refresh=false,
    on_schema_change='fail',
) }}

{%- set colours = ['green', 'yellow', 'orange', 'red', 'unscored'] %}

with

account_health_daily as (

    select * from {{ ref('account_health_daily') }}

),

bands as (

    select distinct
        band,
        colour

    from {{ ref('health_bands') }}

    where min_score is not null

),

-- what the run has scored, and what an earlier one has not brought as far as here
days_due as (

    select
        snapshot_date,
        run_id

    from {{ ref('int_stored_days') }}

    {%- if is_incremental() %}

    except

    select
        snapshot_date,
        run_id

    from {{ this }}

    {%- endif %}

),

account_health as (

    select
        days_due.snapshot_date,
        days_due.run_id,

        -- what is unknown is a group of its own
        {%- for attribute in ['segment', 'owner_id', 'region', 'service_tier',
            'industry'] %}
        coalesce(account_health_daily.{{ attribute }}, 'unknown') as {{ attribute }},
        {%- endfor %}
        account_health_daily.health_score,
        account_health_daily.coverage,
        coalesce(bands.colour, 'unscored') as colour,
        account_health_daily.arr,

        -- what no revenue stands behind has no weight
        case
            when
                account_health_daily.arr > 0
                and account_health_daily.health_score is not null
                then account_health_daily.arr
        end as scored_arr

    from account_health_daily

    inner join days_due
        on account_health_daily.snapshot_date = days_due.snapshot_date

    left join bands
        on account_health_daily.health_band = bands.band

),

sums as (

    select
        snapshot_date,
        segment,
        owner_id,
        region,
        service_tier,
        industry,
        run_id,
        cast(count(*) as bigint) as accounts,
        cast(count(health_score) as bigint) as scored_accounts,
        cast(count(*) - count(arr) as bigint) as accounts_without_arr,
        {%- for colour in colours %}
        cast(sum(case when colour = '{{ colour }}' then 1 else 0 end) as bigint)
            as {{ colour }}_accounts,
        {{ exact_sum("case when colour = '" ~ colour ~ "' then arr else 0 end", 2) }}
            as {{ colour }}_arr,
        {%- endfor %}
        {{ exact_sum('arr', 2) }} as arr,
        coalesce({{ exact_sum('scored_arr', 2) }}, 0) as scored_arr,
        coalesce({{ exact_sum('health_score', 4) }}, 0) as health_score_sum,
        coalesce({{ exact_sum('scored_arr * health_score', 4) }}, 0)
            as arr_health_score_sum,
        {{ exact_sum('coverage', 6) }} as coverage_sum

    from account_health

    group by
        snapshot_date, segment, owner_id, region, service_tier, industry, run_id

),

portfolio_health as (

    select
        -- keys
        snapshot_date,
        segment,
        owner_id,
        region,
        service_tier,
        industry,

        -- score
        {{ rounded('health_score_sum / nullif(scored_accounts, 0)', 4) }}
            as mean_health_score,
        {{ rounded('arr_health_score_sum / nullif(scored_arr, 0)', 4) }}
            as arr_weighted_health_score,
        {{ rounded('coverage_sum / accounts', 6) }} as mean_coverage,

        -- accounts and revenue, in all and by band
        accounts,
        scored_accounts,
        {%- for colour in colours %}
        {{ colour }}_accounts,
        {%- endfor %}
        arr,
        accounts_without_arr,
        scored_arr,
        {%- for colour in colours %}
        case when accounts > accounts_without_arr then {{ colour }}_arr end
            as {{ colour }}_arr,
        {%- endfor %}

        -- to take means over several rows
        health_score_sum,
        arr_health_score_sum,
        coverage_sum,
        run_id

    from sums

)

select * from portfolio_health

order by snapshot_date
