{#
    The three signals each way that moved the score of accounts most between two days: a query
    with one row per row of `pairs` (account_id, first_day, last_day, one per account and
    first_day), direction (up, down) and rank: by how many points the contribution of the signal
    differs, and a sentence in the words of seeds/signals.csv.
#}
{% macro moved_signals(pairs) -%}
with

signal_scores as (

    select
        account_id,
        snapshot_date,
        signal,
        status,
        value,
        weight,
        contribution

    from {{ ref('signal_scores_daily') }}

    where
        snapshot_date in (
            select pairs.first_day from {{ pairs }} as pairs
            union
            select pairs.last_day from {{ pairs }} as pairs
        )

),

{% for day in ['first_day', 'last_day'] %}

{{ day }}_signals as (

    select
        pairs.first_day,
        signal_scores.*

    from {{ pairs }} as pairs

    inner join signal_scores
        on
            pairs.account_id = signal_scores.account_id
            and pairs.{{ day }} = signal_scores.snapshot_date

),

{% endfor %}

moved as (

    select
        coalesce(last_day_signals.account_id, first_day_signals.account_id)
            as account_id,
        coalesce(last_day_signals.first_day, first_day_signals.first_day) as first_day,
        coalesce(last_day_signals.signal, first_day_signals.signal) as signal,
        first_day_signals.value as first_value,
        last_day_signals.value as last_value,
        first_day_signals.status as first_status,
        last_day_signals.status as last_status,
        coalesce(first_day_signals.weight, 0) as first_weight,
        coalesce(last_day_signals.weight, 0) as last_weight,
        {{ rounded(
            'coalesce(last_day_signals.contribution, 0)'
            ~ ' - coalesce(first_day_signals.contribution, 0)', 6
        ) }} as points

    from last_day_signals

    full outer join first_day_signals
        on
            last_day_signals.account_id = first_day_signals.account_id
            and last_day_signals.first_day = first_day_signals.first_day
            and last_day_signals.signal = first_day_signals.signal

),

worded_moves as (

    {{ worded_moves('moved') }}

)

select * from worded_moves
{%- endmacro %}


{#
    The three signals each way that moved a score most, in words: a query with one row per key,
    direction (up, down) and rank; from rows of `moved` with the key, signal, points, and value,
    status and weight before (first_…) and after (last_…).
#}
{% macro worded_moves(moved, key=['account_id', 'first_day']) -%}
with

ranked as (

    select
        *,
        case when points > 0 then 'up' else 'down' end as direction,
        row_number() over (
            partition by {{ key | join(', ') }}, points > 0
            order by abs(points) desc, signal asc
        ) as move_rank

    from {{ moved }}

    -- less is shown as 0.0
    where abs(points) >= 0.05

),

worded as (

    select
        ranked.*,
        coalesce(signals.label, ranked.signal) as label,
        signals.value_format,
        signals.value_words,
        signals.zero_words,
        ranked.first_status = 'measured' and ranked.last_status = 'measured'
            as is_measured_on_both

    from ranked

    left join {{ ref('signals') }} as signals
        on ranked.signal = signals.signal

    where ranked.move_rank <= 3

),

texts as (

    select
        *,
        {%- for day in ['first', 'last'] %}
        {{ value_text(day ~ '_value', 'value_format') }} as {{ day }}_text,
        {{ value_in_words(day ~ '_value') }} as {{ day }}_words,
        {%- endfor %}
        concat(
            case when points > 0 then '+' else '' end,
            cast(cast({{ rounded('points', 1) }} as decimal(6, 1)) as string),
            ' points'
        ) as shown_points

    from worded

),

said as (

    select
        *,
        {{ move_in_words() }} as what_happened

    from texts

)

select
    {{ key | join(', ') }},
    direction,
    cast(move_rank as int) as move_rank,
    signal,
    points,

    concat(label, what_happened, ': ', shown_points) as sentence

from said
{%- endmacro %}


{# The sentences of worded_moves in one row per key, as signals_up and signals_down. #}
{% macro moves_in_a_row(worded_moves, key=['account_id', 'first_day']) -%}
select
    {{ key | join(', ') }},
    {%- for direction in ['up', 'down'] %}
    concat_ws(
        '; '
        {%- for rank in [1, 2, 3] %},
        max(
            case
                when direction = '{{ direction }}' and move_rank = {{ rank }}
                    then sentence
            end
        )
        {%- endfor %}
    ) as signals_{{ direction }}{{ ',' if not loop.last }}
    {%- endfor %}

from {{ worded_moves }}

group by {{ key | join(', ') }}
{%- endmacro %}
