-- One row per account per first day as a customer per CRM id whose use counts for it:
-- the first use of a core feature from that day on, null when there is none. Only where
-- it can be told: use is recorded since before that day, and some feature is known to
-- be core.

with

account_days as (

    select * from {{ ref('int_account_days') }}

),

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

features as (

    select * from {{ ref('stg_usage__features') }}

),

user_feature_days as (

    select * from {{ ref('int_user_feature_days') }}

),

core_features as (

    select feature from features

    where is_core

),

first_record as (

    select min(event_date) as first_record_on from user_feature_days

    where
        feature is not null
        and exists (select 1 from core_features)

),

customer_starts as (

    select distinct
        account_days.account_id,
        account_days.snapshot_date - account_days.tenure_days as customer_since,
        account_day_ids.source_account_id

    from account_days

    inner join account_day_ids
        on
            account_days.account_id = account_day_ids.account_id
            and account_days.snapshot_date = account_day_ids.snapshot_date

),

core_use as (

    select
        user_feature_days.account_id,
        user_feature_days.event_date

    from user_feature_days

    inner join core_features
        on user_feature_days.feature = core_features.feature

),

first_core_use as (

    select
        customer_starts.account_id,
        customer_starts.customer_since,
        customer_starts.source_account_id,
        min(core_use.event_date) as first_core_use_on

    from customer_starts

    inner join first_record
        on customer_starts.customer_since >= first_record.first_record_on

    left join core_use
        on
            customer_starts.source_account_id = core_use.account_id
            and customer_starts.customer_since <= core_use.event_date

    group by all

)

select * from first_core_use
