-- One row per version of a policy, item in it and setting that decides on scores: its
-- value as text. An item is a signal, a dimension, a band or a stage. Words that only
-- people read are left out: they may change at any time.

{%- set scorecard_settings = [
    'priority', 'customer_type', 'segment', 'industry', 'region', 'size_band',
    'service_tier', 'product', 'lifecycle_stage', 'minimum_coverage', 'effective_from',
    'effective_to',
] %}
{%- set signal_settings = [
    'weight', 'shape', 'zero_at', 'fifty_at', 'hundred_at', 'hundred_until',
    'zero_again_at', 'missing_policy',
] %}
{%- set stage_settings = [
    'min_tenure_days', 'max_tenure_days', 'min_days_to_renewal', 'max_days_to_renewal',
    'priority',
] %}
{%- set cap_settings = [
    'signal', 'account_id', 'comparison', 'threshold', 'cap_at', 'effective_from',
    'effective_to',
] %}

with

scorecards as (

    select
        *,
        concat(scorecard, ' ', cast(version as string)) as scorecard_version,
        coalesce(effective_to, cast('9999-01-01' as date)) as ends_on

    from {{ ref('scorecards') }}

    where status = 'published'

),

scorecard_dimensions as (

    select
        scorecards.scorecard_version,
        scorecards.effective_from,
        scorecards.ends_on,
        scorecard_dimensions.dimension,
        scorecard_dimensions.weight

    from {{ ref('scorecard_dimensions') }} as scorecard_dimensions

    inner join scorecards
        on
            scorecard_dimensions.scorecard = scorecards.scorecard
            and scorecard_dimensions.version = scorecards.version

),

scorecard_signals as (

    select
        scorecards.scorecard_version,
        {%- for setting in signal_settings %}
        scorecard_signals.{{ setting }},
        {%- endfor %}
        scorecard_signals.signal,
        scorecards.effective_from,
        scorecards.ends_on

    from {{ ref('scorecard_signals') }} as scorecard_signals

    inner join scorecards
        on
            scorecard_signals.scorecard = scorecards.scorecard
            and scorecard_signals.version = scorecards.version

),

policy_values as (

    {%- for setting in scorecard_settings %}

    select
        'scorecards' as seed,
        scorecard_version as version,
        'scorecard' as item,
        '{{ setting }}' as setting,
        cast({{ setting }} as string) as value,
        effective_from as holds_from,
        ends_on as holds_to,

        -- may be added to a version that has scored
        false as may_be_added

    from scorecards

    union all

    {%- endfor %}

    select
        'scorecard_dimensions',
        scorecard_version,
        dimension,
        'weight',
        cast(weight as string),
        effective_from,
        ends_on,
        weight = 0

    from scorecard_dimensions

    {%- for setting in signal_settings %}

    union all

    select
        'scorecard_signals',
        scorecard_version,
        signal,
        '{{ setting }}',
        cast({{ setting }} as string),
        effective_from,
        ends_on,
        weight = 0

    from scorecard_signals
    {%- endfor %}

    union all

    select
        'health_bands',
        cast(effective_from as string),
        band,
        'min_score',
        cast(min_score as string),
        effective_from,
        effective_to,
        false

    from {{ ref('int_health_bands') }}

    {%- for setting in stage_settings %}

    union all

    select
        'lifecycle_stages',
        cast(effective_from as string),
        stage,
        '{{ setting }}',
        cast({{ setting }} as string),
        effective_from,
        effective_to,
        false

    from {{ ref('int_lifecycle_stages') }}
    {%- endfor %}

    {%- for setting in cap_settings %}

    union all

    select
        'score_caps',
        cap,
        'cap',
        '{{ setting }}',
        cast({{ setting }} as string),
        effective_from,
        coalesce(effective_to, cast('9999-01-01' as date)),
        false

    from {{ ref('score_caps') }}
    {%- endfor %}

    {%- for seed, item, setting in [
        ('dimensions', 'dimension', 'axis'),
        ('signals', 'signal', 'dimension'),
        ('quadrants', 'quadrant', 'relationship'),
        ('quadrants', 'quadrant', 'impact'),
    ] %}

    union all

    -- without versions: a row may be added, and never changes
    select
        '{{ seed }}',
        'all',
        {{ item }},
        '{{ setting }}',
        {{ setting }},
        cast('1900-01-01' as date),
        cast('9999-01-01' as date),
        true

    from {{ ref(seed) }}
    {%- endfor %}

)

select * from policy_values

where value is not null
