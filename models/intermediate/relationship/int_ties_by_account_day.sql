-- One row per account per day to score on which something had happened to a contact in
-- the last 180 days who is still there: how many contacts of which kind were touched,
-- and the sum of their relationship capital, weighed by importance.

with

contact_capital as (

    select
        *,
        touches > 0 as is_touched_180d,
        last_touch_on > snapshot_date - 90 as is_touched_90d

    from {{ ref('int_contact_capital_by_account_day') }}

),

ties as (

    select
        account_id,
        snapshot_date,

        -- how many
        count(case when is_touched_90d then 1 end) as named_contacts_90d,
        count(case when is_touched_180d then 1 end) as named_contacts_180d,
        count(case when touches >= 3 then 1 end) as multithread_contacts_180d,
        count(case when is_touched_90d and created_on > snapshot_date - 90 then 1 end)
            as new_contacts_active_90d,

        -- of which persona
        count(case when is_touched_180d then persona end) as known_personas_180d,
        count(
            distinct case when is_touched_180d and is_key_persona then persona end
        ) as key_personas_180d,
        count(case when is_touched_180d and persona = 'economic_buyer' then 1 end)
            as economic_buyers_180d,
        count(case when is_touched_180d and persona = 'influencer' then 1 end)
            as influencers_180d,
        count(
            case
                when last_touch_on > snapshot_date - 60 and persona = 'champion' then 1
            end
        ) as champions_60d,

        -- the sum of what each contact is worth
        {%- for reading in ['capital', 'engagement', 'influence', 'trust'] %}
        coalesce(sum(importance * {{ reading }}), 0) as {{ reading }}_sum,
        {%- endfor %}

        -- of which rank
        count(case when is_touched_90d then is_executive end) as known_ranks_90d,
        count(case when is_touched_90d and is_executive then 1 end) as executives_90d

    from contact_capital

    group by account_id, snapshot_date

)

select * from ties
