{#
    No two rows have the same key, and no part of a key is null (unique() ignores nulls). Of a
    table that keeps history, `of_this_run` tests the days that the run scored: older ones were
    tested when they were written, and the test does not take longer from day to day.
#}
{% test unique_key(model, columns, of_this_run=false) %}

select
    {{ columns | join(', ') }},
    count(*) as rows_with_this_key

from {{ model }}
{%- if of_this_run %}

where
    snapshot_date is null
    or snapshot_date in (
        select days_to_score.snapshot_date
        from {{ ref('int_days_to_score') }} as days_to_score
    )
{%- endif %}

group by {{ columns | join(', ') }}

having
    count(*) > 1
    {%- for column in columns %}
    or {{ column }} is null
    {%- endfor %}

{% endtest %}
