{# After a build: how many due days the next run has to score. #}
{% macro tell_what_is_left() %}
    {% set built = results | default([])
        | selectattr('node.name', 'equalto', 'account_health_daily')
        | selectattr('status', 'equalto', 'success') | list %}
    {% if execute and flags.WHICH in ('build', 'run') and built %}
        {% set left = run_query(
            'select coalesce(max(days_due) - count(*), 0) from ' ~ history_relation('int_days_to_score')
        ).rows[0][0] %}
        {% if left > 0 %}
            {{ log(left ~ ' days are still to be scored: run the same command again, or '
                ~ 'scripts/build, which goes on until none is left.', info=true) }}
        {% endif %}
    {% endif %}
{% endmacro %}
