-- One row per candidate scorecard version and account with a score by both on the
-- latest day: up to three signals each way whose contribution differs most, in words.

{%- set key = ['account_id', 'snapshot_date', 'scorecard', 'scorecard_version'] %}

with

account_versions as (

    select {{ key | join(', ') }}

    from {{ ref('int_what_if_health') }}

    where
        is_latest_day
        and change is not null

),

candidate_scores as (

    {{ rescored_signals(
        'account_versions', peers=ref('int_what_if_account_days')
    ) }}

),

candidate_dimensions as (

    {{ dimension_scores('candidate_scores', key) }}

),

-- of the health score, as in int_signal_contributions
candidate_weights as (

    select
        candidate_scores.*,
        case
            when candidate_scores.score is null then 0
            else candidate_scores.signal_weight
                / candidate_dimensions.scored_signal_weight
                * candidate_dimensions.weight
        end as weight

    from candidate_scores

    inner join candidate_dimensions
        on
            candidate_scores.dimension = candidate_dimensions.dimension
            {%- for column in key %}
            and candidate_scores.{{ column }} = candidate_dimensions.{{ column }}
            {%- endfor %}

),

published_signals as (

    select
        account_versions.scorecard,
        account_versions.scorecard_version,
        signal_scores_daily.account_id,
        signal_scores_daily.snapshot_date,
        signal_scores_daily.signal,
        signal_scores_daily.status,
        signal_scores_daily.value,
        signal_scores_daily.weight,
        signal_scores_daily.contribution

    from account_versions

    inner join {{ ref('signal_scores_daily') }} as signal_scores_daily
        on
            account_versions.account_id = signal_scores_daily.account_id
            and account_versions.snapshot_date = signal_scores_daily.snapshot_date

),

-- every stored signal is among the published ones, with weight or without
moved as (

    select
        {%- for column in key + ['signal'] %}
        published_signals.{{ column }},
        {%- endfor %}
        published_signals.value as first_value,
        published_signals.value as last_value,
        published_signals.status as first_status,
        published_signals.status as last_status,
        coalesce(published_signals.weight, 0) as first_weight,
        coalesce(candidate_weights.weight, 0) as last_weight,
        {{ rounded(
            'coalesce(candidate_weights.weight * (candidate_weights.score - 50), 0)'
            ~ ' - coalesce(published_signals.contribution, 0)', 6
        ) }} as points

    from published_signals

    left join candidate_weights
        on
            published_signals.signal = candidate_weights.signal
            {%- for column in key %}
            and published_signals.{{ column }} = candidate_weights.{{ column }}
            {%- endfor %}

),

worded_moves as (

    {{ worded_moves('moved', key) }}

),

sentences as (

    {{ moves_in_a_row('worded_moves', key) }}

)

select * from sentences
