-- One row per account per day of which this run stores the settled band: days to score,
-- and after a restatement the days since then, which are not scored again (is_carried).
-- The band moves once the new one has held for settle_days days in a row; before the
-- first time it is the first band of the account's days in a row.

with

days_to_score as (

    select * from {{ ref('int_days_to_score') }}

),

-- null when no closed day is restated
restatement as (

    select min(snapshot_date) as restated_from

    from days_to_score

    where
        snapshot_date >= {{ date_setting('restate_from') }}
        and snapshot_date <= {{ date_setting('restate_to') }}

),

history as (

    {{ account_health_in_history() }}

),

-- those before the first of days to score in a row, and those after a restated one
days_to_read as (

    {%- for days in range(1, var('settle_days') + 1) %}

    select snapshot_date - {{ days }} as snapshot_date from days_to_score

    {{ 'union' if not loop.last }}
    {%- endfor %}

    {%- if var('restate_from') %}

    union

    select history.snapshot_date

    from history

    inner join restatement
        on history.snapshot_date > restatement.restated_from
    {%- endif %}

),

bands as (

    select
        account_id,
        snapshot_date,
        health_band,
        cast(null as string) as stored_band,
        false as is_stored,
        false as is_carried

    from {{ ref('int_account_scores') }}

    union all

    select
        history.account_id,
        history.snapshot_date,
        history.health_band,
        coalesce(history.settled_band, history.health_band) as stored_band,
        true as is_stored,
        coalesce(history.snapshot_date > restatement.restated_from, false)
            as is_carried

    from history

    inner join days_to_read
        on history.snapshot_date = days_to_read.snapshot_date

    cross join restatement

    where
        history.snapshot_date not in (
            select days_to_score.snapshot_date from days_to_score
        )

),

confirmed_bands as (

    select
        account_id,
        snapshot_date,
        is_stored,
        is_carried,
        case
            when is_stored and not is_carried then stored_band

            -- the first of days in a row
            when
                coalesce(
                    lag(snapshot_date) over account_days, cast('1900-01-01' as date)
                ) < snapshot_date - 1
                then health_band

            -- so many days in a row
            when
                health_band is not null
                {%- for days in range(1, var('settle_days')) %}
                and lag(snapshot_date, {{ days }}) over account_days
                = snapshot_date - {{ days }}
                and lag(health_band, {{ days }}) over account_days = health_band
                {%- endfor %}
                then health_band
        end as confirmed_band

    from bands

    window account_days as (partition by account_id order by snapshot_date)

),

-- a number for each confirmed band and the days until the next
numbered_bands as (

    select
        *,
        count(confirmed_band) over (
            partition by account_id
            order by snapshot_date
            rows between unbounded preceding and current row
        ) as band_number

    from confirmed_bands

),

settled_bands as (

    select
        account_id,
        snapshot_date,
        max(confirmed_band) over (partition by account_id, band_number)
            as settled_band,
        is_stored,
        is_carried

    from numbered_bands

)

select
    account_id,
    snapshot_date,
    settled_band,
    is_carried

from settled_bands

where is_carried or not is_stored
