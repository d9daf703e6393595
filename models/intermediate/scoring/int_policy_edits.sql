-- One row per value of the policy that may not be as it is, since days that this run
-- does not compute again were scored by another: what scored a day stays as it was, and
-- nothing new holds on such days. None in a sound policy; the claim
-- policy_that_scored_is_unchanged shows them.

with

policy_values as (

    select * from {{ ref('int_policy_values') }}

),

known as (

    select * from ({{ policy_in_history() }}) as policy_in_history

),

known_items as (

    select distinct
        seed,
        version,
        item

    from known

),

-- days that stay as they are
closed_days as (

    select days_in_history.snapshot_date

    from ({{ days_in_history() }}) as days_in_history

    where
        days_in_history.snapshot_date not in (
            select days_to_score.snapshot_date
            from {{ ref('int_days_to_score') }} as days_to_score
        )

),

last_closed_day as (

    select cast(max(snapshot_date) as string) as last_day from closed_days

),

-- what scored on any of them: it began by the last one, as text. Bands and stages have
-- the first day of a version for its name.
known_versions as (

    select distinct
        begun.seed,
        begun.version

    from (
        select
            seed,
            version,
            coalesce(
                max(case when setting = 'effective_from' then value end) over (
                    partition by version
                ),
                case when seed in ('health_bands', 'lifecycle_stages') then version end,
                '1900-01-01'
            ) as begins_on

        from known

        -- what was taken back has none
        where value is not null
    ) as begun

    inner join last_closed_day
        on begun.begins_on <= last_closed_day.last_day

),

ledger as (

    select count(*) as known_values from known

),

-- what holds on any of them
spans_with_closed_days as (

    select distinct
        spans.holds_from,
        spans.holds_to

    from (
        select distinct
            holds_from,
            holds_to

        from policy_values
    ) as spans

    inner join closed_days
        on
            closed_days.snapshot_date >= spans.holds_from
            and closed_days.snapshot_date < spans.holds_to

),

differences as (

    select
        coalesce(policy_values.seed, known.seed) as seed,
        coalesce(policy_values.version, known.version) as version,
        coalesce(policy_values.item, known.item) as item,
        coalesce(policy_values.setting, known.setting) as setting,
        known.value as was,
        policy_values.value as now_is,
        policy_values.may_be_added,
        policy_values.holds_from,
        policy_values.holds_to

    from policy_values

    full outer join known
        on
            policy_values.seed = known.seed
            and policy_values.version = known.version
            and policy_values.item = known.item
            and policy_values.setting = known.setting

    where policy_values.value is distinct from known.value

),

problems as (

    select
        differences.seed,
        differences.version,
        differences.item,
        differences.setting,
        differences.was,
        differences.now_is,
        case
            when known_versions.version is null
                then concat(
                    'it would hold on days that are closed: let it begin on a later ',
                    'day, or restate all days from there on in one run'
                )
            when differences.setting = 'effective_to'
                then 'closed days would lose or change it: end it on a later day'
            when known_versions.version = 'all'
                then 'put it back: it has scored; only its words may change'
            when differences.seed = 'score_caps'
                then 'put it back: it has scored; end it, and add a cap'
            else 'put it back: it has scored; add a version'
        end as what_to_do

    from differences

    cross join last_closed_day

    cross join ledger

    left join known_items
        on
            differences.seed = known_items.seed
            and differences.version = known_items.version
            and differences.item = known_items.item

    left join known_versions
        on
            differences.seed = known_versions.seed
            and differences.version = known_versions.version

    left join spans_with_closed_days
        on
            differences.holds_from = spans_with_closed_days.holds_from
            and differences.holds_to = spans_with_closed_days.holds_to

    where
        -- a new version; the first run with a ledger knows none
        (
            known_versions.version is null
            and spans_with_closed_days.holds_from is not null
            and differences.version <> 'all'
            and ledger.known_values > 0
        )

        -- an end, before or after, on or before the last closed day; as text
        or (
            known_versions.version is not null
            and differences.setting = 'effective_to'
            and (
                differences.was <= last_closed_day.last_day
                or differences.now_is <= last_closed_day.last_day
            )
        )

        -- a row that is only watched may be added
        or (
            known_versions.version is not null
            and differences.setting <> 'effective_to'
            and (known_items.item is not null or not differences.may_be_added)
        )

)

select * from problems
