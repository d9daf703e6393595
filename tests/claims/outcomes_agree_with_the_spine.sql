-- One definition of who is a customer: on as_of_date account_health_daily has a row of
-- an account as long as, and no longer than, the spells that the outcomes rest on and
-- their grace days. So who was lost has none after the grace days, unless it came back.
-- Accounts that others were merged into are left out: they inherit grace days too.

with

as_of as (

    select
        as_of.as_of_date,
        days_to_score.loaded_until

    from {{ ref('int_as_of_date') }} as as_of

    inner join {{ ref('int_days_to_score') }} as days_to_score
        on as_of.as_of_date = days_to_score.snapshot_date

    -- a restated day knows more than the outcomes
    where days_to_score.loaded_until = as_of.as_of_date + {{ var('late_data_days') }}

),

survivors as (

    select distinct account_id

    from {{ ref('int_account_id_map') }}

    where account_id <> source_account_id

),

in_scope as (

    select distinct spells.account_id

    from {{ ref('int_customer_spells') }} as spells

    inner join as_of
        on
            spells.spell_from <= as_of.as_of_date
            and spells.spell_to + {{ var('churn_grace_days') }} >= as_of.as_of_date
            and coalesce(spells.merged_on, cast('9999-01-01' as date))
            > as_of.as_of_date

),

scored as (

    select account_health.account_id

    from {{ ref('account_health_daily') }} as account_health

    inner join as_of
        on account_health.snapshot_date = as_of.as_of_date

),

lost as (

    select outcomes.account_id

    from {{ ref('account_outcomes') }} as outcomes

    inner join as_of
        on outcomes.known_on < as_of.as_of_date

    where
        outcomes.outcome in ('churned', 'inactive')
        and outcomes.account_id not in (select in_scope.account_id from in_scope)

),

problems as (

    select
        in_scope.account_id,
        'in a spell or its grace days, and not scored on as_of_date' as problem
    from in_scope
    cross join as_of
    left join scored on in_scope.account_id = scored.account_id
    where scored.account_id is null

    union all

    select
        scored.account_id,
        'scored on as_of_date, and in no spell nor its grace days'
    from scored
    left join in_scope on scored.account_id = in_scope.account_id
    where in_scope.account_id is null

    union all

    select
        lost.account_id,
        'lost before, and scored on as_of_date'
    from lost
    inner join scored on lost.account_id = scored.account_id

)

select * from problems

where account_id not in (select survivors.account_id from survivors)
