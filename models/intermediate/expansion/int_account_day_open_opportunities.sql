-- One row per account per day to score per opportunity that is open at the end of that
-- day: its stage, and its amount in the reporting currency at the rates of the day,
-- from the changes until then.

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

opportunities as (

    select * from {{ ref('stg_crm__opportunities') }}

),

opportunity_changes as (

    select * from {{ ref('stg_crm__opportunity_changes') }}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates') }}

),

open_opportunities as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        account_day_ids.loaded_until,
        opportunities.opportunity_id,
        opportunities.opportunity_type,
        opportunities.amount,
        coalesce(opportunities.currency, '{{ var("reporting_currency") }}') as currency

    from account_day_ids

    inner join opportunities
        on
            account_day_ids.source_account_id = opportunities.account_id
            and account_day_ids.snapshot_date >= opportunities.created_on
            and account_day_ids.loaded_until >= opportunities.loaded_on

            -- what is closed tomorrow is open today
            and (
                opportunities.closed_on is null
                or opportunities.closed_on > account_day_ids.snapshot_date
            )

),

-- the newest change that tells it
changed_opportunities as (

    select
        open_opportunities.account_id,
        open_opportunities.snapshot_date,
        open_opportunities.loaded_until,
        open_opportunities.opportunity_id,
        open_opportunities.opportunity_type,
        open_opportunities.currency,
        open_opportunities.amount as amount_of_today,
        max_by(
            opportunity_changes.stage,
            case
                when opportunity_changes.stage is not null
                    then opportunity_changes.changed_at
            end
        ) as stage,
        max_by(
            opportunity_changes.amount,
            case
                when opportunity_changes.amount is not null
                    then opportunity_changes.changed_at
            end
        ) as changed_amount

    from open_opportunities

    left join opportunity_changes
        on
            open_opportunities.opportunity_id = opportunity_changes.opportunity_id
            and open_opportunities.snapshot_date >= opportunity_changes.changed_on
            and open_opportunities.loaded_until >= opportunity_changes.loaded_on

    group by
        open_opportunities.account_id,
        open_opportunities.snapshot_date,
        open_opportunities.loaded_until,
        open_opportunities.opportunity_id,
        open_opportunities.opportunity_type,
        open_opportunities.currency,
        open_opportunities.amount

),

account_day_open_opportunities as (

    select
        changed_opportunities.account_id,
        changed_opportunities.snapshot_date,
        changed_opportunities.loaded_until,
        changed_opportunities.opportunity_id,
        changed_opportunities.opportunity_type,
        changed_opportunities.stage,
        coalesce(
            changed_opportunities.changed_amount, changed_opportunities.amount_of_today
        ) * exchange_rates.rate as amount

    from changed_opportunities

    left join exchange_rates
        on
            changed_opportunities.currency = exchange_rates.currency
            and changed_opportunities.snapshot_date >= exchange_rates.valid_from
            and changed_opportunities.snapshot_date < exchange_rates.valid_to

)

select * from account_day_open_opportunities
