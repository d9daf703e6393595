-- One row per currency per span of an unchanged rate into the reporting currency, from
-- valid_from to before valid_to.

with

exchange_rates as (

    select * from {{ ref('exchange_rates') }}

),

spans as (

    select
        currency,
        valid_from,
        lead(valid_from, 1, cast('9999-01-01' as date)) over (
            partition by currency order by valid_from
        ) as valid_to,
        rate

    from exchange_rates

    where
        reporting_currency = '{{ var("reporting_currency") }}'
        and currency <> reporting_currency

    union all

    select
        '{{ var("reporting_currency") }}' as currency,
        cast('1900-01-01' as date) as valid_from,
        cast('9999-01-01' as date) as valid_to,
        1.0 as rate

)

select * from spans
