{#
    A wide relation of signals as a query of rows: account_id, snapshot_date, scorecard,
    scorecard_version, signal, value. Every column but the two keys is a signal, so a new
    signal needs no list to be kept.
#}
{% macro unpivot_signals(relation) -%}
    select
        account_id,
        snapshot_date,
        scorecard,
        scorecard_version,
        signal,
        value

    from (
        select
            signals.*,
            account_days.scorecard,
            account_days.scorecard_version

        from {{ relation }} as signals

        inner join {{ ref('int_account_days') }} as account_days
            on
                signals.account_id = account_days.account_id
                and signals.snapshot_date = account_days.snapshot_date
    ) unpivot include nulls (
        value for signal in ({{ adapter.dispatch('signal_columns')(relation) }})
    )
{%- endmacro %}

{% macro duckdb__signal_columns(relation) -%}
    columns(* exclude (account_id, snapshot_date, scorecard, scorecard_version))
{%- endmacro %}

{# Spark wants the list: the columns of the table that was just built. #}
{% macro spark__signal_columns(relation) -%}
    {%- set signals = adapter.get_columns_in_relation(relation) | map(attribute='name')
        | reject('in', ['account_id', 'snapshot_date']) | list -%}
    {{ (signals or ['cast(null as double) as none']) | join(', ') }}
{%- endmacro %}
