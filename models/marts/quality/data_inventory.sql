-- One row per raw table: its rows and what became of them, its newest record and
-- freshness, the signals that rest on it, and what someone should look at.

with

sources as (

    select
        *,
        concat(source, '.', table_name) as source_table

    from {{ ref('sources') }}

),

as_of as (

    select * from {{ ref('int_as_of_date') }}

),

-- crm.accounts is required, so its rows are of the run that read the raw tables last
latest_run as (

    select max(run_id) as run_id

    from {{ ref('int_raw_record_days') }}

    where source_table = 'crm.accounts'

),

rows_of_tables as (

    select
        raw_record_days.source_table,
        -- of usage.events every run reads at least the newest days that it knows
        max(case when raw_record_days.run_id = latest_run.run_id then 1 else 0 end) = 1
        {%- if var('late_data_days') < 1 %}
        or raw_record_days.source_table = 'usage.events'
        {%- endif %} as is_present,
        sum(raw_record_days.raw_rows) as raw_rows,
        sum(raw_record_days.staged_rows) as staged_rows,
        sum(raw_record_days.rejected_rows) as rejected_rows,
        sum(raw_record_days.duplicate_rows) as duplicate_rows,
        sum(raw_record_days.deleted_rows) as deleted_rows,
        sum(raw_record_days.orphan_rows) as orphan_rows,
        sum(raw_record_days.unknown_values) as unknown_values,
        sum(raw_record_days.unreadable_values) as unreadable_values,
        max(
            case
                when raw_record_days.staged_rows > 0
                    and raw_record_days.record_date <= as_of.as_of_date
                    then raw_record_days.record_date
            end
        ) as newest_record_date,
        max(as_of.as_of_date) as as_of_date

    from {{ ref('int_raw_record_days') }} as raw_record_days

    cross join as_of

    cross join latest_run

    group by raw_record_days.source_table

),

dimension_weights as (

    select
        scorecard,
        version,
        dimension,
        weight / sum(weight) over (partition by scorecard, version) as share

    from {{ ref('scorecard_dimensions') }}

),

signal_weights as (

    select
        {%- if var('customer_definition') == 'activity' %}
        coalesce(signals.governing_source_activity, signals.governing_source)
            as governing_source,
        {%- else %}
        signals.governing_source,
        {%- endif %}
        signals.signal,
        scorecard_signals.weight
        / nullif(sum(scorecard_signals.weight) over (partition by signals.dimension), 0)
        * dimension_weights.share as share

    from {{ ref('signals') }} as signals

    left join {{ ref('scorecard_signals') }} as scorecard_signals
        on
            signals.signal = scorecard_signals.signal
            and scorecard_signals.scorecard = 'default'
            and scorecard_signals.version = (
                select max(version) from {{ ref('scorecards') }}
                where scorecard = 'default' and status = 'published'
            )

    left join dimension_weights
        on
            scorecard_signals.scorecard = dimension_weights.scorecard
            and scorecard_signals.version = dimension_weights.version
            and signals.dimension = dimension_weights.dimension

),

dependents as (

    select
        governing_source,
        count(*) as dependent_signals,
        {{ exact_sum('share') }} as dependent_weight,
        {{ distinct_text('signal') }} as signals

    from signal_weights

    group by governing_source

),

-- a run may stop before as_of_date
newest_scored_day as (

    select max(snapshot_date) as snapshot_date from {{ ref('int_account_day_ids') }}

),

scope as (

    select nullif(count(distinct account_day_ids.account_id), 0) as accounts_in_scope

    from {{ ref('int_account_day_ids') }} as account_day_ids

    inner join newest_scored_day
        on account_day_ids.snapshot_date = newest_scored_day.snapshot_date

),

-- accounts that stand above themselves
circles as (

    select
        count(distinct account_parents.account_id) as accounts,
        min(account_parents.account_id) as example_account_id

    from {{ ref('int_account_parents') }} as account_parents

    inner join as_of
        on
            account_parents.valid_from <= as_of.as_of_date
            and account_parents.valid_to > as_of.as_of_date

    where account_parents.is_in_circle

),

-- accounts that roll-ups leave out further up
long_chains as (

    select
        count(distinct account_ancestors.account_id) as accounts,
        min(account_ancestors.account_id) as example_account_id

    from {{ ref('int_account_ancestors') }} as account_ancestors

    inner join as_of
        on
            account_ancestors.valid_from <= as_of.as_of_date
            and account_ancestors.valid_to > as_of.as_of_date

    where account_ancestors.level = 6

),

currencies as (

    select distinct currency from {{ ref('int_exchange_rates') }}

),

amounts_without_rate as (

    {%- for source_name, table_name in [
        ('billing', 'subscriptions'), ('billing', 'invoices'), ('billing', 'payments'),
        ('billing', 'service_costs'), ('crm', 'opportunities'), ('crm', 'objectives'),
    ] %}

    {{ 'union all' if not loop.first }}

    select
        '{{ source_name }}.{{ table_name }}' as source_table,
        count(*) as amounts

    from {{ ref('stg_' ~ source_name ~ '__' ~ table_name) }} as amounts

    left join currencies
        on amounts.currency = currencies.currency

    where
        amounts.currency is not null
        and currencies.currency is null

    {%- endfor %}

),

inventory as (

    select
        sources.source,
        sources.table_name,
        sources.owner,

        -- freshness
        case
            when rows_of_tables.raw_rows is null then 'absent'
            when not rows_of_tables.is_present then 'disappeared'
            when rows_of_tables.newest_record_date is null then 'undated'
            when
                cast(
                    rows_of_tables.as_of_date - rows_of_tables.newest_record_date as int
                ) > sources.max_lag_days
                then 'stale'
            else 'fresh'
        end as freshness,
        rows_of_tables.newest_record_date,
        cast(rows_of_tables.as_of_date - rows_of_tables.newest_record_date as int)
            as lag_days,
        sources.max_lag_days,

        -- rows
        cast(coalesce(rows_of_tables.raw_rows, 0) as bigint) as raw_rows,
        cast(coalesce(rows_of_tables.staged_rows, 0) as bigint) as staged_rows,
        cast(coalesce(rows_of_tables.rejected_rows, 0) as bigint) as rejected_rows,
        cast(coalesce(rows_of_tables.duplicate_rows, 0) as bigint) as duplicate_rows,
        cast(coalesce(rows_of_tables.deleted_rows, 0) as bigint) as deleted_rows,
        {{ rounded(
            '1 - rows_of_tables.orphan_rows'
            ~ ' / cast(nullif(rows_of_tables.raw_rows, 0) as double)', 6
        ) }} as match_rate,
        cast(coalesce(rows_of_tables.unknown_values, 0) as bigint) as unknown_values,
        cast(coalesce(rows_of_tables.unreadable_values, 0) as bigint)
            as unreadable_values,
        cast(coalesce(amounts_without_rate.amounts, 0) as bigint)
            as amounts_without_rate,

        -- what rests on it
        cast(coalesce(dependents.dependent_signals, 0) as bigint) as dependent_signals,
        coalesce({{ rounded('dependents.dependent_weight', 6) }}, 0)
            as dependent_weight,
        dependents.signals,
        cast(
            case
                when sources.source_table = 'crm.accounts' then scope.accounts_in_scope
            end as bigint
        ) as accounts_in_scope,
        cast(
            case
                when sources.source_table = 'crm.accounts'
                    then rows_of_tables.staged_rows - scope.accounts_in_scope
            end as bigint
        ) as accounts_out_of_scope,
        case when sources.source_table = 'crm.accounts' then circles.accounts end
            as accounts_in_circles,
        circles.example_account_id,
        case when sources.source_table = 'crm.accounts' then long_chains.accounts end
            as accounts_in_long_chains,
        long_chains.example_account_id as example_in_long_chain

    from sources

    left join rows_of_tables
        on sources.source_table = rows_of_tables.source_table

    left join dependents
        on sources.source_table = dependents.governing_source

    left join amounts_without_rate
        on sources.source_table = amounts_without_rate.source_table

    cross join scope

    cross join circles

    cross join long_chains

)

select
    source,
    table_name,
    owner,
    freshness,
    newest_record_date,
    lag_days,
    max_lag_days,
    raw_rows,
    staged_rows,
    rejected_rows,
    duplicate_rows,
    deleted_rows,
    match_rate,
    unknown_values,
    unreadable_values,
    amounts_without_rate,
    dependent_signals,
    dependent_weight,

    -- what was read of usage.events stays, and its signals go on
    case
        when
            freshness = 'absent'
            or (
                freshness = 'disappeared'
                and concat(source, '.', table_name) <> 'usage.events'
            )
            then signals
    end as waiting_signals,
    accounts_in_scope,
    accounts_out_of_scope,
    nullif(concat_ws(
        '; ',
        case
            when
                freshness = 'disappeared'
                and concat(source, '.', table_name) = 'usage.events'
                then concat(
                    'the table, or its newest days, has disappeared: bring it back, ',
                    'its signals rest on what was read before'
                )
            when freshness = 'disappeared'
                then 'the table has disappeared: bring it back, its signals are unknown'
        end,
        case
            when freshness = 'stale'
                then concat(
                    'no new record for ',
                    cast(lag_days as string),
                    ' days: check its feed'
                )
        end,
        case
            when rejected_rows > 0
                then concat(
                    cast(rejected_rows as string),
                    ' rows set aside: see rejected_records'
                )
        end,
        case
            when unknown_values > 0
                then concat(
                    cast(unknown_values as string),
                    ' values are not in the list of their column and became other'
                )
        end,
        case
            when unreadable_values > 0
                then concat(
                    cast(unreadable_values as string),
                    ' optional values could not be read and became null'
                )
        end,
        case
            when amounts_without_rate > 0
                then concat(
                    cast(amounts_without_rate as string),
                    ' amounts in a currency without a rate: add it to exchange_rates'
                )
        end,
        case
            when accounts_in_circles > 0
                then concat(
                    cast(accounts_in_circles as string),
                    ' accounts stand above themselves, such as ',
                    example_account_id,
                    ': correct parent_account_id, until then they have no parent'
                )
        end,
        case
            when accounts_in_long_chains > 0
                then concat(
                    cast(accounts_in_long_chains as string),
                    ' accounts have more than five accounts above them, such as ',
                    example_in_long_chain,
                    ': parent_account_health_daily counts them for the nearest five'
                )
        end
    ), '') as warning

from inventory
