-- One row per account per day to score: what became of its objectives, what they were
-- to bring and brought, and when the last one was set.

with

account_days as (

    select distinct
        account_id,
        snapshot_date

    from {{ ref('int_account_day_ids') }}

),

days_to_score as (

    select distinct
        snapshot_date,
        loaded_until

    from {{ ref('int_account_day_ids') }}

),

account_day_objectives as (

    select * from {{ ref('int_account_day_objectives') }}

),

-- what nobody has recorded so far is unknown of everybody; with objectives of any
-- account from 365 days before, silence is known
facts as (

    {%- for fact, known_on in [
        ('set', 'set_on + 365'),
        ('achieved', 'achieved_on'),
        ('confirmed', 'customer_confirmed_on'),
        ('delivered', 'case when delivered_value is not null then achieved_on end'),
    ] %}

    {{ 'union all' if not loop.first }}

    select
        '{{ fact }}' as fact,
        {{ known_on }} as known_on,
        min(loaded_on) as loaded_on

    from {{ ref('stg_crm__objectives') }}

    group by {{ known_on }}

    {%- endfor %}

),

recorded as (

    select
        days_to_score.snapshot_date,
        count(case when facts.fact = 'set' then 1 end) > 0 as is_silence_known,
        count(case when facts.fact = 'achieved' then 1 end) > 0 as has_achievements,
        count(case when facts.fact = 'confirmed' then 1 end) > 0 as has_confirmations,
        count(case when facts.fact = 'delivered' then 1 end) > 0 as has_deliveries

    from days_to_score

    inner join facts
        on
            days_to_score.snapshot_date >= facts.known_on
            and days_to_score.loaded_until >= facts.loaded_on

    group by days_to_score.snapshot_date

),

sums as (

    select
        account_id,
        snapshot_date,
        max(set_on) as last_set_on,
        sum(case when is_worked_on_180d then 1 else 0 end) as worked_on_180d,
        avg(case when is_due_365d then achieved end) as achieved_share_365d,
        avg(case when is_achieved_365d then confirmed end) as confirmed_share_365d,

        -- of what was to bring a value; one that nobody knows or can convert makes the
        -- sum unknown, not smaller
        case
            when
                count(case when is_due_365d then expected_value end) = count(
                    case
                        when is_due_365d and expected_value is not null
                            then expected_amount + delivered_amount
                    end
                )
                then {{ exact_sum(
                    'case when is_due_365d and expected_value is not null '
                    ~ 'then delivered_amount end', 6
                ) }}
        end
        / nullif(
            {{ exact_sum('case when is_due_365d then expected_amount end', 6) }}, 0
        ) as delivered_share_365d,
        case
            when
                count(case when is_still_expected then expected_value end)
                = count(case when is_still_expected then expected_amount end)
                then {{ exact_sum(
                    'case when is_still_expected then expected_amount end', 6
                ) }}
        end as still_expected_value,

        -- what was achieved without a value adds nothing to what was
        case
            when
                count(case when is_achieved_365d then delivered_value end)
                = count(case when is_achieved_365d then delivered_amount end)
                then {{ exact_sum(
                    'case when is_achieved_365d then delivered_amount end', 6
                ) }}
        end as delivered_value_365d

    from account_day_objectives

    group by account_id, snapshot_date

),

objectives_by_account_day as (

    select
        account_days.account_id,
        account_days.snapshot_date,

        -- the plan
        sums.last_set_on,
        coalesce(recorded.is_silence_known, false) as is_silence_known,
        coalesce(sums.worked_on_180d, 0) as worked_on_180d,

        -- what became of it
        case when recorded.has_achievements then sums.achieved_share_365d end
            as achieved_share_365d,
        case when recorded.has_confirmations then sums.confirmed_share_365d end
            as confirmed_share_365d,

        -- value
        case when recorded.has_deliveries then sums.delivered_share_365d end
            as delivered_share_365d,
        sums.delivered_value_365d,
        sums.still_expected_value

    from account_days

    left join sums
        on
            account_days.account_id = sums.account_id
            and account_days.snapshot_date = sums.snapshot_date

    left join recorded
        on account_days.snapshot_date = recorded.snapshot_date

)

select * from objectives_by_account_day
