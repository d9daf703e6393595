-- One row per activity: whether it was a two-way touch, what became of it when it was a
-- meeting, whether it was answered when it was our e-mail, and who took part.

with

activities as (

    select
        *,

        -- a word that nobody knows tells nothing
        nullif(activity_type, 'other') as known_type,
        nullif(status, 'other') as known_status,
        nullif(direction, 'other') as known_direction,

        -- of conversations: near is in person, close is with few of their people
        case
            when activity_type in ('meeting', 'call', 'qbr')
                then case is_in_person when true then 1.0 when false then 0.0 end
        end as nearness,
        case
            when activity_type in ('meeting', 'call', 'qbr')
                then 1.0 / nullif(attendee_count, 0)
        end as closeness,

        -- when a snapshot could know of it
        {{ known_on('occurred_on') }} as known_on

    from {{ ref('stg_crm__activities') }}

),

contact_roles as (

    select * from {{ ref('int_contact_roles') }}

),

emails as (

    select * from activities

    where activity_type = 'email'

),

-- e-mails have no thread: the contact's next one within 14 days is taken as the answer
answers as (

    select
        sent.activity_id,
        received.occurred_on as answered_on,
        received.loaded_on as answer_loaded_on,
        {{ hours_between('sent.occurred_at', 'received.occurred_at') }} as answer_hours,

        -- the one that was known first
        row_number() over (
            partition by sent.activity_id
            order by received.known_on, received.occurred_at, received.activity_id
        ) as answer_rank

    from emails as sent

    inner join emails as received
        on
            sent.account_id = received.account_id
            and sent.contact_id = received.contact_id
            and sent.occurred_at < received.occurred_at
            and sent.occurred_on + 14 >= received.occurred_on
            and sent.known_direction = 'outbound'
            and received.known_direction = 'inbound'

),

activity_touches as (

    select
        -- keys
        activities.activity_id,
        activities.account_id,
        activities.contact_id,
        activities.owner_id,

        -- null where the record does not tell
        (
            activities.activity_type in ('meeting', 'call', 'qbr')
            and activities.known_status = 'held'
        )
        or (activities.activity_type = 'call' and activities.status is null)
        or (
            activities.activity_type = 'email'
            and activities.known_direction = 'inbound'
        ) as is_touch,
        activities.known_type as activity_type,
        activities.known_direction as direction,
        case
            when activities.activity_type in ('meeting', 'qbr')
                then activities.known_status
        end as meeting_status,

        -- of conversations: 0 from afar in a crowd, 1 face to face alone
        activities.is_in_person,
        (
            coalesce(activities.nearness, activities.closeness)
            + coalesce(activities.closeness, activities.nearness)
        ) / 2 as intimacy,

        -- of our e-mails to a named contact
        activities.activity_type = 'email'
        and activities.known_direction = 'outbound'
        and activities.contact_id is not null as is_sent_email,
        answers.answered_on,
        answers.answer_loaded_on,
        answers.answer_hours,

        -- the contact
        contact_roles.seniority_rank,

        -- dates
        activities.occurred_on,
        activities.loaded_on,
        activities.known_on,
        contact_roles.left_on as contact_left_on,
        contact_roles.loaded_on as contact_loaded_on

    from activities

    left join contact_roles
        on activities.contact_id = contact_roles.contact_id

    left join answers
        on
            activities.activity_id = answers.activity_id
            and answers.answer_rank = 1

)

select * from activity_touches
