{#
    Which cap of seeds/score_caps.csv holds, the only place that says so: a query with one row per
    account and day on which any does, with the lowest. From rows of signals (account_id,
    snapshot_date, signal, status, value), and of the ids that count for the account on that day
    (account_id, snapshot_date, source_account_id). Of a value that is unknown there is no cap. The
    `key` may have further columns, which both have.
#}
{% macro lowest_caps(signals, account_ids, key=['account_id', 'snapshot_date']) -%}
with

score_caps as (

    select
        cap,
        signal,
        account_id,
        comparison,
        threshold,
        cap_at,
        effective_from,
        coalesce(effective_to, cast('9999-01-01' as date)) as effective_to

    from {{ ref('score_caps') }}

),

caps_by_signal as (

    select
        {%- for column in key %}
        signals.{{ column }},
        {%- endfor %}
        score_caps.cap,
        score_caps.cap_at

    from {{ signals }} as signals

    inner join score_caps
        on
            signals.signal = score_caps.signal
            and signals.snapshot_date >= score_caps.effective_from
            and signals.snapshot_date < score_caps.effective_to

    where
        signals.status = 'measured'
        and case score_caps.comparison
            when '>' then signals.value > score_caps.threshold
            when '>=' then signals.value >= score_caps.threshold
            when '<' then signals.value < score_caps.threshold
            when '<=' then signals.value <= score_caps.threshold
        end

),

-- that of an account holds for the one that it was merged into
caps_by_account as (

    select
        {%- for column in key %}
        account_ids.{{ column }},
        {%- endfor %}
        score_caps.cap,
        score_caps.cap_at

    from {{ account_ids }} as account_ids

    inner join score_caps
        on
            account_ids.source_account_id = score_caps.account_id
            and account_ids.snapshot_date >= score_caps.effective_from
            and account_ids.snapshot_date < score_caps.effective_to

),

ranked_caps as (

    select
        *,
        row_number() over (
            partition by {{ key | join(', ') }} order by cap_at, cap
        ) as cap_rank

    from (
        select * from caps_by_signal

        union all

        select * from caps_by_account
    ) as caps

)

select
    {{ key | join(', ') }},
    cap,
    cap_at

from ranked_caps

where cap_rank = 1
{%- endmacro %}
