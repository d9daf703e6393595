-- One row per account per day to score per signal: every column of the nine wide
-- models of signals as a row, with the scorecard version of the day; value is null
-- where nothing was measured.

{{ config(materialized='view') }}

-- Claims on policy hold back only what stands on all seeds that they look at:
-- depends_on: {{ ref('actions') }}
-- depends_on: {{ ref('score_caps') }}
-- depends_on: {{ ref('int_policy_edits') }}

{% for dimension in ['adoption', 'support', 'relationship', 'sentiment', 'financial',
    'onboarding', 'impact', 'marketing', 'expansion'] %}

{{ 'union all' if not loop.first }}

{{ unpivot_signals(ref('int_' ~ dimension ~ '_signals_by_account_day')) }}

{% endfor %}
