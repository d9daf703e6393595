-- One row per account, observed month-end and subject (health_score, or a signal with
-- weight) that was known then: its value.

with

observations as (

    select * from {{ ref('int_observations') }}

),

signal_observations as (

    select * from {{ ref('int_signal_observations') }}

),

weighted_signals as (

    select signal from {{ ref('int_evaluated_signals') }}

    where has_weight

)

select
    account_id,
    observation_date,
    'health_score' as subject,
    health_score as value

from observations

where health_score is not null

union all

select
    signal_observations.account_id,
    signal_observations.observation_date,
    signal_observations.signal as subject,
    signal_observations.value

from signal_observations

inner join weighted_signals
    on signal_observations.signal = weighted_signals.signal
