-- One row per subject and observed month-end: the population stability index against
-- the reference months, and how much of it chance alone may bring.

with

drift_bins as (

    select * from {{ ref('int_drift_bins') }}

),

totals as (

    select
        *,
        sum(accounts) over months as all_accounts,
        sum(reference_accounts) over months as all_reference_accounts,
        cast(count(*) over months as double) as bins

    from drift_bins

    window months as (partition by subject, observation_date)

),

-- half an account more in each bin, so that none is empty
shares as (

    select
        *,
        (accounts + 0.5) / (all_accounts + 0.5 * bins) as share,
        (reference_accounts + 0.5) / (all_reference_accounts + 0.5 * bins)
            as reference_share

    from totals

),

terms as (

    select
        *,
        (share - reference_share) * ln(share / reference_share) as term

    from shares

),

indices as (

    select
        subject,
        observation_date,
        is_reference,
        max(all_accounts) as accounts,
        max(bins) - 1 as degrees,
        max(1 / all_accounts + 1 / all_reference_accounts) as one_by_sizes,
        sum(term) as psi,
        sum(case when bin = 0 then term else 0 end) as psi_of_unknown,
        sum(case when bin = 0 then accounts else 0 end) / max(all_accounts)
            as share_unknown,
        sum(case when bin = 0 then reference_accounts else 0 end)
        / max(all_reference_accounts) as reference_share_unknown

    from terms

    group by subject, observation_date, is_reference

)

select
    subject,
    observation_date,
    is_reference,
    cast(accounts as bigint) as accounts,
    {{ rounded('share_unknown', 6) }} as share_unknown,
    {{ rounded('reference_share_unknown', 6) }} as reference_share_unknown,
    case when not is_reference then {{ rounded('psi', 6) }} end as psi,
    case when not is_reference then {{ rounded('psi_of_unknown', 6) }} end
        as psi_of_unknown,

    -- without drift the index goes like chi-squared: its 95th percentile, by Wilson and
    -- Hilferty
    case
        when is_reference then null
        when degrees = 0 then 0
        else {{ rounded(
            'degrees * power(1 - 2 / (9 * degrees)'
            ~ ' + 1.644854 * sqrt(2 / (9 * degrees)), 3) * one_by_sizes', 6
        ) }}
    end as psi_by_chance

from indices
