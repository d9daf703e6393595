{# Refuses settings that make no sense, before anything is read. #}
{% macro check_settings() %}
    {% if not execute %}{{ return('') }}{% endif %}
    {% for name in ['as_of_date', 'history_start', 'restate_from', 'restate_to'] %}
        {% if var(name) and not modules.re.match('^\d{4}-\d{2}-\d{2}$', var(name) | string) %}
            {{ exceptions.raise_compiler_error(
                'The setting ' ~ name ~ ' must be a date such as 2026-01-31, not '
                ~ var(name) ~ '.') }}
        {% endif %}
        {% do parse_date(name) %}
    {% endfor %}
    {% if var('as_of_date') and parse_date('as_of_date') >= run_started_at.date() %}
        {{ exceptions.raise_compiler_error(
            'as_of_date must lie before today, ' ~ run_started_at.date().isoformat()
            ~ ' (UTC), not on ' ~ var('as_of_date') ~ ': a day is scored when it is over.') }}
    {% endif %}
    {% set restate = [var('restate_from'), var('restate_to'), var('restate_reason')] %}
    {% if restate | select | list | length not in (0, 3) %}
        {{ exceptions.raise_compiler_error(
            'Restating closed days needs restate_from, restate_to and restate_reason: '
            ~ 'say all three, and why in restate_reason. It goes into history_ledger.') }}
    {% endif %}
    {% if var('restate_from') and parse_date('restate_from') > parse_date('restate_to') %}
        {{ exceptions.raise_compiler_error('restate_from lies after restate_to.') }}
    {% endif %}
    {% if var('max_days_per_run') <= var('late_data_days') %}
        {{ exceptions.raise_compiler_error(
            'max_days_per_run must be more than late_data_days: the open days are computed '
            ~ 'in every run, and nothing would ever get done beside them.') }}
    {% endif %}
    {% if var('customer_definition')
        not in ('subscription', 'activity', 'subscription_or_activity') %}
        {{ exceptions.raise_compiler_error(
            'customer_definition must be subscription, activity or '
            ~ 'subscription_or_activity, not ' ~ var('customer_definition') ~ '.') }}
    {% endif %}
    {% if var('settle_days') is not integer or var('settle_days') < 1 %}
        {{ exceptions.raise_compiler_error(
            'settle_days must be a whole number from 1 on, not ' ~ var('settle_days')
            ~ '.') }}
    {% endif %}
    {% if not 0 < var('contraction_share') < 1 or not 0 < var('expansion_share') %}
        {{ exceptions.raise_compiler_error(
            'contraction_share must lie between 0 and 1, and expansion_share above 0: they '
            ~ 'are shares of the revenue before.') }}
    {% endif %}
    {% if var('at_risk_bands') is string or not var('at_risk_bands') %}
        {{ exceptions.raise_compiler_error(
            'at_risk_bands must be a list of bands such as [at_risk, critical].') }}
    {% endif %}
    {% for name, least in [('backtest_months', 1), ('minimum_outcomes', 2),
        ('minimum_renewals', 1)] %}
        {% if var(name) is not integer or var(name) < least %}
            {{ exceptions.raise_compiler_error(
                name ~ ' must be a whole number from ' ~ least ~ ' on, not ' ~ var(name)
                ~ '.') }}
        {% endif %}
    {% endfor %}
{% endmacro %}
