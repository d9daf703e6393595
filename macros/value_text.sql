{#
    A number as people write it: whole from 10 on, else with one or two decimals where it has
    them. Null stays null.
#}
{% macro number_text(number) -%}
case
    when abs({{ number }}) >= 1e15 then cast({{ number }} as string)
    when abs({{ number }}) >= 9.95
        then cast(cast({{ rounded(number, 0) }} as bigint) as string)
    when abs({{ number }}) >= 0.995
        then regexp_replace(
            cast(cast({{ rounded(number, 1) }} as decimal(18, 1)) as string),
            '[.]?0+$', ''
        )
    when abs({{ number }}) >= 0.005
        then regexp_replace(
            cast(cast({{ rounded(number, 2) }} as decimal(18, 2)) as string),
            '[.]?0+$', ''
        )
    when {{ number }} is not null then '0'
end
{%- endmacro %}


{#
    The value of a signal as text, in the value_format of seeds/signals.csv: 45%, 12 days,
    USD 14k. Where the format is a change, it has its sign (-30%), or is spoken: down 30%.
    Flags are 1 and 0 here; value_in_words knows what that means.
#}
{% macro value_text(value, value_format, spoken=false) -%}
{%- set is_signed = value_format ~ " in ('change', 'difference', 'deviations')" -%}
{%- set scaled -%}
(
    case
        when {{ value_format }} in ('percent', 'change', 'per_hundred')
            then {{ value }} * 100
        when {{ value_format }} = 'money' and abs({{ value }}) >= 999500
            then {{ value }} / 1e6
        when {{ value_format }} = 'money' and abs({{ value }}) >= 999.5
            then {{ value }} / 1e3
        when {{ value_format }} = 'days_to_365' and {{ value }} >= 365 then 365
        else {{ value }}
    end
)
{%- endset -%}
{%- set is_one = "abs(" ~ value ~ ") >= 0.995 and abs(" ~ value ~ ") < 1.05" -%}
case
    when {{ value }} is not null
        then concat(
            case
                {%- if spoken %}
                when {{ value_format }} = 'deviations' then ''
                when {{ is_signed }} and {{ value }} > 0 then 'up '
                when {{ is_signed }} and {{ value }} < 0 then 'down '
                {%- else %}
                when {{ is_signed }} and {{ value }} > 0 then '+'
                {%- endif %}
                when {{ value }} < 0 then '-'
                else ''
            end,
            case
                when {{ value_format }} = 'money' then '{{ var("reporting_currency") }} '
                else ''
            end,
            {{ number_text('abs(' ~ scaled ~ ')') }},
            case
                when {{ value_format }} in ('percent', 'change') then '%'
                when {{ value_format }} = 'money' and abs({{ value }}) >= 999500 then 'm'
                when {{ value_format }} = 'money' and abs({{ value }}) >= 999.5 then 'k'
                when {{ value_format }} = 'days_to_365' and {{ value }} >= 365
                    then ' days or more'
                when {{ value_format }} in ('days', 'days_to_365')
                    then case when {{ is_one }} then ' day' else ' days' end
                {%- for unit in ['hour', 'minute', 'month'] %}
                when {{ value_format }} = '{{ unit }}s'
                    then case when {{ is_one }} then ' {{ unit }}' else ' {{ unit }}s' end
                {%- endfor %}
                {%- if spoken %}
                when {{ value_format }} = 'deviations'
                    then case
                        when {{ value }} < 0 then ' standard deviations below'
                        else ' standard deviations above'
                    end
                {%- endif %}
                else ''
            end
        )
end
{%- endmacro %}


{#
    What the value of a signal means, in the words of seeds/signals.csv: 2 open, none in 90
    days, down 30% on the 28 days before. From the columns value_format, value_words and
    zero_words of the seed; null without a value.
#}
{% macro value_in_words(value) -%}
case
    when {{ value }} = 0 and zero_words is not null then zero_words
    when {{ value }} is not null
        then replace(
            value_words, '{value}', {{ value_text(value, 'value_format', spoken=true) }}
        )
end
{%- endmacro %}
