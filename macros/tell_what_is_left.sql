{% macro tell_what_is_left() %}{% endmacro %}
