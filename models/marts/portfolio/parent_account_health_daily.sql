-- One row per account that stands above others per day: the health of all accounts
-- below it, weighted by revenue, and the worst of them. A day on which nobody stands
-- above others has one row, of (none), which takes the place of those that it had.

{{ config(
    materialized='incremental',
    unique_key='snapshot_date',
    partition_by=('snapshot_date' if target.type == 'spark' else none),
    full_refresh=false,
    on_schema_change='fail',
) }}

with

ancestor_days as (

    select * from {{ ref('int_account_ancestor_days') }}

),

bands as (

    select distinct
        band,
        colour

    from {{ ref('health_bands') }}

    where min_score is not null

),

-- what the run has made anew there, and what an earlier one has not brought so far
days_due as (

    select
        snapshot_date,
        run_id

    from ancestor_days

    group by snapshot_date, run_id

    {%- if is_incremental() %}

    except

    select
        snapshot_date,
        run_id

    from {{ this }}

    {%- endif %}

),

account_health as (

    select account_health_daily.*

    from {{ ref('account_health_daily') }} as account_health_daily

    inner join days_due
        on account_health_daily.snapshot_date = days_due.snapshot_date

),

descendants as (

    select
        ancestor_days.ancestor_account_id as parent_account_id,
        ancestor_days.snapshot_date,
        ancestor_days.level,
        account_health.account_id,
        account_health.health_score,
        account_health.health_band,
        case
            when account_health.account_id is not null
                then coalesce(bands.colour, 'unscored')
        end as colour,
        account_health.arr,

        -- what no revenue stands behind has no weight
        case when account_health.arr > 0 then account_health.arr end as weight,
        days_due.run_id,
        row_number() over (
            partition by ancestor_days.ancestor_account_id, ancestor_days.snapshot_date
            order by
                account_health.health_score asc nulls last,
                account_health.arr desc nulls last,
                account_health.account_id asc
        ) as worst_rank

    from ancestor_days

    inner join days_due
        on ancestor_days.snapshot_date = days_due.snapshot_date

    left join account_health
        on
            ancestor_days.account_id = account_health.account_id
            and ancestor_days.snapshot_date = account_health.snapshot_date

    left join bands
        on account_health.health_band = bands.band

),

sums as (

    select
        parent_account_id,
        snapshot_date,
        run_id,
        count(account_id) as accounts,
        sum(case when level = 1 then 1 else 0 end) as children,
        coalesce(max(level), 0) as levels,
        count(health_score) as scored_accounts,
        {%- for colour in ['green', 'yellow', 'orange', 'red', 'unscored'] %}
        sum(case when colour = '{{ colour }}' then 1 else 0 end)
            as {{ colour }}_accounts,
        {%- endfor %}
        {{ exact_sum('arr', 2) }} as arr,
        count(account_id) - count(arr) as accounts_without_arr,
        {{ exact_sum('weight', 2) }} as weight,
        {{ exact_sum('case when health_score is not null then weight end', 2) }}
            as scored_weight,
        {{ exact_sum('weight * health_score', 4) }} as weighted_score,
        {{ exact_sum('health_score', 4) }} as score,
        max(
            case
                when worst_rank = 1 and health_score is not null then account_id
            end
        ) as worst_account_id,
        max(case when worst_rank = 1 then health_score end) as worst_health_score,
        max(
            case
                when worst_rank = 1 and health_score is not null then health_band
            end
        ) as worst_health_band

    from descendants

    group by parent_account_id, snapshot_date, run_id

),

parent_account_health as (

    select
        coalesce(sums.parent_account_id, '(none)') as parent_account_id,
        sums.snapshot_date,

        -- who is below it
        cast(sums.accounts as bigint) as accounts,
        cast(sums.children as bigint) as children,
        cast(sums.levels as int) as levels,

        -- score
        {{ rounded('sums.weighted_score / nullif(sums.scored_weight, 0)', 4) }}
            as health_score,
        {{ rounded('sums.score / nullif(sums.scored_accounts, 0)', 4) }}
            as mean_health_score,
        cast(sums.scored_accounts as bigint) as scored_accounts,
        {{ rounded(
            'sums.scored_accounts / cast(nullif(sums.accounts, 0) as double)', 6
        ) }} as scored_account_share,
        {{ rounded('coalesce(sums.scored_weight, 0) / nullif(sums.weight, 0)', 6) }}
            as scored_arr_share,
        sums.worst_account_id,
        sums.worst_health_score,
        sums.worst_health_band,

        -- bands
        {%- for colour in ['green', 'yellow', 'orange', 'red', 'unscored'] %}
        cast(sums.{{ colour }}_accounts as bigint) as {{ colour }}_accounts,
        {%- endfor %}

        -- revenue
        sums.arr,
        cast(sums.accounts_without_arr as bigint) as accounts_without_arr,

        -- the account itself, where it is a customer
        own_health.health_score as own_health_score,
        own_health.arr as own_arr,
        sums.run_id

    from sums

    left join account_health as own_health
        on
            sums.parent_account_id = own_health.account_id
            and sums.snapshot_date = own_health.snapshot_date

)

select * from parent_account_health

order by snapshot_date
