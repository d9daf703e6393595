-- One row per account per day to score from the first opportunity for a renewal of
-- whichever account on: before it, nobody recorded them. Open ones and how far they
-- are, those closed lately, and how often their planned close was moved back.

with

account_days as (

    select * from {{ ref('int_account_days') }}

),

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

open_opportunities as (

    select * from {{ ref('int_account_day_open_opportunities') }}

),

renewals as (

    select * from {{ ref('stg_crm__opportunities') }}

    where opportunity_type = 'renewal'

),

opportunity_stages as (

    select * from {{ ref('opportunity_stages') }}

),

planned_closes as (

    select
        renewals.account_id,
        changes.changed_on,
        changes.expected_close_date,
        lag(changes.expected_close_date) over changes_before as expected_before,

        -- a move is known once both plans and the opportunity have arrived
        greatest(
            changes.loaded_on,
            renewals.loaded_on,
            lag(changes.loaded_on, 1, changes.loaded_on) over changes_before
        ) as loaded_on

    from {{ ref('stg_crm__opportunity_changes') }} as changes

    inner join renewals
        on changes.opportunity_id = renewals.opportunity_id

    where changes.expected_close_date is not null

    window changes_before as (
        partition by changes.opportunity_id order by changes.changed_at
    )

),

first_renewal as (

    select min({{ known_on('created_on') }}) as known_on from renewals

),

first_plan as (

    select min({{ known_on('changed_on') }}) as known_on from planned_closes

),

open_renewals as (

    select
        open_opportunities.account_id,
        open_opportunities.snapshot_date,
        count(*) as open_renewals,

        -- the one that is least far, unless the stage of another is unknown
        case
            when count(*) = count(opportunity_stages.points)
                then min(opportunity_stages.points)
        end as stage_points

    from open_opportunities

    left join opportunity_stages
        on open_opportunities.stage = opportunity_stages.stage

    where open_opportunities.opportunity_type = 'renewal'

    group by open_opportunities.account_id, open_opportunities.snapshot_date

),

closed_renewals as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        count(*) as renewals_closed_120d

    from account_day_ids

    inner join renewals
        on
            account_day_ids.source_account_id = renewals.account_id
            and renewals.closed_on > account_day_ids.snapshot_date - 120
            and account_day_ids.snapshot_date >= renewals.closed_on
            and account_day_ids.loaded_until >= renewals.loaded_on

    group by account_day_ids.account_id, account_day_ids.snapshot_date

),

pushes as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        count(*) as pushes_180d

    from account_day_ids

    inner join planned_closes
        on
            account_day_ids.source_account_id = planned_closes.account_id
            and planned_closes.expected_close_date > planned_closes.expected_before
            and planned_closes.changed_on > account_day_ids.snapshot_date - 180
            and account_day_ids.snapshot_date >= planned_closes.changed_on
            and account_day_ids.loaded_until >= planned_closes.loaded_on

    group by account_day_ids.account_id, account_day_ids.snapshot_date

),

account_day_renewals as (

    select
        account_days.account_id,
        account_days.snapshot_date,
        coalesce(open_renewals.open_renewals, 0) as open_renewals,
        open_renewals.stage_points,
        coalesce(closed_renewals.renewals_closed_120d, 0) as renewals_closed_120d,
        case
            when account_days.snapshot_date >= first_plan.known_on
                then coalesce(pushes.pushes_180d, 0)
        end as pushes_180d

    from account_days

    inner join first_renewal
        on account_days.snapshot_date >= first_renewal.known_on

    cross join first_plan

    {% for measure in ['open_renewals', 'closed_renewals', 'pushes'] %}
    left join {{ measure }}
        on
            account_days.account_id = {{ measure }}.account_id
            and account_days.snapshot_date = {{ measure }}.snapshot_date
    {% endfor %}

)

select * from account_day_renewals
