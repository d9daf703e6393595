-- One row per account with an open alert: how many, the one that presses most, and the
-- three that do in words.

with

open_alerts as (

    select
        account_id,
        action,
        severity,
        first_day,
        concat(cast(first_day as string), ': ', sentence) as sentence,
        row_number() over (
            partition by account_id
            order by sort_order asc, first_day desc, rule asc
        ) as place

    from {{ ref('health_alerts') }}

    where is_open

)

select
    account_id,
    cast(count(*) as int) as open_alerts,
    min(case when place = 1 then severity end) as severity,
    min(case when place = 1 then action end) as action,
    min(case when place = 1 then first_day end) as first_day,
    concat_ws(
        ' '
        {%- for place in [1, 2, 3] %},
        min(case when place = {{ place }} then sentence end)
        {%- endfor %}
    ) as alerts_in_words

from open_alerts

group by account_id
