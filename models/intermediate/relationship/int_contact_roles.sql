-- One row per contact: persona, seniority and importance, by the job title where the
-- CRM has none; all undated, as of today. And when the contact's own user was there.

with

contacts as (

    select
        *,
        nullif(persona, 'other') as known_persona,
        nullif(seniority, 'other') as known_seniority,

        -- to find the word cio, not its letters
        concat(
            ' ', translate(lower(job_title), '/,.;:&+()-_', '           '), ' '
        ) as title_words

    from {{ ref('stg_crm__contacts') }}

),

role_words as (

    select * from {{ ref('role_words') }}

),

personas as (

    select * from {{ ref('personas') }}

),

executive_roles as (

    select * from {{ ref('executive_roles') }}

),

title_roles as (

    select
        contacts.contact_id,
        max_by(
            role_words.persona,
            case when role_words.persona is not null then role_words.priority end
        ) as persona,
        max_by(
            role_words.seniority,
            case when role_words.seniority is not null then role_words.priority end
        ) as seniority

    from contacts

    inner join role_words
        on
            role_words.field = 'job_title'
            and instr(contacts.title_words, concat(' ', role_words.words, ' ')) > 0

    group by contacts.contact_id

),

-- who has several users is there while one of them is
contact_users as (

    select
        contact_id,
        min(created_on) as user_since,
        case when count(*) = count(deactivated_on) then max(deactivated_on) end
            as user_until,
        min(loaded_on) as user_loaded_on

    from {{ ref('stg_usage__users') }}

    where contact_id is not null

    group by contact_id

),

resolved as (

    select
        contacts.*,
        coalesce(contacts.known_persona, title_roles.persona) as resolved_persona,
        coalesce(contacts.known_seniority, title_roles.seniority) as resolved_seniority,
        contact_users.user_since,
        contact_users.user_until,
        contact_users.user_loaded_on

    from contacts

    left join title_roles
        on contacts.contact_id = title_roles.contact_id

    left join contact_users
        on contacts.contact_id = contact_users.contact_id

),

contact_roles as (

    select
        -- keys
        resolved.contact_id,
        resolved.account_id,

        -- role
        resolved.resolved_persona as persona,
        personas.importance,
        resolved.resolved_persona is not null and personas.is_key = 1
            as is_key_persona,
        case resolved.resolved_seniority
            when 'individual_contributor' then 1
            when 'manager' then 2
            when 'director' then 3
            when 'vp' then 4
            when 'c_level' then 5
        end as seniority_rank,

        -- null where neither persona nor seniority is known
        case
            when executive_personas.value is not null then true
            when executive_seniorities.value is not null then true
            when
                resolved.resolved_persona is not null
                or resolved.resolved_seniority is not null
                then false
        end as is_executive,

        -- dates
        resolved.created_on,
        resolved.left_on,
        resolved.loaded_on,
        resolved.user_since,
        resolved.user_until,
        resolved.user_loaded_on

    from resolved

    left join personas
        on coalesce(resolved.resolved_persona, 'unknown') = personas.persona

    left join executive_roles as executive_personas
        on
            executive_personas.attribute = 'persona'
            and resolved.resolved_persona = executive_personas.value

    left join executive_roles as executive_seniorities
        on
            executive_seniorities.attribute = 'seniority'
            and resolved.resolved_seniority = executive_seniorities.value

)

select * from contact_roles
