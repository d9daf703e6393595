{#
    A query with one row per day: rows and fingerprints of the three history marts, from
    relations with their columns. run_id and computed_at are left out: they change with every
    run, the history does not. Used to write the ledger, and to compare with it.
#}
{% macro day_fingerprints(account_health, dimension_scores, signal_scores) %}

with

account_rows as (

    select
        snapshot_date,
        cast(count(*) as bigint) as account_rows,
        {{ fingerprint([
            'account_id', 'scorecard', 'scorecard_version', 'health_score',
            'uncapped_health_score', 'coverage', 'applicable_share', 'health_band',
            'settled_band', 'relationship_score', 'impact_score', 'quadrant', 'cap', 'arr',
            'segment', 'industry', 'region', 'size_band', 'service_tier', 'product',
            'owner_id', 'parent_account_id', 'lifecycle_stage', 'tenure_days',
            'days_to_renewal',
        ]) }} as account_fingerprint,
        {{ distinct_text("concat(scorecard, ' ', cast(scorecard_version as string))") }}
            as scorecards

    from {{ account_health }}

    group by snapshot_date

),

dimension_rows as (

    select
        snapshot_date,
        cast(count(*) as bigint) as dimension_rows,
        {{ fingerprint([
            'account_id', 'dimension', 'score', 'weight', 'coverage', 'contribution',
        ]) }} as dimension_fingerprint

    from {{ dimension_scores }}

    group by snapshot_date

),

signal_rows as (

    select
        snapshot_date,
        cast(count(*) as bigint) as signal_rows,
        {{ fingerprint([
            'account_id', 'signal', 'dimension', 'value', 'score', 'weight', 'contribution',
            'status',
        ]) }} as signal_fingerprint

    from {{ signal_scores }}

    group by snapshot_date

)

select
    account_rows.snapshot_date,
    account_rows.account_rows,
    coalesce(dimension_rows.dimension_rows, 0) as dimension_rows,
    coalesce(signal_rows.signal_rows, 0) as signal_rows,
    account_rows.account_fingerprint,
    dimension_rows.dimension_fingerprint,
    signal_rows.signal_fingerprint,
    account_rows.scorecards

from account_rows

left join dimension_rows
    on account_rows.snapshot_date = dimension_rows.snapshot_date

left join signal_rows
    on account_rows.snapshot_date = signal_rows.snapshot_date

{% endmacro %}


{#
    A fingerprint of many rows, the same whatever their order. DuckDB's hash() is the same on
    1.5 and 2.0; other engines have fingerprints of their own.
#}
{% macro fingerprint(columns) -%}
    {{ adapter.dispatch('fingerprint')(columns) }}
{%- endmacro %}

{% macro duckdb__fingerprint(columns) -%}
    cast(bit_xor(hash({{ columns | join(', ') }})) as string)
{%- endmacro %}

{% macro spark__fingerprint(columns) -%}
    cast(bit_xor(xxhash64({{ columns | join(', ') }})) as string)
{%- endmacro %}


{# The distinct texts of a group, in order, joined by commas. #}
{% macro distinct_text(expression) -%}
    {{ adapter.dispatch('distinct_text')(expression) }}
{%- endmacro %}

{% macro duckdb__distinct_text(expression) -%}
    string_agg(distinct {{ expression }}, ', ' order by {{ expression }})
{%- endmacro %}

{% macro spark__distinct_text(expression) -%}
    array_join(array_sort(collect_set({{ expression }})), ', ')
{%- endmacro %}
