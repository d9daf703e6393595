-- One row per subject, observed month-end and bin that has accounts then or in the
-- reference months: how many. Bin 0 is unknown, 1 to 10 are the tenths of the reference
-- months; where many have the same value, fewer bins are left.

with

drift_values as (

    select * from {{ ref('int_drift_values') }}

),

edges as (

    select * from {{ ref('int_drift_edges') }}

),

months as (

    select * from {{ ref('int_drift_months') }}

),

subjects as (

    select 'health_score' as subject

    union all

    select signal as subject from {{ ref('int_evaluated_signals') }}

    where has_weight

),

binned as (

    select
        drift_values.subject,
        drift_values.observation_date,
        1
        {%- for edge in range(1, 10) %}
        + case when drift_values.value > edges.edge_{{ edge }} then 1 else 0 end
        {%- endfor %} as bin

    from drift_values

    left join edges
        on drift_values.subject = edges.subject

),

known_bins as (

    select
        subject,
        observation_date,
        bin,
        count(*) as accounts

    from binned

    group by subject, observation_date, bin

),

known as (

    select
        subject,
        observation_date,
        sum(accounts) as accounts

    from known_bins

    group by subject, observation_date

),

bins as (

    select * from known_bins

    union all

    select
        subjects.subject,
        months.observation_date,
        0 as bin,
        months.accounts - coalesce(known.accounts, 0) as accounts

    from subjects

    cross join months

    left join known
        on
            subjects.subject = known.subject
            and months.observation_date = known.observation_date

),

reference_bins as (

    select
        bins.subject,
        bins.bin,
        sum(bins.accounts) as accounts

    from bins

    inner join months
        on bins.observation_date = months.observation_date

    where months.is_reference

    group by bins.subject, bins.bin

),

all_bins as (

    select distinct
        subject,
        bin

    from bins

)

select
    all_bins.subject,
    months.observation_date,
    all_bins.bin,
    months.is_reference,
    cast(coalesce(bins.accounts, 0) as double) as accounts,
    cast(coalesce(reference_bins.accounts, 0) as double) as reference_accounts

from all_bins

cross join months

left join bins
    on
        all_bins.subject = bins.subject
        and all_bins.bin = bins.bin
        and months.observation_date = bins.observation_date

left join reference_bins
    on
        all_bins.subject = reference_bins.subject
        and all_bins.bin = reference_bins.bin

where coalesce(bins.accounts, 0) + coalesce(reference_bins.accounts, 0) > 0
