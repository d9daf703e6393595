-- One row per activity: whether it was a two-way touch, what became of it when it was a
-- meeting, and since when the contact who took part is gone.

with

activities as (

    select
        *,

        -- a word that nobody knows tells nothing
        nullif(status, 'other') as known_status,
        nullif(direction, 'other') as known_direction

    from {{ ref('stg_crm__activities') }}

),

contacts as (

    select * from {{ ref('stg_crm__contacts') }}

),

activity_touches as (

    select
        -- keys
        activities.activity_id,
        activities.account_id,
        activities.contact_id,

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
        case
            when activities.activity_type in ('meeting', 'qbr')
                then activities.known_status
        end as meeting_status,

        -- dates
        activities.occurred_on,
        activities.loaded_on,
        contacts.left_on as contact_left_on,
        contacts.loaded_on as contact_loaded_on

    from activities

    left join contacts
        on activities.contact_id = contacts.contact_id

)

select * from activity_touches
