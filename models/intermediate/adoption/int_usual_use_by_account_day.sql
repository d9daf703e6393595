-- One row per account per day to score that has been a customer for 28 days: the use of
-- those days and of the 28 before; mean and deviation of its use in the windows of 28
-- days before them, 12 at most; and the use of the same 28 days of the year before.

with

account_day_ids as (

    select
        *,
        min(spell_from) over (partition by account_id, snapshot_date)
            as customer_since

    from {{ ref('int_account_day_ids') }}

),

user_feature_days as (

    select * from {{ ref('int_user_feature_days') }}

    where account_id is not null

),

first_use as (

    select min(event_date) as first_use_on from user_feature_days

),

days_to_score as (

    select distinct snapshot_date from account_day_ids

),

-- the ends of all windows
window_ends as (

    {% for windows_before in range(15) -%}
    select snapshot_date - {{ 28 * windows_before }} as day from days_to_score
    {% if not loop.last -%}
    union
    {% endif -%}
    {% endfor %}

),

bounds as (

    select
        min(day) + 1 as first_day,
        max(day) as last_day

    from window_ends

),

calendar as (

    select {{ days_between('first_day', 'last_day') }} as event_date from bounds

),

-- No window begins or ends between two neighbouring ends, so what was used there is
-- added up first: a run of 4 days has 60 sums of an account, not a year of days.
parts as (

    select
        calendar.event_date,
        min(window_ends.day) over (
            order by calendar.event_date
            rows between current row and unbounded following
        ) as day

    from calendar

    left join window_ends
        on calendar.event_date = window_ends.day

),

uses_by_id as (

    select
        user_feature_days.account_id as source_account_id,
        parts.day,
        sum(user_feature_days.quantity) as uses

    from user_feature_days

    inner join parts
        on user_feature_days.event_date = parts.event_date

    group by user_feature_days.account_id, parts.day

),

account_ids as (

    select
        account_id,
        ids_since,
        customer_since,
        source_account_id,
        dense_rank() over (
            order by account_id, ids_since, customer_since
        ) as account_number

    from account_day_ids

    where customer_since is not null

    group by account_id, ids_since, customer_since, source_account_id

),

uses_by_account as (

    select
        account_ids.account_number,
        uses_by_id.day,
        sum(uses_by_id.uses) as uses

    from account_ids

    inner join uses_by_id
        on account_ids.source_account_id = uses_by_id.source_account_id

    group by account_ids.account_number, uses_by_id.day

),

accounts as (

    select distinct
        account_number,
        account_id,
        ids_since,
        customer_since

    from account_ids

),

sums as (

    select
        accounts.account_number,
        accounts.customer_since,
        window_ends.day,
        cast(window_ends.day - cast('1970-01-01' as date) as int) as day_number,
        coalesce(uses_by_account.uses, 0) as uses

    from accounts

    inner join window_ends
        on accounts.customer_since <= window_ends.day

    left join uses_by_account
        on
            accounts.account_number = uses_by_account.account_number
            and window_ends.day = uses_by_account.day

),

windows as (

    select
        *,
        sum(uses) over (
            partition by account_number
            order by day_number
            range between 27 preceding and current row
        ) as uses_28d

    from sums

),

-- windows that are wholly of a customer, and of the time in which use is recorded
whole_windows as (

    select windows.*

    from windows

    inner join first_use
        on
            windows.day >= first_use.first_use_on + 27
            and windows.day >= windows.customer_since + 27

),

compared_windows as (

    select
        account_number,
        day,
        uses_28d,
        count(*) over earlier_windows as usual_windows,
        avg(uses_28d) over earlier_windows as usual_uses_28d,
        {{ rounded('stddev_samp(uses_28d) over earlier_windows', 6) }}
            as usual_deviation_28d,
        lag(uses_28d, 1) over windows_in_order as uses_28d_before,
        lag(uses_28d, 13) over windows_in_order as uses_28d_year_before

    from whole_windows

    window
        windows_in_order as (
            partition by account_number, mod(day_number, 28) order by day_number
        ),
        earlier_windows as (
            partition by account_number, mod(day_number, 28)
            order by day_number
            rows between 12 preceding and 1 preceding
        )

),

usual_use as (

    select distinct
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        compared_windows.uses_28d,
        compared_windows.uses_28d_before,
        compared_windows.usual_windows,
        compared_windows.usual_uses_28d,
        compared_windows.usual_deviation_28d,
        compared_windows.uses_28d_year_before

    from account_day_ids

    inner join accounts
        on
            account_day_ids.account_id = accounts.account_id
            and account_day_ids.ids_since = accounts.ids_since
            and account_day_ids.customer_since = accounts.customer_since

    inner join compared_windows
        on
            accounts.account_number = compared_windows.account_number
            and account_day_ids.snapshot_date = compared_windows.day

)

select * from usual_use
