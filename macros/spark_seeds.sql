{#
    Loads a seed on Spark: by column name, blank as null, apostrophes as they are. The
    adapter's own macro writes blanks as 'None' and breaks at an apostrophe.
#}
{% macro spark__load_csv_rows(model, agate_table) %}
    {% set types = model.config.column_types %}
    {% set rows = [] %}
    {% for row in agate_table.rows %}
        {% set values = [] %}
        {% for column in agate_table.column_names %}
            {% set value = row[column] %}
            {% set text = 'null' if value is none
                else "'" ~ (value | string).replace('\\', '\\\\').replace("'", "\\'") ~ "'" %}
            {% do values.append('cast(' ~ text ~ ' as ' ~ types[column] ~ ')') %}
        {% endfor %}
        {% do rows.append('(' ~ values | join(', ') ~ ')') %}
    {% endfor %}
    {% if not rows %}
        {{ return('') }}
    {% endif %}
    {% set sql = 'insert into ' ~ this.render() ~ ' (' ~ agate_table.column_names | join(', ')
        ~ ') values ' ~ rows | join(', ') %}
    {% do adapter.add_query(sql, abridge_sql_log=True) %}
    {{ return(sql) }}
{% endmacro %}
