-- One row per account per spell as a customer, from spell_from to before spell_to:
-- spans with gaps of at most churn_grace_days are one spell; after a longer gap a new
-- one begins.

with

customer_spans as (

    select * from {{ ref('int_customer_spans') }}

),

spans_with_earlier_end as (

    select
        *,
        max(span_to) over (
            partition by account_id
            order by span_from, span_to
            rows between unbounded preceding and 1 preceding
        ) as earlier_end

    from customer_spans

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
            partition by account_id
            order by span_from, span_to
            rows between unbounded preceding and current row
        ) as spell_number

    from spans_with_earlier_end

),

account_spells as (

    select
        account_id,
        spell_number,
        min(span_from) as spell_from,
        max(span_to) as spell_to

    from numbered_spans

    group by all

)

select * from account_spells
