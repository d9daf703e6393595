{#
    What is likely to be lost of the renewals of each quarter: a query with one row per
    forecast_on and renewal_quarter, from one row per account with the columns forecast_on,
    renewal_quarter, settled_band, renewal_bucket, based_on, based_on_renewals,
    churn_probability and arr.

    The interval (95 %) is one of prediction, which holds what will be lost, not only its mean:
    the variance of each account's fate, p (1 - p), and that of the probability itself, which
    all accounts of a band and bucket share, p (1 - p) / (n + 4); both with p moved a little
    towards one half, (k + 2) / (n + 4), or a band of which nobody has left yet would be certain.
#}
{% macro quarter_losses(renewals) -%}
select
    forecast_on,
    renewal_quarter,
    cast(sum(accounts) as int) as accounts,
    cast(sum(accounts_without_arr) as int) as accounts_without_arr,
    {{ rounded(exact_sum('arr', 2), 2) }} as arr,
    cast(sum(case when probability is not null then accounts else 0 end) as int)
        as forecast_accounts,
    {{ rounded(exact_sum('case when probability is null then 0 else arr end', 2), 2) }}
        as forecast_arr,
    {{ rounded(exact_sum('accounts * probability', 6), 2) }} as expected_accounts_lost,
    1.959964 * sqrt({{ exact_sum(
        'spread * (accounts + accounts * accounts / (learned_from + 4))', 6
    ) }}) as accounts_margin,
    {{ rounded(exact_sum('arr * probability', 4), 2) }} as expected_arr_lost,

    -- in thousands, of which the squares have fewer digits
    1.959964 * 1000 * sqrt({{ exact_sum(
        'spread * (squares + (arr / 1000) * (arr / 1000) / (learned_from + 4))', 6
    ) }}) as arr_margin

from (
    select
        forecast_on,
        renewal_quarter,
        based_on_renewals as learned_from,
        churn_probability as probability,
        {%- set nearer = '(churn_probability * based_on_renewals + 2) / (based_on_renewals + 4)' %}
        {{ nearer }} * (1 - {{ nearer }}) as spread,
        count(*) as accounts,
        count(*) - count(arr) as accounts_without_arr,
        coalesce({{ exact_sum('arr', 2) }}, 0) as arr,
        coalesce({{ exact_sum('(arr / 1000) * (arr / 1000)', 6) }}, 0) as squares

    from {{ renewals }}

    -- accounts that share a probability
    group by
        forecast_on,
        renewal_quarter,
        settled_band,
        case when based_on = 'band and days to renewal' then renewal_bucket end,
        based_on_renewals,
        churn_probability
) as cells

group by forecast_on, renewal_quarter
{%- endmacro %}


{# A number, rounded, but neither below 0 nor above a limit; null when any of them is. #}
{% macro within_limit(value, limit, decimals) -%}
case
    when {{ value }} < 0 then 0
    when {{ value }} > {{ limit }} then {{ limit }}
    else {{ rounded(value, decimals) }}
end
{%- endmacro %}
