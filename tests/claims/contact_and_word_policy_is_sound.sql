-- Every rule that personas, roles, words and kinds of records must keep, in words:
-- which row, and what is wrong.

with

problems as (

    select
        'opportunity_stages' as seed,
        stage as place,
        'points must lie between 0 and 100' as problem
    from {{ ref('opportunity_stages') }}
    where points is null or points < 0 or points > 100

    union all

    select
        'lead_sources',
        lead_source,
        'kind must be marketing, referral, sales, partner or customer_success'
    from {{ ref('lead_sources') }}
    where
        kind is null
        or kind not in (
            'marketing', 'referral', 'sales', 'partner', 'customer_success'
        )

    union all

    select
        'executive_roles',
        concat(attribute, ' ', value),
        'attribute must be seniority or persona'
    from {{ ref('executive_roles') }}
    where attribute not in ('seniority', 'persona')

    union all

    select
        'comment_words',
        word,
        'polarity must lie between -2 and 2'
    from {{ ref('comment_words') }}
    where polarity is null or polarity < -2 or polarity > 2

    union all

    select
        'comment_words',
        word,
        concat(
            'it would never be found: write it in lower case, ',
            'without punctuation, apostrophes and blanks around it'
        )
    from {{ ref('comment_words') }}
    where
        word <> lower(trim(word))
        or word <> translate(word, concat('.,;:!?()/-"', chr(39), '’'), '')

    union all

    select
        'personas',
        persona,
        'importance must be from 0 to 1, and is_key 0 or 1'
    from {{ ref('personas') }}
    where
        importance is null
        or importance < 0
        or importance > 1
        or is_key is null
        or is_key not in (0, 1)

    union all

    select
        'personas',
        'unknown',
        'this row is missing: contacts without a persona would count for nothing'
    from (
        select sum(case when persona = 'unknown' then 1 else 0 end) as unknown_rows

        from {{ ref('personas') }}
    )
    where coalesce(unknown_rows, 0) <> 1

    union all

    select
        'role_words',
        concat(role_words.field, ' ', role_words.words),
        concat(
            'field must be job_title or user_role, words in lower case, ',
            'persona one in personas, and seniority one in crm.contacts'
        )
    from {{ ref('role_words') }} as role_words
    left join {{ ref('personas') }} as personas
        on role_words.persona = personas.persona
    where
        role_words.field not in ('job_title', 'user_role')
        or role_words.words <> lower(trim(role_words.words))
        or (role_words.persona is not null and personas.persona is null)
        or role_words.seniority not in (
            'individual_contributor', 'manager', 'director', 'vp', 'c_level'
        )

    union all

    select
        'relationship_attributes',
        attribute,
        concat(
            'it must be one that int_contact_capital_by_account_day scores, with a ',
            'weight of 0 or more, knots that differ, and engagement, influence or trust'
        )
    from {{ ref('relationship_attributes') }}
    where
        reading is null
        or reading not in ('engagement', 'influence', 'trust')
        or weight is null
        or weight < 0
        or zero_at is null
        or hundred_at is null
        or zero_at = hundred_at
        or attribute not in (
            'days_since_touch', 'days_since_conversation', 'meetings', 'calls',
            'emails', 'qbrs', 'cadence_share', 'gap_variation', 'inbound_share',
            'reply_hours', 'emails_answered_share', 'attendance_share',
            'is_product_user', 'seniority_rank', 'persona_importance', 'is_champion',
            'opportunities', 'own_staff', 'intimacy', 'in_person_meetings',
            'survey_answers', 'nps_given', 'trusted_advisor', 'value_understood',
            'tie_days'
        )

)

select * from problems
