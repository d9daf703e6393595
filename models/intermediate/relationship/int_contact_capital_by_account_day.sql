-- One row per account per day to score per contact who is still there and of whom
-- something happened in the last 180 days: relationship capital, read as engagement,
-- influence and trust, each 0 to 100, by seeds/relationship_attributes.csv.

-- Spark keeps the text of a view in 32,700 characters, which this one exceeds
{{ config(materialized='table' if target.type == 'spark' else 'view') }}

{%- set attributes = [
    'days_since_touch', 'days_since_conversation', 'meetings', 'calls', 'emails',
    'qbrs', 'cadence_share', 'gap_variation', 'inbound_share', 'reply_hours',
    'emails_answered_share', 'attendance_share', 'is_product_user', 'seniority_rank',
    'persona_importance', 'is_champion', 'opportunities', 'own_staff', 'intimacy',
    'in_person_meetings', 'survey_answers', 'nps_given', 'trusted_advisor',
    'value_understood', 'tie_days',
] %}
{%- set readings = ['engagement', 'influence', 'trust'] %}

with

contact_ties as (

    select * from {{ ref('int_contact_ties_by_account_day') }}

),

contact_roles as (

    select * from {{ ref('int_contact_roles') }}

),

-- the seed in one row
policy as (

    select
        {%- for attribute in attributes %}
        {%- for knot in ['zero_at', 'hundred_at'] %}
        max(case when attribute = '{{ attribute }}' then {{ knot }} end)
            as {{ attribute }}_{{ knot }},
        {%- endfor %}
        {%- for reading in readings %}
        coalesce(
            max(
                case
                    when attribute = '{{ attribute }}' and reading = '{{ reading }}'
                        then weight
                end
            ),
            0
        ) as {{ attribute }}_{{ reading }},
        {%- endfor %}
        {%- endfor %}
        count(*) as attributes

    from {{ ref('relationship_attributes') }}

),

present_contacts as (

    select
        contact_ties.*,
        contact_roles.persona,
        contact_roles.is_key_persona,
        contact_roles.is_executive,
        contact_roles.created_on,
        contact_roles.importance,

        -- what the contact is counts as well
        contact_roles.importance as persona_importance,
        contact_roles.seniority_rank,
        case
            when contact_roles.persona = 'champion' then 1
            when contact_roles.persona is not null then 0
        end as is_champion,
        case
            when
                contact_roles.user_since <= contact_ties.snapshot_date
                and contact_roles.user_loaded_on <= contact_ties.loaded_until
                then case
                    when contact_roles.user_until <= contact_ties.snapshot_date then 0
                    else 1
                end
        end as is_product_user

    from contact_ties

    left join contact_roles
        on contact_ties.contact_id = contact_roles.contact_id

    -- who leaves after the snapshot is still there in it
    where
        contact_roles.left_on is null
        or contact_roles.left_on > contact_ties.snapshot_date
        or contact_roles.loaded_on > contact_ties.loaded_until

),

-- below 0 and above 100 where a value lies outside the knots
raw_scores as (

    select
        present_contacts.*,
        {%- for attribute in attributes %}
        100 * (present_contacts.{{ attribute }} - policy.{{ attribute }}_zero_at)
        / nullif(policy.{{ attribute }}_hundred_at - policy.{{ attribute }}_zero_at, 0)
            as {{ attribute }}_score,
        {%- endfor %}
        policy.*

    from present_contacts

    cross join policy

),

-- what is unknown has neither points nor weight
points as (

    select
        {%- for reading in readings %}
        {%- for attribute in attributes %}
        {{ '+' if not loop.first }} {{ attribute }}_{{ reading }} * case
            when {{ attribute }}_score >= 100 then 100
            when {{ attribute }}_score > 0 then {{ attribute }}_score
            else 0
        end
        {%- endfor %} as {{ reading }}_points,
        {%- for attribute in attributes %}
        {{ '+' if not loop.first }} case
            when {{ attribute }}_score is null then 0 else {{ attribute }}_{{ reading }}
        end
        {%- endfor %} as {{ reading }}_weight,
        {%- endfor %}
        *

    from raw_scores

),

contact_capital as (

    select
        account_id,
        snapshot_date,
        contact_id,

        -- what the contact is
        persona,
        is_key_persona,
        is_executive,
        created_on,
        importance,
        last_touch_on,
        touches,
        own_staff,

        -- readings
        {%- for reading in readings %}
        {{ reading }}_points / nullif({{ reading }}_weight, 0) as {{ reading }},
        {%- endfor %}
        (engagement_points + influence_points + trust_points)
        / nullif(engagement_weight + influence_weight + trust_weight, 0) as capital

    from points

)

select * from contact_capital
