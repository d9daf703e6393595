-- One row per account per spell as a customer, from spell_from to before spell_to:
-- spans with gaps of at most churn_grace_days are one spell; after a longer gap a new
-- one begins. Each arrival of a late span makes another set of spells, for snapshots
-- that know what was loaded from known_from to before known_before.

with

customer_spans as (

    select * from {{ ref('int_customer_spans') }}

),

arrivals as (

    select
        account_id,
        cast('1900-01-01' as date) as known_from

    from customer_spans

    union

    select
        account_id,
        loaded_on

    from customer_spans

    where loaded_on > span_from + {{ var('late_data_days') }}

    union

    select
        account_id,
        known_before

    from customer_spans

    where known_before < cast('9999-12-31' as date)

),

periods as (

    select
        account_id,
        known_from,
        lead(known_from, 1, cast('9999-12-31' as date)) over (
            partition by account_id order by known_from
        ) as known_before

    from arrivals

),

known_spans as (

    select
        customer_spans.account_id,
        customer_spans.span_from,
        customer_spans.span_to,
        periods.known_from,
        periods.known_before

    from customer_spans

    inner join periods
        on
            customer_spans.account_id = periods.account_id
            and customer_spans.known_before > periods.known_from

            -- a span that was not late is known on each of its days
            and (
                customer_spans.loaded_on <= periods.known_from
                or customer_spans.loaded_on
                <= customer_spans.span_from + {{ var('late_data_days') }}
            )

),

spans_with_earlier_end as (

    select
        *,
        max(span_to) over (
            partition by account_id, known_from
            order by span_from, span_to
            rows between unbounded preceding and 1 preceding
        ) as earlier_end

    from known_spans

),

numbered_spans as (

    select
        *,
        sum(
            case
                when span_from <= earlier_end + {{ var('churn_grace_days') }} then 0
                else 1
            end
        ) over (
            partition by account_id, known_from
            order by span_from, span_to
            rows between unbounded preceding and current row
        ) as spell_number

    from spans_with_earlier_end

),

account_spells as (

    select
        account_id,
        known_from,
        known_before,
        spell_number,
        min(span_from) as spell_from,
        max(span_to) as spell_to

    from numbered_spans

    group by all

)

select * from account_spells
