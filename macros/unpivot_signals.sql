{#
    A wide relation of signals as a query of rows: account_id, snapshot_date, signal, value.
    Every column but the two keys is a signal, so a new signal needs no list to be kept.
#}
{% macro unpivot_signals(relation) -%}
    {{ adapter.dispatch('unpivot_signals')(relation) }}
{%- endmacro %}

{% macro duckdb__unpivot_signals(relation) -%}
    select
        account_id,
        snapshot_date,
        signal,
        value

    from {{ relation }} unpivot include nulls (
        value for signal in (columns(* exclude (account_id, snapshot_date)))
    )
{%- endmacro %}

{# Spark wants the list: the columns of the table that was just built. #}
{% macro spark__unpivot_signals(relation) -%}
    {%- set signals = adapter.get_columns_in_relation(relation) | map(attribute='name')
        | reject('in', ['account_id', 'snapshot_date']) | list -%}
    select
        account_id,
        snapshot_date,
        signal,
        value

    from {{ relation }} unpivot include nulls (
        value for signal in ({{ (signals or ['cast(null as double) as none']) | join(', ') }})
    )
{%- endmacro %}
