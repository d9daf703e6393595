-- One row per account per day to score with an opportunity that was closed or created
-- in the 365 days to it: upsells and cross-sells won and lost, and where opportunities
-- came from.

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

opportunities as (

    select * from {{ ref('stg_crm__opportunities') }}

),

lead_sources as (

    select * from {{ ref('lead_sources') }}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates') }}

),

-- the amount with which it was closed, as far as it is dated
closing_amounts as (

    select
        opportunities.opportunity_id,
        max_by(changes.amount, changes.changed_at) as amount

    from opportunities

    inner join {{ ref('stg_crm__opportunity_changes') }} as changes
        on
            opportunities.opportunity_id = changes.opportunity_id
            and opportunities.closed_on >= changes.changed_on
            and changes.loaded_on
            <= opportunities.closed_on + {{ var('late_data_days') }}

    where changes.amount is not null

    group by opportunities.opportunity_id

),

classified_opportunities as (

    select
        opportunities.account_id,
        opportunities.created_on,
        opportunities.closed_on,
        opportunities.loaded_on,
        opportunities.is_won,
        opportunities.opportunity_type,
        opportunities.opportunity_type in ('upsell', 'cross_sell') as is_expansion,
        lead_sources.kind as lead_kind,
        coalesce(closing_amounts.amount, opportunities.amount) as amount,
        coalesce(opportunities.currency, '{{ var("reporting_currency") }}') as currency

    from opportunities

    left join lead_sources
        on opportunities.lead_source = lead_sources.lead_source

    left join closing_amounts
        on opportunities.opportunity_id = closing_amounts.opportunity_id

),

opportunities_of_account_days as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        opportunities.is_won,
        opportunities.is_expansion,
        opportunities.lead_kind,
        opportunities.opportunity_type is not null
        and opportunities.is_won is not null as is_known_result,
        opportunities.amount * exchange_rates.rate as arr,
        coalesce(
            opportunities.closed_on > account_day_ids.snapshot_date - 365
            and opportunities.closed_on <= account_day_ids.snapshot_date, false
        ) as is_closed,
        opportunities.created_on > account_day_ids.snapshot_date - 365
        and opportunities.created_on <= account_day_ids.snapshot_date as is_created

    from account_day_ids

    inner join classified_opportunities as opportunities
        on
            account_day_ids.source_account_id = opportunities.account_id
            and opportunities.loaded_on <= account_day_ids.loaded_until

    left join exchange_rates
        on
            opportunities.currency = exchange_rates.currency
            and account_day_ids.snapshot_date >= exchange_rates.valid_from
            and account_day_ids.snapshot_date < exchange_rates.valid_to

),

upsells as (

    select
        account_id,
        snapshot_date,

        -- results
        sum(case when is_closed then 1 else 0 end) as closed_365d,
        sum(case when is_closed and is_known_result then 1 else 0 end)
            as known_results_365d,
        sum(case when is_closed and is_expansion and is_won then 1 else 0 end)
            as upsells_won_365d,
        sum(case when is_closed and is_expansion and not is_won then 1 else 0 end)
            as upsells_lost_365d,
        case
            -- an amount that cannot be converted makes the sum unknown, not smaller
            when
                max(
                    case
                        when is_closed and is_expansion and is_won and arr is null
                            then 1
                        else 0
                    end
                ) = 0
                then {{ rounded(exact_sum(
                    'case when is_closed and is_expansion and is_won then arr else 0 end',
                    6
                ), 2) }}
        end as arr_won_365d,

        -- sources
        sum(case when is_created then 1 else 0 end) as created_365d,
        sum(case when is_created and lead_kind is not null then 1 else 0 end)
            as known_sources_365d,
        sum(case when is_created and lead_kind = 'marketing' then 1 else 0 end)
            as leads_365d,
        sum(case when is_created and lead_kind = 'referral' then 1 else 0 end)
            as referral_leads_365d,
        sum(
            case
                when is_closed and lead_kind = 'marketing' and is_won is not null then 1
                else 0
            end
        ) as leads_closed_365d,
        sum(
            case
                when is_closed and lead_kind = 'marketing' and is_won then 1
                else 0
            end
        ) as leads_won_365d

    from opportunities_of_account_days

    where is_closed or is_created

    group by account_id, snapshot_date

)

select * from upsells
