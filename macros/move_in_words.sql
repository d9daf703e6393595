{#
    What happened to a signal between two days, said after its label: rose from 9 to 18; now
    measured, 2 open. From the columns value, text, words, weight and status of both days (first_…
    and last_…), is_measured_on_both, and the value_format of the seed.
#}
{% macro move_in_words() -%}
case
    -- it is no more in the seed, so that it has no words
    when value_format is null then ' moved'

    -- it counts on both days
    when first_weight > 0 and last_weight > 0 and is_measured_on_both
        then case
            when first_value = last_value
                then concat(
                    ', still ', last_words,
                    case
                        when last_weight > first_weight then ', counts for more'
                        when last_weight < first_weight then ', counts for less'
                        else ', scored by other limits'
                    end
                )
            when value_format = 'flag' then concat(', now ', last_words)
            when first_text = last_text
                then concat(
                    case
                        when last_value > first_value then ' rose'
                        else ' fell'
                    end,
                    ' slightly, to ', last_text
                )
            when last_value > first_value
                then concat(' rose from ', first_text, ' to ', last_text)
            else concat(' fell from ', first_text, ' to ', last_text)
        end

    -- it counts now, and did not, or something stood in for it
    when last_weight > 0 and last_status = 'measured'
        then concat(
            case
                when coalesce(first_status, 'measured') = 'measured'
                    then ', now counted, '
                else ', now measured, '
            end,
            last_words
        )
    when last_weight > 0 and first_weight > 0 and first_status <> 'measured'
        then ', still not measured, what stands in for it moved'

    -- it counted, and counts no more, or something stands in for it now
    when first_weight > 0
        then concat(
            case
                when coalesce(last_status, 'measured') in ('measured', first_status)
                    then ', no longer counted'
                when last_status = 'stale source' then ', its source is stale'
                when last_status = 'not applicable' then ', its source is gone'
                else ', no longer measured'
            end,
            case
                when first_words is not null then concat(', was ', first_words)
                else ''
            end
        )
    else ', not measured, now counted'
end
{%- endmacro %}
