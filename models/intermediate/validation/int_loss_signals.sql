-- One row per account per loss that came while it was green: how many of its signals
-- were measured and red at the month-end before, and the five that are least often red
-- among green accounts that stay, in words.

with

green_signals as (

    select * from {{ ref('int_green_signals') }}

    where lost_on is not null

),

ranked as (

    select
        green_signals.*,
        coalesce(signals.label, green_signals.signal) as label,
        signals.value_format,
        signals.value_words,
        signals.zero_words,
        row_number() over (
            partition by
                green_signals.account_id, green_signals.lost_on, green_signals.is_red
            order by
                watermelon_signals.kept_red
                / nullif(watermelon_signals.kept_measured, 0) asc nulls last,
                green_signals.score asc,
                green_signals.signal asc
        ) as place

    from green_signals

    left join {{ ref('watermelon_signals') }} as watermelon_signals
        on
            green_signals.evaluated_on = watermelon_signals.evaluated_on
            and green_signals.signal = watermelon_signals.signal

    -- a signal that is no more in the seed has no words any more
    left join {{ ref('signals') }} as signals
        on green_signals.signal = signals.signal

),

said as (

    select
        *,
        concat_ws(', ', label, {{ value_in_words('value') }}) as sentence

    from ranked

),

loss_signals as (

    select
        account_id,
        lost_on,
        cast(count(*) as int) as measured_signals,
        cast(sum(case when is_red then 1 else 0 end) as int) as red_signals,
        nullif(concat_ws(
            '; '
            {%- for place in [1, 2, 3, 4, 5] %},
            max(case when is_red and place = {{ place }} then sentence end)
            {%- endfor %}
        ), '') as signals_that_knew

    from said

    group by account_id, lost_on

)

select * from loss_signals
