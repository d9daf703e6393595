-- One row per outcome, window, predictor and slice in which it is judged, with a
-- number: the cell. All slices are of the health score, those by segment, lifecycle
-- stage and scorecard in every window; the best signal is judged in the later half
-- alone, which the choice of it has not seen.

with

pairs as (

    select * from {{ ref('int_backtest_pairs') }}

),

slices as (

    select * from {{ ref('int_backtest_slices') }}

),

cells as (

    select
        pairs.pair_number * 10000 + slices.slice_number as cell,
        pairs.outcome,
        pairs.horizon_days,
        pairs.lead_days,
        pairs.is_headline,
        pairs.predictor,
        slices.slice,
        slices.slice_value

    from pairs

    inner join slices
        on
            (slices.slice = 'all' and pairs.predictor <> 'best_signal')
            or (slices.slice = 'later_half' and pairs.is_headline = 1)
            or (
                slices.slice in ('segment', 'lifecycle_stage', 'scorecard')
                and pairs.predictor = 'health_score'
            )
            or (
                slices.slice = 'observation_date'
                and pairs.is_headline = 1
                and pairs.predictor = 'health_score'
            )

)

select * from cells
