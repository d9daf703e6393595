-- One row per account per day to score per signal: every column of the nine wide signal
-- models as a row, value null where nothing was measured, with the scorecard of the day.

{{ config(materialized='view') }}

-- policy_is_sound looks at all seeds, and holds back only what stands on all of them:
-- depends_on: {{ ref('actions') }}
-- depends_on: {{ ref('score_caps') }}

{% for dimension in ['adoption', 'support', 'relationship', 'sentiment', 'financial',
    'onboarding', 'impact', 'marketing', 'expansion'] %}

{{ 'union all' if not loop.first }}

{{ unpivot_signals(ref('int_' ~ dimension ~ '_signals_by_account_day')) }}

{% endfor %}
