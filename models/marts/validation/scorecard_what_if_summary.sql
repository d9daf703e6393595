-- One row per month of evaluation and candidate scorecard version: what publishing it
-- would do to the accounts of the latest day and of the ends of months before, and
-- whether it tells better than the published versions who was lost. The last of the
-- what-if's marts to be written: what is in it is not computed again.

{{ config(
    materialized='incremental',
    unique_key='evaluated_on',
    partition_by=('evaluated_on' if target.type == 'spark' else none),
    full_refresh=false,
    on_schema_change='fail',
) }}

-- depends_on: {{ ref('scorecard_what_if') }}
-- depends_on: {{ ref('scorecard_what_if_accounts') }}

with

headline_window as (

    select * from {{ ref('backtest_windows') }}

    where is_headline = 1

),

judged as (

    select
        totals.*,
        candidates.changed_by,
        candidates.change_reason,
        candidates.policy_fingerprint,
        headline_window.horizon_days,
        headline_window.lead_days,
        cast(coalesce(aucs.observations, 0) as bigint) as observations,
        cast(coalesce(aucs.accounts_with_outcome, 0) as bigint) as accounts_lost,
        aucs.auc,
        aucs.auc_low,
        aucs.auc_high,
        aucs.published_auc,
        aucs.difference,
        aucs.difference_low,
        aucs.difference_high,
        case
            when totals.changed_account_days = 0 then 'the same'
            when aucs.difference is null then 'not enough'
            when aucs.difference_low > 0 then 'better'
            when aucs.difference_high < 0 then 'worse'
            else 'no clear difference'
        end as verdict

    from {{ ref('int_what_if_totals') }} as totals

    inner join {{ ref('int_candidates') }} as candidates
        on
            totals.scorecard = candidates.scorecard
            and totals.scorecard_version = candidates.scorecard_version

    cross join headline_window

    left join {{ ref('int_what_if_auc') }} as aucs
        on
            totals.scorecard = aucs.scorecard
            and totals.scorecard_version = aucs.scorecard_version

),

texts as (

    select
        *,
        {%- for name in ['arr', 'arr_band_up', 'arr_band_down'] %}
        coalesce({{ value_text(name, "'money'") }}, 'revenue unknown')
            as {{ name }}_text,
        {%- endfor %}
        {%- for name in ['auc', 'published_auc', 'difference', 'difference_low'] %}
        cast(cast({{ rounded(name, 3) }} as decimal(6, 3)) as string)
            as {{ name }}_text,
        {%- endfor %}
        cast(cast({{ rounded('difference_high', 3) }} as decimal(6, 3)) as string)
            as difference_high_text

    from judged

)

select
    evaluated_on,
    scorecard,
    scorecard_version,
    changed_by,
    change_reason,

    -- the answer
    verdict,
    concat(
        case
            when accounts_in_scope = 0
                then 'It would score no account of the latest day.'
            when accounts = 0
                then concat(
                    'It cannot score the latest day: not all of its signals were ',
                    'stored.'
                )
            else concat(
                    'Of ', cast(accounts as string), ' accounts (', arr_text, ') ',
                    cast(accounts_band_up as string), ' (', arr_band_up_text,
                    ') would move up a band, ',
                    cast(accounts_band_down as string), ' (', arr_band_down_text,
                    ') down, and ',
                    cast(accounts_newly_withheld as string),
                    ' would lose their score, since too little is measured.'
                )
        end,
        case
            when verdict = 'the same' then ' Its scores are those that are published.'
            when verdict = 'not enough'
                then concat(
                    ' Whether it tells better who is lost cannot be said yet: ',
                    cast(accounts_lost as string),
                    ' of its accounts were lost in the windows that are over, and ',
                    '{{ var("minimum_outcomes") }}',
                    ' lost and as many kept are needed.'
                )
            else concat(
                    case verdict
                        when 'better' then ' It tells better'
                        when 'worse' then ' It tells worse'
                        else ' It tells neither clearly better nor worse'
                    end,
                    ' who is lost within ', cast(horizon_days as string), ' days: AUC ',
                    auc_text, ' against ', published_auc_text, ', difference ',
                    difference_text, ' (95% interval ', difference_low_text, ' to ',
                    difference_high_text, ').'
                )
        end
    ) as sentence,

    -- on the latest day
    snapshot_date,
    accounts_in_scope,
    accounts,
    arr,
    {%- for name in ['band_up', 'band_down', 'newly_withheld', 'newly_scored'] %}
    accounts_{{ name }},
    arr_{{ name }},
    {%- endfor %}
    mean_change,
    mean_absolute_change,

    -- on the ends of months
    months,
    months_left_out,
    account_months,
    {%- for name in ['band_up', 'band_down', 'newly_withheld', 'newly_scored'] %}
    account_months_{{ name }},
    {%- endfor %}

    -- who was lost, in the headline window
    horizon_days,
    lead_days,
    observations,
    accounts_lost,
    auc,
    auc_low,
    auc_high,
    published_auc,
    difference,
    difference_low,
    difference_high,
    policy_fingerprint

from texts
