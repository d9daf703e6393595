-- From RavenStack's five files to the raw tables of this project: one statement per
-- table, in DuckDB SQL. Run by map.py, which writes each table of the schemas crm,
-- billing, survey and usage to <raw>/<schema>/<table>.csv.
--
-- Three rules, worth keeping in a mapping of your own:
--   1. What the source does not say is left out, never made up.
--   2. What cannot be read is passed on as it came: staging refuses the row, and
--      rejected_records says why. The mapping itself drops no row in silence.
--   3. Only what one file alone can say is decided here. Types, duplicates, orphans
--      and scopes are the project's business.

-- The files as they are, all text. The reader removes the byte-order mark.
create schema ravenstack;

create macro read_source(name) as table (
    select *
    from read_csv(
        getvariable('source_folder') || '/ravenstack_' || name || '.csv',
        header = true, all_varchar = true, delim = ',', quote = '"', escape = '"'
    )
);

create table ravenstack.accounts as from read_source('accounts');
create table ravenstack.churn_events as from read_source('churn_events');
create table ravenstack.feature_usage as from read_source('feature_usage');
create table ravenstack.subscriptions as from read_source('subscriptions');
create table ravenstack.support_tickets as from read_source('support_tickets');

-- DD-MM-YYYY or DD-MM-YYYY HH:MM as a moment; null when it is anything else. The
-- pattern matters: on its own, try_strptime reads 01-02-24 as the year 24.
create macro moment(text) as
    case
        when regexp_full_match(
            trim(text), '[0-9]{2}-[0-9]{2}-[0-9]{4}( [0-9]{2}:[0-9]{2})?'
        )
            then try_strptime(trim(text), ['%d-%m-%Y %H:%M', '%d-%m-%Y'])
    end;

-- The same in ISO 8601, which is what staging reads; otherwise the text as it came.
create macro iso_date(text) as
    coalesce(strftime(moment(text), '%Y-%m-%d'), text);

create macro iso_time(text) as
    coalesce(strftime(moment(text), '%Y-%m-%d %H:%M:%S'), text);


-- One row per account.
-- Left out: seats (not employees, and no account's equals the sum of its open
-- subscriptions), is_trial and churn_flag (undated, and every account that is flagged
-- as churned has subscriptions that run), plan_tier (undated, and not what the
-- subscriptions say: see billing.products), referral_source (nothing reads it).
create schema crm;

create table crm.accounts as
select
    account_id,
    account_name,
    industry,
    country,
    iso_date(signup_date) as created_at
from ravenstack.accounts;


-- One row per ticket. A ticket before sign-up is a fact like any other, so it stays:
-- the spine has no account-day that early, and only windows that reach back see it.
create table crm.cases as
select
    ticket_id as case_id,
    account_id,

    -- the project's word for the second of four levels
    case when priority = 'medium' then 'normal' else priority end as priority,

    -- the source gives a day, and counts its own hours from that midnight: closed_at =
    -- submitted_at + resolution_time_hours in every row; so does the first response
    iso_date(submitted_at) as opened_at,
    coalesce(
        strftime(
            moment(submitted_at)
            + to_minutes(try_cast(first_response_time_minutes as bigint)),
            '%Y-%m-%d %H:%M:%S'
        ),
        first_response_time_minutes
    ) as first_response_at,
    iso_time(closed_at) as resolved_at

    -- no escalated_at: escalation_flag says that, not when, and a snapshot of the day
    -- after must not know it
from ravenstack.support_tickets;


-- One row per ticket that was rated. A ticket without a rating is no answer, so it
-- makes no row: the account's csat is then unknown, not zero. No invitations either:
-- whether those customers were asked is not known.
create schema survey;

create table survey.responses as
select
    ticket_id as response_id,
    account_id,
    'csat' as survey_type,
    satisfaction_score as score,
    ticket_id as case_id,

    -- ratings have no date of their own: nobody can have known one before the close
    iso_time(closed_at) as responded_at
from ravenstack.support_tickets
where nullif(trim(satisfaction_score), '') is not null;


-- One row per subscription, which is its only version. The ten or so that an account
-- has at the same time are ten subscriptions: the project sums them.
--
-- When it ended: end_date, not churn_events. End dates and churn_flag agree in every
-- row. The churn events contradict them: nearly all fall while the account has
-- subscriptions that run on, the others before its first; and they meet an end date
-- of the same account hardly more often than the days around it, that is, by chance.
-- So they say neither when a subscription ended nor why, and are mapped to nothing,
-- their refunds included: refunds without the payments would read as all refunded.
-- (checks.sql counts all this.)
--
-- Left out: arr_amount (always 12 mrr), is_trial (a trial is a row with mrr 0),
-- upgrade_flag and downgrade_flag (undated, without the subscription that was left),
-- term_start and term_end (billed monthly or annually is not a term).
create schema billing;

create table billing.subscriptions as
select
    subscription_id,
    account_id,
    lower(plan_tier) as product_id,
    iso_date(start_date) as valid_from,
    iso_date(end_date) as valid_to,
    seats as quantity,
    mrr_amount as mrr,

    -- one price list for all countries, and refund_amount_usd names its currency
    'USD' as currency,
    case billing_frequency
        when 'monthly' then '1'
        when 'annual' then '12'
        else billing_frequency
    end as billing_period_months,
    auto_renew_flag as auto_renew,
    case when churn_flag = 'TRUE' then iso_date(end_date) end as ended_at
from ravenstack.subscriptions;


-- One row per plan. Plans are all that this company sells, so the plan is the product.
create table billing.products as
select distinct
    lower(plan_tier) as product_id,
    plan_tier as product_name
from ravenstack.subscriptions
where plan_tier is not null;


-- One row per use of a feature on a day, and a second one for the errors of that day:
-- the source counts both in one row, the project flags an event. Errors are no part of
-- the uses: some rows have more errors than uses.
--
-- The id gets the subscription's as a suffix, since 21 ids name two different facts
-- (other subscription, other day; that many collisions are expected when 25,000 ids
-- are drawn from 16 ^ 6). For all rows, so that an id does not change with the next
-- file; a true repeat keeps one id and is set aside as a duplicate.
--
-- No user_id: usage is known by subscription, and a subscription is not a person.
-- Left out: is_beta_feature (every feature is beta in some rows, and not in others).
create schema usage;

create table usage.events as

with

subscription_accounts as (

    select
        subscription_id,
        min(account_id) as account_id
    from ravenstack.subscriptions
    group by subscription_id

),

usage_rows as (

    select
        feature_usage.*,
        feature_usage.usage_id
        || coalesce('-' || feature_usage.subscription_id, '') as event_id,

        -- null for an unknown subscription: staging refuses the row
        subscription_accounts.account_id
    from ravenstack.feature_usage
    left join subscription_accounts
        on feature_usage.subscription_id = subscription_accounts.subscription_id

)

select
    event_id,
    account_id,
    feature_name as feature,

    -- outside the dates of the subscription as well: the day is the source's word
    iso_date(usage_date) as occurred_at,
    usage_count as quantity,
    coalesce(
        cast(round(try_cast(usage_duration_secs as double) / 60, 4) as varchar),
        usage_duration_secs
    ) as minutes,
    'false' as is_error
from usage_rows

union all

select
    event_id || '-errors' as event_id,
    account_id,
    feature_name as feature,
    iso_date(usage_date) as occurred_at,
    error_count as quantity,
    null as minutes,
    'true' as is_error
from usage_rows
where error_count <> '0';


-- One row per feature that was ever used. Which plan has it, whether it is core, when
-- it was released and what it saves is not known.
create table usage.features as
select distinct feature_name as feature
from ravenstack.feature_usage
where feature_name is not null;
