-- One row per account per day to score with a touch in the last 180 days: e-mails
-- delivered and clicked, visits to pages that tell of value, engagement of any kind,
-- and what may have been some of these.

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

touches as (

    select
        *,

        -- null where the record does not tell
        action = 'visited'
        and channel = 'web'
        and page_category in ('product', 'upgrade', 'docs') as is_value_page_visit,
        action in ('clicked', 'visited', 'attended', 'downloaded') as is_engagement

    from {{ ref('stg_marketing__touches') }}

),

touch_days as (

    select
        account_id,
        occurred_on,
        loaded_on,
        case when is_engagement then contact_id end as engaged_contact_id,
        count(case when channel = 'email' and action = 'delivered' then 1 end)
            as delivered,
        count(case when channel = 'email' and action = 'clicked' then 1 end)
            as clicked,
        count(case when is_value_page_visit then 1 end) as value_page_visits,
        count(case when is_value_page_visit is null then 1 end) as unclear_visits,
        count(case when is_engagement then 1 end) as engagements,
        count(case when action = 'downloaded' then 1 end) as downloads,
        count(case when action = 'attended' then 1 end) as attended,
        count(case when action = 'unsubscribed' then 1 end) as unsubscribed,
        count(case when channel = 'community' then 1 end) as community_touches,

        -- touches that may have been any
        count(case when action is null then 1 end) as without_action,
        count(case when channel is null then 1 end) as without_channel

    from touches

    group by
        account_id,
        occurred_on,
        loaded_on,
        case when is_engagement then contact_id end

),

touches_of_account_days as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        touch_days.engaged_contact_id,
        touch_days.delivered,
        touch_days.clicked,
        touch_days.value_page_visits,
        touch_days.unclear_visits,
        touch_days.engagements,
        touch_days.downloads,
        touch_days.attended,
        touch_days.unsubscribed,
        touch_days.community_touches,
        touch_days.without_action,
        touch_days.without_channel,
        touch_days.occurred_on > account_day_ids.snapshot_date - 28 as is_in_28d,
        touch_days.occurred_on > account_day_ids.snapshot_date - 90 as is_in_90d

    from account_day_ids

    inner join touch_days
        on
            account_day_ids.source_account_id = touch_days.account_id
            and touch_days.occurred_on > account_day_ids.snapshot_date - 180
            and touch_days.occurred_on <= account_day_ids.snapshot_date
            and touch_days.loaded_on <= account_day_ids.loaded_until

),

touches_by_account_day as (

    select
        account_id,
        snapshot_date,

        {%- for measure in ['value_page_visits', 'unclear_visits'] %}
        sum(case when is_in_28d then {{ measure }} else 0 end) as {{ measure }}_28d,
        {%- endfor %}

        {%- for measure in ['delivered', 'clicked', 'engagements', 'downloads',
            'community_touches', 'without_action', 'without_channel'] %}
        sum(case when is_in_90d then {{ measure }} else 0 end) as {{ measure }}_90d,
        {%- endfor %}
        count(distinct case when is_in_90d then engaged_contact_id end)
            as engaged_contacts_90d,
        sum(case when is_in_90d then 0 else engagements end) as engagements_90d_before,
        sum(attended) as attended_180d,
        sum(unsubscribed) as unsubscribed_180d,
        sum(without_action) as without_action_180d

    from touches_of_account_days

    group by account_id, snapshot_date

)

select * from touches_by_account_day
