-- What history holds of a day is what history_ledger says of it: rows and fingerprints.
-- The last audited_days days are compared by every build; set audited_days to 1000000
-- for all.

{%- set first_day %}
    (
        select max(snapshot_date) - {{ var('audited_days') }}
        from {{ ref('account_health_daily') }}
    )
{%- endset %}

with

account_health as (

    select * from {{ ref('account_health_daily') }}

    where snapshot_date > {{ first_day }}

),

dimension_scores as (

    select * from {{ ref('dimension_scores_daily') }}

    where snapshot_date > {{ first_day }}

),

signal_scores as (

    select * from {{ ref('signal_scores_daily') }}

    where snapshot_date > {{ first_day }}

),

stored as (

    {{ day_fingerprints('account_health', 'dimension_scores', 'signal_scores') }}

),

ledger as (

    select
        *,
        row_number() over (
            partition by snapshot_date order by recorded_at desc
        ) as recency

    from {{ ref('history_ledger') }}

    where snapshot_date > {{ first_day }}

)

select
    coalesce(stored.snapshot_date, ledger.snapshot_date) as snapshot_date,
    stored.account_rows,
    ledger.account_rows as account_rows_in_ledger,
    stored.dimension_rows,
    ledger.dimension_rows as dimension_rows_in_ledger,
    stored.signal_rows,
    ledger.signal_rows as signal_rows_in_ledger

from stored

full outer join ledger
    on stored.snapshot_date = ledger.snapshot_date

where
    coalesce(ledger.recency, 1) = 1
    and (
        stored.account_fingerprint is distinct from ledger.account_fingerprint
        or stored.dimension_fingerprint is distinct from ledger.dimension_fingerprint
        or stored.signal_fingerprint is distinct from ledger.signal_fingerprint
        or stored.account_rows is distinct from ledger.account_rows
        or stored.dimension_rows is distinct from ledger.dimension_rows
        or stored.signal_rows is distinct from ledger.signal_rows
    )
