{#
    The raw contract, enforced. Every table in models/staging/*/_*__sources.yml is loaded from
    its raw file into raw_<source>.<table>, with the declared columns in the declared types, plus

        _row_status         staged, rejected, duplicate or deleted: every raw row is one of them
        _rejection_reason   why a rejected row cannot be used
        _raw_record         the row as it came, as JSON
        _record_date        day of the event, for tables that have one
        _loaded_on          day on which the key first arrived
        _unknown_values     how many values of the row are not in their column's list
        _unreadable_values  how many optional values of the row could not be read

    A table with read_by_day in its meta (usage.events) is a view, and shows only the days that
    this run reads: those after the newest read day, the open ones, and a restated range. On
    DuckDB its rows that are rejected, or whose key is there more than once, are a table beside
    it: so the others are read as they stream by, and memory does not grow with their number.

    It stops the run, naming source, table and column, when something required is absent.

    scripts/build, when it runs dbt again for the days that are left, says in the environment that
    all tables but those that are read by day are there already.
#}
{% macro load_raw_tables() %}
    {% if not execute or flags.WHICH not in ('build', 'run') %}
        {{ return('') }}
    {% endif %}

    {% set files = raw_files() %}
    {% set problems = [] %}
    {% set inputs = [] %}
    {% for table in graph.sources.values() %}
        {% set raw = raw_input(table, files) %}
        {% set name = table.source_name ~ '.' ~ table.name %}
        {% set required = table.config.meta.get('required', false)
            and not (table.name == 'subscriptions'
                and var('customer_definition') == 'activity') %}

        {% if raw.problem %}
            {% do problems.append(name ~ ': ' ~ raw.problem) %}
        {% elif not raw.columns and required %}
            {% do problems.append(
                name ~ ': this table is required, but there is no ' ~ raw.location
                ~ '. Put the file there, or point raw_path to where it is.') %}
        {% elif required
            and not run_query('select 1 from ' ~ raw.relation ~ ' limit 1').rows %}
            {% do problems.append(
                name ~ ': this table is required, but ' ~ raw.location
                ~ ' has no rows. Check the export that writes it.') %}
        {% elif raw.columns %}
            {% for column in table.columns.values() %}
                {% set is_required = column.constraints
                    | selectattr('type', 'equalto', 'not_null') | list %}
                {% if is_required and column.name not in raw.columns %}
                    {% do problems.append(
                        name ~ ': required column ' ~ column.name ~ ' is not in '
                        ~ raw.location ~ ' (it has: ' ~ raw.columns | join(', ')
                        ~ '). Add or rename the column there.') %}
                {% endif %}
            {% endfor %}
        {% endif %}
        {% do inputs.append({
            'table': table,
            'raw': raw,
            'foreign_keys': raw_foreign_keys(table) | length
                + (10 if 'opportunities' in raw_foreign_keys(table) | string else 0),
        }) %}
    {% endfor %}

    {% if problems %}
        {{ exceptions.raise_compiler_error(
            'The raw data breaks its contract, so nothing was built:\n  - '
            ~ problems | join('\n  - ')) }}
    {% endif %}

    {% for input in inputs | unique(attribute='table.schema') %}
        {% do adapter.create_schema(api.Relation.create(
            database=input.table.database, schema=input.table.schema)) %}
    {% endfor %}
    {# a table that checks ids comes after the one that holds them #}
    {% set are_loaded = env_var('CUSTOMER_HEALTH_RAW_TABLES_ARE_LOADED', '') %}
    {% for input in inputs | sort(attribute='foreign_keys')
        if input.table.config.meta.get('read_by_day') or not are_loaded %}
        {% do load_raw_table(input.table, input.raw) %}
    {% endfor %}
{% endmacro %}


{# Loads a raw table, in place of what was there. #}
{% macro load_raw_table(table, raw) %}
    {% set name = table.schema ~ '.' ~ table.name %}
    {% do log('Reading ' ~ table.source_name ~ '.' ~ table.name, info=true) %}
    {% if not table.config.meta.get('read_by_day') %}
        {% do replace_raw_table(name, raw_rows_sql(table, raw)) %}
    {% elif target.type == 'spark' %}
        {# it keeps no rows of a query in memory #}
        {% do run_query(
            'create or replace view ' ~ name ~ ' as ' ~ raw_rows_sql(table, raw)) %}
    {% else %}
        {% set keys, exceptions = name ~ '_repeated_keys', name ~ '_exceptions' %}
        {% do replace_raw_table(
            keys, raw_checked_rows_sql(table, raw) ~ raw_repeated_keys_sql(table)) %}
        {% do replace_raw_table(
            exceptions, raw_rows_sql(table, raw, keys, only='exceptions')) %}
        {% do run_query(
            'create or replace view ' ~ name ~ ' as '
            ~ raw_rows_sql(table, raw, keys, only='others')
            ~ ' union all select * from ' ~ exceptions) %}
    {% endif %}
{% endmacro %}


{# Makes a table anew from a query. #}
{% macro replace_raw_table(name, query) %}
    {% if target.type == 'spark' %}
        {% do run_query('drop table if exists ' ~ name) %}
        {% do run_query('create table ' ~ name ~ ' using parquet as ' ~ query) %}
    {% else %}
        {% do run_query('create or replace table ' ~ name ~ ' as ' ~ query) %}
    {% endif %}
{% endmacro %}


{# The columns of a table that must exist elsewhere: [{column, relation, to_column, to}]. #}
{% macro raw_foreign_keys(table) %}
    {% set keys = [] %}
    {% for column in table.columns.values() %}
        {% for constraint in column.constraints if constraint.type == 'foreign_key' %}
            {% set to = modules.re.findall("'(\w+)'", constraint.to) %}
            {% do keys.append({
                'column': column.name,
                'relation': 'raw_' ~ to[0] ~ '.' ~ to[1],
                'to_column': constraint.to_columns[0],
                'to': to | join('.'),
            }) %}
        {% endfor %}
    {% endfor %}
    {{ return(keys) }}
{% endmacro %}


{# The columns that tell the versions of a record apart from other records. #}
{% macro raw_key(table) %}
    {{ return(table.config.meta.key
        + (['_record_date'] if table.config.meta.get('read_by_day') else [])) }}
{% endmacro %}


{# Common table expressions, up to checked_rows: typed rows, and why a row cannot be used. #}
{% macro raw_checked_rows_sql(table, raw) %}
{%- set meta = table.config.meta -%}
{%- set key = meta.key -%}
{%- set event_date = meta.get('event_date') -%}
{%- set columns = table.columns.values() | list -%}
{%- set foreign_keys = raw_foreign_keys(table) %}
{%- set open_days = usage_days_to_read() if meta.get('read_by_day') and raw.columns else none %}
with

raw_rows as (

    {% if raw.columns %}select * from {{ raw.relation }} as raw_rows
    {%- else %}select null as absent where false{% endif %}
    {%- if open_days %}

    -- closed days are in int_user_feature_days already
    {%- set event_time = raw_value(table.columns[event_date], raw.columns) %}
    where
        {{ event_time }} is null
        {%- for first_day, last_day in open_days %}
        or (
            {{ event_time }} >= cast('{{ first_day }}' as timestamp)
            and {{ event_time }} < cast('{{ last_day }}' as timestamp)
        )
        {%- endfor %}
    {%- endif %}

),

typed_rows as (

    select
        {%- for column in columns %}
        {{ raw_value(column, raw.columns) }} as {{ column.name }},
        {%- endfor %}
        {{ raw_row(raw.columns) if raw.columns else 'cast(null as string)' }} as _raw_row

    from raw_rows

),

linked_rows as (

    select
        typed_rows.*
        {%- for foreign_key in foreign_keys %},
        known_{{ foreign_key.column }}.{{ foreign_key.to_column }} as _known_{{ foreign_key.column }}
        {%- endfor %}

    from typed_rows
    {%- for foreign_key in foreign_keys %}

    left join {{ foreign_key.relation }} as known_{{ foreign_key.column }}
        on
            typed_rows.{{ foreign_key.column }} = known_{{ foreign_key.column }}.{{ foreign_key.to_column }}
            and known_{{ foreign_key.column }}._row_status = 'staged'
    {%- endfor %}

),

checked_rows as (

    select
        {%- for column in columns %}
        {{ column.name }},
        {%- endfor %}
        _raw_row,

        -- what was there but could not be read, or is not in the list of its column
        0
        {%- for column in columns if column.name in raw.columns
            and column.config.meta.get('unreadable_becomes_null') %}
        + case
            when {{ column.name }} is null and {{ raw_is_given(column.name, raw.columns) }} then 1
            else 0
        end
        {%- endfor %} as _unreadable_values,
        0
        {%- for column in columns if column.name in raw.columns
            and column.config.meta.get('values') %}
        + case
            when {{ column.name }} = 'other'
                and {{ category('cast(_raw_row.' ~ column.name ~ ' as string)') }} <> 'other'
                then 1
            else 0
        end
        {%- endfor %} as _unknown_values,
        {{ 'cast(' ~ event_date ~ ' as date)' if event_date
            else 'cast(null as date)' }} as _record_date,
        case
            {%- for column in columns if column.name in raw.columns
                and column.data_type != 'string'
                and not column.config.meta.get('unreadable_becomes_null') %}
            when {{ column.name }} is null and {{ raw_is_given(column.name, raw.columns) }}
                then '{{ column.name }} is not a {{ column.data_type }}'
            {%- endfor %}
            {%- if not raw.columns %}
            when false then ''
            {%- endif %}
            {%- for column in columns
                if column.constraints | selectattr('type', 'equalto', 'not_null') | list %}
            when {{ column.name }} is null then '{{ column.name }} is empty'
            {%- endfor %}
            {%- for foreign_key in foreign_keys %}
            when {{ foreign_key.column }} is not null and _known_{{ foreign_key.column }} is null
                then '{{ foreign_key.column }} is not in {{ foreign_key.to }}'
            {%- endfor %}
            {%- if event_date and not meta.get('event_date_is_planned') %}
            when {{ event_date }}
                > cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S") }}' as timestamp)
                then '{{ event_date }} lies after the run began'
            {%- endif %}
            {%- for column in columns %}
            {%- for check in column.constraints | selectattr('type', 'equalto', 'check') %}
            when not ({{ check.expression }}) then '{{ check.name }}'
            {%- endfor %}
            {%- endfor %}
            {%- if meta.get('read_by_day') %}
            when cast(_loaded_at as date)
                > cast({{ event_date }} as date) + {{ var('late_data_days') }}
                {%- if var('restate_from') %}
                and cast({{ event_date }} as date) not between
                    {{ date_setting('restate_from') }} and {{ date_setting('restate_to') }}
                {%- endif %}
                then 'arrived after its day was closed'
            {%- endif %}
        end as _rejection_reason

    from linked_rows

)
{% endmacro %}


{# Keys that usable rows have more than once: few, so that hardly a row needs to be ranked. #}
{% macro raw_repeated_keys_sql(table) %}
select {{ raw_key(table) | join(', ') }}

from checked_rows

where _rejection_reason is null

group by {{ raw_key(table) | join(', ') }}

having count(*) > 1
{% endmacro %}


{# A condition: two relations agree in all columns of a key. #}
{% macro same_key(one, other, key) -%}
    {%- for column in key %}{{ ' and ' if not loop.first }}{{ one }}.{{ column }} = {{ other }}.{{ column }}
    {%- endfor %}
{%- endmacro %}


{#
    The rows of a raw table, each with what becomes of it. With the name of a table of
    repeated keys, `only` the exceptions (rejected rows and those with a repeated key), or the
    others.
#}
{% macro raw_rows_sql(table, raw, repeated_keys=none, only=none) %}
{%- set columns = table.columns.values() | list -%}
{%- set key = raw_key(table) %}
{{ raw_checked_rows_sql(table, raw) }},
{%- if not repeated_keys %}

repeated_keys as (
    {{ raw_repeated_keys_sql(table) }}
),
{%- endif %}

{%- set rows = 'exceptional_rows' if only == 'exceptions' else 'checked_rows' %}
{%- if only == 'exceptions' %}

exceptional_rows as (

    select checked_rows.*

    from checked_rows

    left join {{ repeated_keys }} as repeated_keys
        on {{ same_key('checked_rows', 'repeated_keys', key) }}

    where
        checked_rows._rejection_reason is not null
        or repeated_keys.{{ key[0] }} is not null

),
{%- endif %}

versioned_rows as (

    select
        {{ rows }}.*,
        1 as _version_rank,
        {{ rows }}._loaded_at as _first_loaded_at

    from {{ rows }}

    left join {{ repeated_keys or 'repeated_keys' }} as repeated_keys
        on {{ same_key(rows, 'repeated_keys', key) }}

    where
        {%- if only == 'others' %}
        {{ rows }}._rejection_reason is null
        and repeated_keys.{{ key[0] }} is null
        {%- else %}
        {{ rows }}._rejection_reason is not null
        or repeated_keys.{{ key[0] }} is null

    union all

    select
        {{ rows }}.*,
        row_number() over (
            partition by {{ rows }}.{{ key | join(', ' ~ rows ~ '.') }}
            order by
                updated_at desc nulls last,
                _loaded_at desc nulls last
                {%- for column in columns
                    if column.name not in
                    table.config.meta.key + ['updated_at', '_loaded_at'] %},
                {{ column.name }} desc nulls last
                {%- endfor %}
        ) as _version_rank,
        min(_loaded_at) over (
            partition by {{ rows }}.{{ key | join(', ' ~ rows ~ '.') }}
        ) as _first_loaded_at

    from {{ rows }}

    inner join {{ repeated_keys or 'repeated_keys' }} as repeated_keys
        on {{ same_key(rows, 'repeated_keys', key) }}

    where {{ rows }}._rejection_reason is null
        {%- endif %}

)

select
    {%- for column in columns %}
    {{ column.name }},
    {%- endfor %}
    1 as _raw_rows,
    _unreadable_values,
    _unknown_values,
    _record_date,
    {%- if only == 'others' %}
    cast(null as string) as _rejection_reason,
    cast(null as string) as _raw_record,
    {%- else %}
    _rejection_reason,
    case when _rejection_reason is not null then {{ raw_record() if raw.columns else 'cast(null as string)' }} end
        as _raw_record,
    {%- endif %}
    coalesce(cast(_first_loaded_at as date), _record_date) as _loaded_on,
    case
        {%- if only != 'others' %}
        when _rejection_reason is not null then 'rejected'
        when _version_rank > 1 then 'duplicate'
        {%- endif %}
        when is_deleted then 'deleted'
        else 'staged'
    end as _row_status

from versioned_rows
{% endmacro %}


{#
    Half-open ranges [first, last) of event days that this run reads from usage.events;
    none when nothing has been read yet, which means all.
#}
{% macro usage_days_to_read() %}
    {% set relation = history_relation('int_user_feature_days') %}
    {% if not relation %}
        {{ return(none) }}
    {% endif %}
    {% set newest = run_query('select max(event_date) from ' ~ relation).rows[0][0] %}
    {% if not newest %}
        {{ return(none) }}
    {% endif %}
    {% set day = modules.datetime.timedelta(days=1) %}
    {% set ranges = [(
        (newest - var('late_data_days') * day + day).isoformat(), '9999-01-01'
    )] %}
    {% if var('restate_from') %}
        {% do ranges.append((
            parse_date('restate_from').isoformat(),
            (parse_date('restate_to') + day).isoformat()
        )) %}
    {% endif %}
    {{ return(ranges) }}
{% endmacro %}
