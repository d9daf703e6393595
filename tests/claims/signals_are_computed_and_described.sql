-- The signals that are computed and the rows of seeds/signals.csv are the same set.

with

computed as (

    select distinct signal from {{ ref('int_signal_values') }}

)

select
    computed.signal as computed_signal,
    signals.signal as described_signal,
    case
        when computed.signal is null
            then concat(
                'add the column to its int_<dimension>_signals_by_account_day, ',
                'or drop the row'
            )
        else 'add a row to seeds/signals.csv, or drop the column'
    end as what_to_do

from computed

full outer join {{ ref('signals') }} as signals
    on computed.signal = signals.signal

where
    (
        computed.signal is null
        and exists (select any_row.signal from computed as any_row)
    )
    or signals.signal is null
