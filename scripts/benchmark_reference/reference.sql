-- The same account health as the project's, written by hand for speed alone: what the
-- benchmark measures the project against. scripts/customer_health/reference.py sets the
-- variables, makes the macros card_of and is_light from the seeds, runs this script, and
-- then scores the views full_signals and light_signals with SQL that it writes from the
-- seeds.
--
-- How it is fast:
--   * Ids are numbers, days are slots: slot 0 is the first day that is scored, slot N one
--     past the last. An account-day has the key k = entity * (N + 1) + slot.
--   * A record counts on the days from `begins` to before `ends`. So it is two changes,
--     +1 and -1, and what counts on a day is the sum of the changes so far: no range join
--     and no window frame. Slot N takes what would end later, so that a sum over all
--     entities, one after the other, is 0 again where the next one begins.
--   * Sums run over the changes alone; a day without one takes the value before it.
--   * What changes seldom (attributes, revenue, scorecard) is computed where it changes.
--   * usage.events is read once, and reduced to a row per user and day; the daily run
--     keeps those of earlier days.
--   * Scorecards of few signals get only those.
--
-- It knows the layout of the demo data: ids are acct_<number> and user_<number>, doubled
-- events are exact copies, quantities are whole, and only the columns that are checked
-- here may be unreadable.


-- Macros -------------------------------------------------------------------------------

create or replace temp macro late_days() as 3;
create or replace temp macro grace_days() as 30;
create or replace temp macro tolerance() as 0.02;
create or replace temp macro first_day() as getvariable('first_day');
create or replace temp macro last_day() as getvariable('last_day');
create or replace temp macro slots() as getvariable('slots');
create or replace temp macro stride() as getvariable('slots') + 1;

-- the first day that knows a record, which arrives at most late_days afterwards
create or replace temp macro visible(happened_on, loaded_on) as
    greatest(happened_on, loaded_on - late_days());
create or replace temp macro key_of(entity, day) as
    entity * stride() + least(greatest(day - first_day(), 0), slots());

create or replace temp macro category(word) as
    nullif(replace(replace(lower(trim(word)), ' ', '_'), '-', '_'), '');
create or replace temp macro listed(word, words) as
    case
        when category(word) in words then category(word)
        when word is not null then 'other'
    end;
create or replace temp macro account_number(account_id) as
    try_cast(substr(account_id, 6) as int);

create or replace temp macro raw_csv(name) as table
select * from read_csv(
    getvariable('raw') || '/' || name || '.csv',
    header = true, all_varchar = true, delim = ',', quote = '"', escape = '"'
);

-- The rows of a raw table that can be used: of an account, dated, and not in the future.
create or replace temp macro usable(relation) as table
select * from query_table(relation)
where
    id is not null
    and happened_at <= current_timestamp
    and source in (select accounts.source from accounts);

-- The newest version of each record, with the day on which its first one arrived.
create or replace temp macro newest(relation) as table
select
    * exclude (happened_at, updated_at, loaded_at, is_deleted),
    cast(happened_at as date) as happened_on,
    coalesce(
        cast(min(loaded_at) over (partition by id) as date), cast(happened_at as date)
    ) as loaded_on
from query_table(relation)
qualify
    row_number() over (
        partition by id order by updated_at desc nulls last, loaded_at desc nulls last
    ) = 1
    and not coalesce(is_deleted, false);

-- Intervals (entity, begins, ends, measures …) as changes per key.
create or replace temp macro changes(relation) as table
select
    k,
    coalesce(cast(sum(columns(* exclude (k))) as double), 0) as '\0'
from (
    select
        key_of(entity, begins) as k,
        columns(* exclude (entity, begins, ends))
    from query_table(relation)
    where begins < ends and begins <= last_day() and ends > first_day()
    union all
    select
        key_of(entity, ends) as k,
        -columns(* exclude (entity, begins, ends))
    from query_table(relation)
    where begins < ends and begins <= last_day() and ends > first_day()
    union all
    -- there is a sum from the first key on
    (
        select
            0 as k,
            0 * columns(* exclude (entity, begins, ends))
        from query_table(relation)
        limit 1
    )
)
group by k;

-- Intervals as the sums that hold from each key on.
create or replace temp macro sums_so_far(relation) as table
select
    k,
    sum(columns(* exclude (k))) over (rows unbounded preceding) as '\0'
from (from changes(relation) order by k);

-- Days (entity, begins, happened_on) as the latest one that is known from each key on.
create or replace temp macro latest_so_far(relation) as table
select
    k,
    max(packed) over (rows unbounded preceding) as packed
from (
    select
        k,
        max(packed) as packed
    from (
    select
        key_of(entity, begins) as k,
        -- the entity leads, so that a new one leaves the days of the one before
        cast(entity as bigint) * 1000000 + (happened_on - date '1900-01-01') as packed
    from query_table(relation)
    where begins <= last_day()
    union all
    select 0 as k, null as packed
    )
    group by k
    order by k
);
-- What holds from a key on, for each key from there to the next: a row per key of the full
-- entities, in order, so that such tables stand side by side without a join.
create or replace temp macro each_key(relation) as table
select * exclude (k, next_k, copy)
from (
    select
        *,
        unnest(range(next_k - k)) as copy
    from (
        select *, lead(k, 1, getvariable('full_keys')) over () as next_k
        from (from query_table(relation) where k < getvariable('full_keys') order by k)
    )
);
create or replace temp macro unpacked_day(packed, entity) as
    case
        when packed // 1000000 = entity
            then date '1900-01-01' + cast(packed % 1000000 as int)
    end;


-- Accounts and merges ------------------------------------------------------------------

create or replace temp table accounts as
with typed as (
    select
        account_id as id,
        account_number(account_id) as source,
        account_id,
        parent_account_id,
        account_number(merged_into_account_id) as merged_into,
        coalesce(cast(try_cast(merged_at as timestamp) as date), date '1900-01-01') as merged_on,
        category(industry) as industry,
        category(region) as region,
        category(segment) as segment,
        try_cast(employee_count as double) as employee_count,
        category(service_tier) as service_tier,
        owner_id,
        try_cast(created_at as timestamp) as happened_at,
        updated_at,
        try_cast(_loaded_at as timestamp) as loaded_at,
        try_cast(is_deleted as boolean) as is_deleted
    from raw_csv('crm/accounts')
),
dated as (
    select * from typed where source is not null and happened_at <= current_timestamp
)
select * from newest('dated');

-- An entity is an account while the same ids count for it: its own, and from a merge on
-- those that were merged into it.
create or replace temp table entities as
with recursive merges as (
    select source, merged_into, merged_on from accounts
    where merged_into <> source and merged_into in (select accounts.source from accounts)
),
steps as (
    select source, source as account, date '1900-01-01' as valid_from, 0 as step
    from accounts
    union all
    select
        steps.source,
        merges.merged_into,
        greatest(merges.merged_on, steps.valid_from),
        steps.step + 1
    from steps inner join merges on steps.account = merges.source
    where steps.step < 4
),
spans as (
    select
        source,
        account,
        valid_from,
        lead(valid_from, 1, date '9999-01-01') over (
            partition by source order by step
        ) as valid_to
    from steps
),
id_map as (select * from spans where valid_from < valid_to),
starts as (
    select account, valid_from as day from id_map
    union
    select account, valid_to from id_map
),
periods as (
    select
        account,
        day as valid_from,
        lead(day) over (partition by account order by day) as valid_to
    from starts
)
select
    row_number() over () as entity,
    periods.account,
    periods.valid_from,
    periods.valid_to,
    array_agg(id_map.source) as sources
from periods
inner join id_map
    on
        periods.account = id_map.account
        and periods.valid_from >= id_map.valid_from
        and periods.valid_to <= id_map.valid_to
where periods.valid_to > first_day() and periods.valid_from <= last_day()
group by all;

create or replace temp table entity_sources as
select entity, unnest(sources) as source from entities;


-- Use: one pass over the new events ----------------------------------------------------

create table if not exists user_days (
    source int, user_number int, day date, uses int
);
create table if not exists use_days (
    source int, day date, users int, uses_of_users int,
    quantity_with_outcome int, failed_quantity int, minutes_saved int, features ubigint
);

create or replace temp table products as
select
    product_id,
    row_number() over () - 1 as number,
    cast(1 as ubigint) << (row_number() over () - 1) as bit,
    category(eligible_segments) as eligible_segments
from raw_csv('billing/products')
where product_id is not null;

-- a feature has a bit, and its product another, 50 bits further up
create or replace temp table features as
select
    category(raw_features.feature) as feature,
    row_number() over () as number,
    cast(1 as ubigint) << (row_number() over () - 1) as bit,
    products.bit << 50 as product_bit,
    raw_features.product_id,
    coalesce(try_cast(raw_features.is_core as boolean), false) as is_core,
    coalesce(try_cast(raw_features.released_at as date), date '1900-01-01')
        as released_on,
    try_cast(raw_features.minutes_saved_per_use as int) as minutes
from raw_csv('usage/features') as raw_features
left join products on raw_features.product_id = products.product_id
where raw_features.feature is not null;

-- by the number of the feature; 64 is one that is not in the list, 0 is none
set variable features = (select list(feature order by number) from features);
create or replace temp table feature_numbers as
select
    cast(number as utinyint) as feature,
    bit | coalesce(product_bit, 0) as bits,
    coalesce(minutes, 0) as minutes
from features
union all select 0, 0, 0
union all select 64, cast(1 as ubigint) << 63, 0;
set variable stated_features = (
    select coalesce(bit_or(bit), 0) from features where minutes is not null
);
set variable core_features = (
    select coalesce(bit_or(bit), 0) from features where is_core
);

delete from user_days where day >= getvariable('read_from');
delete from use_days where day >= getvariable('read_from');

create or replace temp table events as
select
    account_number(account_id) as source,
    try_cast(substr(user_id, 6) as int) as user_number,
    cast(occurred_at as date) as day,
    coalesce(quantity, 1) as quantity,
    is_error,
    -- 0 is no feature, 64 one that is not in the list
    cast(
        case
            when feature is not null
                then coalesce(list_position(getvariable('features'), feature), 64)
            else 0
        end as utinyint
    ) as feature,
    hash(event_id) as id
from read_parquet(getvariable('event_files'))
where
    occurred_at >= getvariable('read_from')
    and occurred_at < last_day() + 1
    and event_id is not null
    and cast(_loaded_at as date) <= cast(occurred_at as date) + late_days()
    and (quantity is null or quantity >= 0);

create or replace temp table new_user_days as
select
    source,
    user_number,
    day,
    sum(quantity) as uses,
    sum(case when is_error is not null then quantity else 0 end) as quantity_with_outcome,
    sum(case when is_error then quantity else 0 end) as failed_quantity,
    sum(quantity * minutes) as minutes_saved,
    bit_or(bits) as features,
    count(*) as events,
    bit_or(1::ubigint << cast(id & 63 as utinyint)) as hashes
from events
inner join feature_numbers using (feature)
where source in (select accounts.source from accounts)
group by source, user_number, day;

-- Doubled events, in the days with two of one hash of six bits: hardly any others.
create or replace temp table doubled as
with doubtful as (
    select source, user_number, day from new_user_days
    where bit_count(hashes) < events
),
doubles as (
    select
        events.source,
        events.user_number,
        events.day,
        events.id,
        any_value(events.quantity) * (count(*) - 1) as quantity,
        any_value(events.is_error) as is_error,
        any_value(events.feature) as feature
    from events
    inner join doubtful
        on
            events.user_number is not distinct from doubtful.user_number
            and events.source = doubtful.source
            and events.day = doubtful.day
    group by events.source, events.user_number, events.day, events.id
    having count(*) > 1
)
select
    source,
    user_number,
    day,
    sum(quantity) as uses,
    sum(case when is_error is not null then quantity else 0 end) as quantity_with_outcome,
    sum(case when is_error then quantity else 0 end) as failed_quantity,
    sum(quantity * minutes) as minutes_saved
from doubles
inner join feature_numbers using (feature)
group by source, user_number, day;

update new_user_days set
    uses = new_user_days.uses - doubled.uses,
    quantity_with_outcome =
        new_user_days.quantity_with_outcome - doubled.quantity_with_outcome,
    failed_quantity = new_user_days.failed_quantity - doubled.failed_quantity,
    minutes_saved = new_user_days.minutes_saved - doubled.minutes_saved
from doubled
where
    new_user_days.source = doubled.source
    and new_user_days.user_number is not distinct from doubled.user_number
    and new_user_days.day = doubled.day;

drop table events;

insert into user_days
select source, user_number, day, uses from new_user_days
where user_number is not null;

insert into use_days
select
    source,
    day,
    count(user_number),
    coalesce(sum(uses) filter (where user_number is not null), 0),
    sum(quantity_with_outcome),
    sum(failed_quantity),
    sum(minutes_saved),
    bit_or(features)
from new_user_days
group by source, day;

drop table new_user_days;


-- Subscriptions, spells and attributes: what changes seldom ----------------------------

create or replace temp table exchange_rates as
select
    currency,
    valid_from,
    lead(valid_from, 1, date '9999-01-01') over (
        partition by currency order by valid_from
    ) as valid_to,
    rate
from read_csv(
    getvariable('seeds') || '/exchange_rates.csv',
    types = {'valid_from': 'date', 'rate': 'double'}
)
where reporting_currency = 'USD' and currency <> 'USD'
union all
select 'USD', date '1900-01-01', date '9999-01-01', 1.0;

create or replace temp table subscriptions as
with typed as (
    select
        subscription_id || ' ' || valid_from as id,
        subscription_id,
        account_number(account_id) as source,
        product_id,
        try_cast(valid_from as date) as valid_from,
        try_cast(valid_to as date) as valid_to,
        try_cast(term_start as date) as term_start,
        try_cast(term_end as date) as term_end,
        try_cast(quantity as double) as quantity,
        try_cast(mrr as double) as mrr,
        try_cast(list_mrr as double) as list_mrr,
        coalesce(upper(currency), 'USD') as currency,
        cast(try_cast(ended_at as timestamp) as date) as ended_on,
        -- agreed on long before: the future is no reason to reject one
        cast(try_cast(valid_from as date) as timestamp) as happened_at,
        updated_at,
        try_cast(_loaded_at as timestamp) as loaded_at,
        try_cast(is_deleted as boolean) as is_deleted
    from raw_csv('billing/subscriptions')
),
dated as (
    select * from typed
    where id is not null and valid_from is not null
        and source in (select accounts.source from accounts)
)
select
    * exclude (id, happened_on),
    lead(valid_from, 1, date '9999-01-01') over (
        partition by subscription_id order by valid_from
    ) as next_valid_from
from newest('dated');

-- versions with their end; where the next one arrived late, the older stands in for it
create or replace temp table versions as
with late_versions as (
    select * from subscriptions where loaded_on > valid_from + late_days()
),
known_versions as (
    select
        subscription_id, source, product_id, currency, quantity, mrr, list_mrr,
        term_start, term_end, ended_on,
        valid_from as active_from,
        coalesce(least(valid_to, next_valid_from), next_valid_from) as version_end,
        loaded_on,
        date '9999-12-31' as known_before
    from subscriptions
    union all
    select
        subscriptions.subscription_id, subscriptions.source, subscriptions.product_id,
        subscriptions.currency, subscriptions.quantity, subscriptions.mrr,
        subscriptions.list_mrr, subscriptions.term_start, subscriptions.term_end,
        subscriptions.ended_on,
        late_versions.valid_from as active_from,
        case
            when
                subscriptions.valid_to > subscriptions.next_valid_from
                and subscriptions.valid_to < late_versions.next_valid_from
                then subscriptions.valid_to
            else late_versions.next_valid_from
        end as version_end,
        subscriptions.loaded_on,
        min(newer.loaded_on) as known_before
    from late_versions
    inner join subscriptions
        on
            late_versions.subscription_id = subscriptions.subscription_id
            and late_versions.valid_from > subscriptions.valid_from
            and (
                subscriptions.valid_to is null
                or subscriptions.valid_to = subscriptions.next_valid_from
                or subscriptions.valid_to > late_versions.valid_from
            )
    inner join subscriptions as newer
        on
            subscriptions.subscription_id = newer.subscription_id
            and subscriptions.valid_from < newer.valid_from
            and late_versions.valid_from >= newer.valid_from
    group by all
    having
        min(newer.loaded_on) > late_versions.valid_from + late_days()
        and min(newer.loaded_on) > subscriptions.loaded_on
)
select
    * exclude (version_end, ended_on),
    coalesce(least(ended_on, version_end), version_end) as active_to
from known_versions
where active_from < coalesce(least(ended_on, version_end), version_end);

-- spells as a customer, one set for each arrival of a late version
create or replace temp table spells as
with arrivals as (
    select source, date '1900-01-01' as known_from from versions
    union
    select source, loaded_on from versions where loaded_on > active_from + late_days()
    union
    select source, known_before from versions where known_before < date '9999-12-31'
),
periods as (
    select
        source,
        known_from,
        lead(known_from, 1, date '9999-12-31') over (
            partition by source order by known_from
        ) as known_before
    from arrivals
),
known as (
    select
        versions.source, versions.active_from, versions.active_to,
        periods.known_from, periods.known_before
    from versions
    inner join periods
        on
            versions.source = periods.source
            and versions.known_before > periods.known_from
            and (
                versions.loaded_on <= periods.known_from
                or versions.loaded_on <= versions.active_from + late_days()
            )
),
with_earlier_end as (
    select
        *,
        max(active_to) over (
            partition by source, known_from order by active_from, active_to
            rows between unbounded preceding and 1 preceding
        ) as earlier_end
    from known
),
numbered as (
    select
        *,
        count(*) filter (
            where earlier_end is null or active_from > earlier_end + grace_days()
        ) over (
            partition by source, known_from order by active_from, active_to
            rows unbounded preceding
        ) as spell
    from with_earlier_end
)
select
    source, known_from, known_before,
    min(active_from) as spell_from,
    max(active_to) as spell_to
from numbered
group by source, known_from, known_before, spell;

-- spans of unchanged attributes, from the dated changes
create or replace temp table attribute_spans as
with typed as (
    select distinct
        account_number(account_id) as source,
        category(field) as field,
        old_value,
        new_value,
        try_cast(changed_at as timestamp) as happened_at,
        min(try_cast(_loaded_at as timestamp)) over (
            partition by account_id, changed_at, field
        ) as loaded_at
    from raw_csv('crm/account_changes')
),
dated as (
    select
        *,
        visible(
            cast(happened_at as date),
            coalesce(cast(loaded_at as date), cast(happened_at as date))
        ) as known_on
    from typed
    where
        happened_at <= current_timestamp and field is not null
        and source in (select accounts.source from accounts)
),
in_order as (
    select
        *,
        min(known_on) over (
            partition by source, field order by happened_at
            rows between 1 following and unbounded following
        ) as newer_known_on,
        row_number() over (partition by source, field order by happened_at) as number
    from dated
),
spans as (
    select source, field, date '1900-01-01' as valid_from, old_value as value
    from in_order where number = 1
    union all
    select source, field, known_on, new_value
    from in_order where newer_known_on is null or known_on < newer_known_on
)
select
    *,
    lead(valid_from, 1, date '9999-01-01') over (
        partition by source, field order by valid_from
    ) as valid_to
from spans;

-- The days on which anything may change, per entity of a customer.
create or replace temp table points as
with customers as (select distinct source from versions),
days as (
    select entity_sources.entity, unnest([
        versions.active_from, versions.active_to,
        versions.active_to + grace_days() + 1,
        versions.active_from + 365, versions.active_to + 365,
        versions.loaded_on - late_days(), versions.known_before - late_days(),
        versions.term_start, versions.term_end + 1
    ]) as day
    from versions inner join entity_sources using (source)
    union all
    select entity_sources.entity, unnest([
        spells.spell_from, spells.spell_to, spells.spell_to + grace_days() + 1,
        spells.known_from - late_days(), spells.known_before - late_days()
    ])
    from spells inner join entity_sources using (source)
    union all
    select entities.entity, attribute_spans.valid_from
    from attribute_spans inner join entities on attribute_spans.source = entities.account
    union all
    select entities.entity, changes.day
    from entities
    cross join (
        select valid_from as day from exchange_rates
        union
        select unnest(getvariable('policy_days'))
    ) as changes
)
select distinct
    entities.entity,
    entities.account,
    greatest(days.day, first_day(), entities.valid_from) as day,
    greatest(days.day, first_day(), entities.valid_from) + late_days() as loaded_until
from days
inner join entities on days.entity = entities.entity
where days.day <= last_day() and days.day < entities.valid_to
    and entities.entity in (
        select entity_sources.entity
        from entity_sources inner join customers using (source)
    );

-- customers, and those who were until at most grace_days before; since when
create or replace temp table scope as
with in_scope as (
    select distinct points.entity, points.account, points.day, points.loaded_until
    from points
    inner join entity_sources on points.entity = entity_sources.entity
    inner join versions
        on
            entity_sources.source = versions.source
            and points.day >= versions.active_from
            and points.day <= versions.active_to + grace_days()
            and points.loaded_until >= versions.loaded_on
            and points.loaded_until < versions.known_before
),
present as (
    select in_scope.*, entity_sources.source, min(spells.spell_from) over (
        partition by in_scope.entity, in_scope.day
    ) as customer_since
    from in_scope
    inner join entity_sources on in_scope.entity = entity_sources.entity
    left join spells
        on
            entity_sources.source = spells.source
            and in_scope.day >= spells.spell_from
            and in_scope.day <= spells.spell_to + grace_days()
            and in_scope.loaded_until >= spells.known_from
            and in_scope.loaded_until < spells.known_before
),
led_up_to as (
    select
        present.entity, present.account, present.day, present.loaded_until,
        present.source,
        max(spells.spell_from) as spell_from
    from present
    left join spells
        on
            present.source = spells.source
            and present.day >= spells.spell_from
            and present.customer_since <= spells.spell_to + grace_days()
            and present.loaded_until >= spells.known_from
            and present.loaded_until < spells.known_before
    group by all
)
select entity, account, day, loaded_until, min(spell_from) as customer_since
from led_up_to
group by all;

create or replace temp table revenue as
with rows_of_points as (
    select
        scope.entity, scope.day,
        versions.subscription_id, versions.product_id, products.bit, versions.quantity,
        versions.term_end, versions.term_start,
        versions.active_to > scope.day as is_active,
        versions.active_from <= scope.day - 365
        and versions.active_to > scope.day - 365 as was_active,
        versions.mrr * 12 * exchange_rates.rate as arr,
        versions.list_mrr * 12 * exchange_rates.rate as list_arr
    from scope
    inner join entity_sources on scope.entity = entity_sources.entity
    inner join versions
        on
            entity_sources.source = versions.source
            and scope.day >= versions.active_from
            and scope.loaded_until >= versions.loaded_on
            and scope.loaded_until < versions.known_before
    left join exchange_rates
        on
            versions.currency = exchange_rates.currency
            and scope.day >= exchange_rates.valid_from
            and scope.day < exchange_rates.valid_to
    left join products on versions.product_id = products.product_id
),
now as (
    select
        entity, day,
        count(*) as active_subscriptions,
        case when count(*) = count(arr)
            then round(cast(sum(cast(arr as decimal(18, 6))) as double), 2) end as arr,
        case when count(*) = count(list_arr)
            then round(cast(sum(cast(list_arr as decimal(18, 6))) as double), 2)
        end as list_arr,
        sum(quantity) as seats,
        min(term_end) filter (where term_end >= day) as renewal_on,
        coalesce(bit_or(bit), 0) as owned
    from rows_of_points where is_active
    group by entity, day
),
main_products as (
    select entity, day, product_id
    from rows_of_points where is_active and product_id is not null
    group by entity, day, product_id
    qualify row_number() over (
        partition by entity, day
        order by sum(cast(arr as decimal(18, 6))) desc nulls last, product_id
    ) = 1
),
subscriptions_of_points as (
    select
        entity, day,
        min(term_start) filter (where term_start <= day) as first_term_start,
        max(term_start) filter (where term_start <= day) as last_term_start,
        case when count(*) filter (where is_active) = count(arr) filter (where is_active)
            then coalesce(sum(arr) filter (where is_active), 0) end as arr,
        case when count(*) filter (where was_active) = count(arr) filter (where was_active)
            then coalesce(sum(arr) filter (where was_active), 0) end as arr_before
    from rows_of_points
    group by entity, day, subscription_id
),
then_and_since as (
    select
        entity, day,
        case when count(*) = count(arr_before)
            then round(cast(sum(cast(arr_before as decimal(18, 6))) as double), 2)
        end as arr_before,
        case when count(*) = count(case when arr = 0 or arr <= arr_before then 0
                else arr - arr_before end)
            then round(cast(sum(cast(case when arr = 0 or arr <= arr_before then 0
                else arr - arr_before end as decimal(18, 6))) as double), 2)
        end as arr_added,
        max(last_term_start) filter (where last_term_start > first_term_start)
            as last_renewed_on
    from subscriptions_of_points
    group by entity, day
)
select
    then_and_since.*,
    coalesce(now.active_subscriptions, 0) as active_subscriptions,
    case when now.entity is null then 0 else now.arr end as arr,
    case when now.entity is null then 0 else now.list_arr end as list_arr,
    now.seats,
    now.renewal_on,
    coalesce(now.owned, 0) as owned,
    main_products.product_id as product
from then_and_since
left join now using (entity, day)
left join main_products using (entity, day);

-- the first use of a core feature since an account became a customer, where use is
-- recorded since before
create or replace temp table activations as
with first_record as (
    select min(day) as day from use_days
    where features <> 0 and getvariable('core_features') <> 0
),
starts as (
    select distinct scope.entity, scope.customer_since, entity_sources.source
    from scope
    inner join entity_sources on scope.entity = entity_sources.entity
    inner join first_record on scope.customer_since >= first_record.day
),
core_days as (
    select source, day from use_days
    where (features & getvariable('core_features')) <> 0
)
select
    starts.entity, starts.customer_since, min(core_days.day) as activated_on
from starts
left join core_days
    on starts.source = core_days.source and core_days.day >= starts.customer_since
group by all;

-- What holds from one point to the next. The scorecard is chosen by card_of.
create or replace temp table segments as
with attributes as (
    select
        scope.entity, scope.day,
        max(attribute_spans.value) filter (where field = 'industry') as industry,
        max(attribute_spans.value) filter (where field = 'region') as region,
        max(attribute_spans.value) filter (where field = 'segment') as segment,
        max(attribute_spans.value) filter (where field = 'service_tier') as service_tier,
        max(attribute_spans.value) filter (where field = 'employee_count')
            as employee_count,
        max(attribute_spans.value) filter (where field = 'owner_id') as owner_id,
        max(attribute_spans.value) filter (where field = 'parent_account_id')
            as parent_account_id,
        list(field) as dated
    from scope
    inner join attribute_spans
        on
            scope.account = attribute_spans.source
            and scope.day >= attribute_spans.valid_from
            and scope.day < attribute_spans.valid_to
    group by all
),
with_attributes as (
    select
        scope.*,
        accounts.account_id,
        case when list_contains(dated, 'industry') then category(attributes.industry)
            else accounts.industry end as industry,
        case when list_contains(dated, 'region') then category(attributes.region)
            else accounts.region end as region,
        case when list_contains(dated, 'segment') then category(attributes.segment)
            else accounts.segment end as segment,
        case when list_contains(dated, 'service_tier')
            then category(attributes.service_tier)
            else accounts.service_tier end as service_tier,
        case when list_contains(dated, 'employee_count')
            then try_cast(attributes.employee_count as double)
            else accounts.employee_count end as employee_count,
        case when list_contains(dated, 'owner_id') then attributes.owner_id
            else accounts.owner_id end as owner_id,
        case when list_contains(dated, 'parent_account_id')
            then attributes.parent_account_id
            else accounts.parent_account_id end as parent_account_id
    from scope
    inner join accounts on scope.account = accounts.source
    left join attributes using (entity, day)
),
size_bands as (
    select
        size_band,
        min_employees,
        lead(min_employees, 1, 1000000000) over (order by min_employees)
            as below_employees
    from read_csv(getvariable('seeds') || '/size_bands.csv')
),
eligible as (
    select
        segments.segment,
        -- to an unknown segment nobody knows what may be sold
        case when segments.segment <> 'unknown' or bool_and(eligible_segments is null)
            then coalesce(bit_or(products.bit) filter (
                where eligible_segments is null
                or list_contains(
                    string_split(
                        replace(replace(eligible_segments, '_|', '|'), '|_', '|'), '|'
                    ), segments.segment
                )
            ), 0) end as products
    from (
        select distinct coalesce(segment, 'unknown') as segment from with_attributes
    ) as segments
    cross join products
    group by segments.segment
),
owned_features as (
    select revenue.owned, bit_or(features.bit) as features
    from (select distinct owned from revenue) as revenue
    inner join products on (revenue.owned & products.bit) <> 0
    inner join features on products.product_id = features.product_id
    group by revenue.owned
),
described as (
    select
        with_attributes.* exclude (employee_count, account, loaded_until),
        size_bands.size_band,
        revenue.* exclude (entity, day),
        activations.entity is not null as is_activation_known,
        activations.activated_on,
        eligible.products as eligible,
        coalesce(owned_features.features, 0) as owned_features
    from with_attributes
    inner join revenue using (entity, day)
    left join size_bands
        on
            with_attributes.employee_count >= size_bands.min_employees
            and with_attributes.employee_count < size_bands.below_employees
    left join activations using (entity, customer_since)
    left join eligible on coalesce(with_attributes.segment, 'unknown') = eligible.segment
    left join owned_features on revenue.owned = owned_features.owned
)
select
    row_number() over (order by points.entity, points.day) as number,
    points.entity,
    points.day,
    described.* exclude (entity, day),
    card_of(
        points.day, segment, industry, region, size_band, service_tier, product
    ) as card
from points
left join described using (entity, day);

-- Entities that are scored, numbered from 0: first those that need all signals.
create or replace temp table targets as
with numbered as (
    select
        entity as old_entity,
        row_number() over (
            order by bool_or(not is_light(card)) desc, min(account_id), entity
        ) - 1 as entity,
        bool_or(not is_light(card)) as is_full
    from segments where account_id is not null
    group by old_entity
)
select
    cast(numbered.entity as int) as entity, numbered.is_full, numbered.old_entity,
    entity_sources.source,
    count(*) over (partition by numbered.entity) > 1 as has_merged
from numbered inner join entity_sources on numbered.old_entity = entity_sources.entity;

set variable full_keys = (
    select count(distinct entity) * stride() from targets where is_full
);
create or replace temp view full_targets as
select entity, source, has_merged from targets where is_full;


-- Records: each as intervals of the days on which it counts ----------------------------

-- Adoption. Every entity has many days of use, so here a row per day is best: what
-- counts in 28 days is the sum of all days so far less that of 28 days before. Each entity
-- begins 90 days early, so that none sees the one before.
create or replace temp table use_measures as
with recent as (
    select
        full_targets.entity * (slots() + 91) + 90 + (use_days.day - first_day()) as d,
        sum(users) as users,
        sum(uses_of_users) as uses,
        sum(quantity_with_outcome) as quantity,
        sum(failed_quantity) as failed,
        sum(minutes_saved) as minutes,
        bit_or(features) as w1,
        nullif(bit_or(features) <> 0, false) as known,
        nullif(bit_or(features) & getvariable('stated_features') <> 0, false) as stated
    from use_days inner join full_targets using (source)
    where use_days.day > first_day() - 90
    group by d
),
calendar as (
    select unnest(range(
        (select count(distinct entity) from full_targets) * (slots() + 91)
    )) as d
),
by_day as (
    select
        calendar.d, recent.known, recent.stated, recent.d as used,
        coalesce(users, 0) as users, coalesce(uses, 0) as uses,
        coalesce(quantity, 0) as quantity, coalesce(failed, 0) as failed,
        coalesce(minutes, 0) as minutes, coalesce(w1, 0) as w1
    from calendar left join recent using (d)
    order by calendar.d
),
so_far as (
    select
        d, w1,
        count(used) over (rows unbounded preceding) as use_days,
        count(known) over (rows unbounded preceding) as known_days,
        count(stated) over (rows unbounded preceding) as stated_days,
        sum(cast(users as double)) over (rows unbounded preceding) as users,
        sum(cast(uses as double)) over (rows unbounded preceding) as uses,
        sum(cast(quantity as double)) over (rows unbounded preceding) as quantity,
        sum(cast(failed as double)) over (rows unbounded preceding) as failed,
        sum(cast(minutes as double)) over (rows unbounded preceding) as minutes
    from by_day
),
-- features used, as bits: an or over 2, 4, 8 … days
w2 as (select *, w1 | coalesce(lag(w1, 1) over (), 0) as w2 from so_far),
w4 as (select *, w2 | coalesce(lag(w2, 2) over (), 0) as w4 from w2),
w8 as (select *, w4 | coalesce(lag(w4, 4) over (), 0) as w8 from w4),
w16 as (select *, w8 | coalesce(lag(w8, 8) over (), 0) as w16 from w8),
w28 as (
    select
        *,
        w16 | coalesce(lag(w16, 12) over (), 0) as w28,
        w16 | coalesce(lag(w16, 16) over (), 0) as w32
    from w16
),
w64 as (select *, w32 | coalesce(lag(w32, 32) over (), 0) as w64 from w28),
windows as (
    select
        d,
        w28 as features_28d,
        w64 | coalesce(lag(w64, 26) over (), 0) as features_90d,
        use_days - coalesce(lag(use_days, 28) over (), 0) as use_days_28d,
        known_days - coalesce(lag(known_days, 28) over (), 0) as known_days_28d,
        users - coalesce(lag(users, 28) over (), 0) as user_days_28d,
        uses - coalesce(lag(uses, 28) over (), 0) as uses_28d,
        quantity - coalesce(lag(quantity, 28) over (), 0) as quantity_with_outcome_28d,
        failed - coalesce(lag(failed, 28) over (), 0) as failed_quantity_28d,
        use_days - coalesce(lag(use_days, 90) over (), 0) as use_days_90d,
        known_days - coalesce(lag(known_days, 90) over (), 0) as known_days_90d,
        stated_days - coalesce(lag(stated_days, 90) over (), 0) as stated_days_90d,
        minutes - coalesce(lag(minutes, 90) over (), 0) as minutes_saved_90d
    from w64
)
-- slot N is there too: these rows are in the order of the keys
select * exclude (d) from windows
where d % (slots() + 91) >= 90;

create or replace temp view uses as
select full_targets.entity, use_days.day as begins, use_days.day as happened_on
from use_days inner join full_targets using (source)
where use_days.day > first_day() - 365;
create or replace temp table last_uses as select * from latest_so_far('uses');

-- Users: a row per user and day, from the first use until 28 days after the last one, by
-- filling each gap; then the uses of 28 days by a lag. Zeros of 28 days part the users.
create or replace temp table recent_user_days as
with recent as (
    select full_targets.entity, user_days.user_number, user_days.day, user_days.uses,
        full_targets.has_merged
    from user_days inner join full_targets using (source)
    where user_days.day > first_day() - 56
)
select entity, user_number, day, uses from recent where not has_merged
union all
-- a user may have used two ids of one account on one day
select entity, user_number, day, sum(uses) from recent where has_merged
group by entity, user_number, day
order by entity, user_number, day;

create or replace temp table user_sums as
with spaced as (
    select
        entity, day, uses,
        case
            when lead(user_number) over () = user_number and lead(entity) over () = entity
                then least(lead(day) over () - day, 29)
            else 29
        end as days
    from recent_user_days
),
filled as (
    select
        entity, cast(day - first_day() as int) as first_slot, uses,
        cast(unnest(range(days)) as int) as gap
    from spaced
),
by_day as (
    select
        entity, first_slot + gap as slot, gap,
        case when gap = 0 then uses else 0 end as uses
    from filled
),
rolling as (
    select
        entity, slot, gap,
        sum(uses - coalesce(lag_of_uses, 0)) over (rows unbounded preceding) as uses
    from (select *, lag(uses, 28) over () as lag_of_uses from by_day)
)
select
    entity, slot, count(*) as active_users, max(cast(uses as int)) as top_user_uses
from rolling
where gap < 28 and slot >= -28 and slot < slots()
group by entity, slot;

create or replace temp table active_users as
select
    cast(entity * stride() + slot as int) as k,
    sum(active_users) filter (where is_now) as active_users_28d,
    max(top_user_uses) as top_user_uses_28d,
    sum(active_users) filter (where not is_now) as active_users_28d_before
from (
    select entity, slot, active_users, top_user_uses, true as is_now from user_sums
    union all
    select entity, slot + 28, active_users, null, false from user_sums
)
where slot >= 0 and slot < slots()
group by k;
drop table recent_user_days;
drop table user_sums;

-- Who may use the product
create or replace temp table users as
with typed as (
    select
        user_id as id,
        account_number(account_id) as source,
        cast(try_cast(deactivated_at as timestamp) as date) as deactivated_on,
        try_cast(created_at as timestamp) as happened_at,
        updated_at,
        try_cast(_loaded_at as timestamp) as loaded_at,
        try_cast(is_deleted as boolean) as is_deleted
    from raw_csv('usage/users')
),
known as (select * from usable('typed'))
select * from newest('known');

set variable first_deactivation = (
    select min(visible(deactivated_on, loaded_on)) from users
    where deactivated_on is not null
);

create or replace temp table assigned_intervals as
with records as (
    select
        full_targets.entity, visible(happened_on, loaded_on) as begins, deactivated_on
    from users inner join full_targets using (source)
)
select
    entity, begins, coalesce(deactivated_on, date '9999-01-01') as ends,
    1 as assigned_users, null as assigned_users_28d, null as deactivated_users_28d
from records
union all by name
select
    entity, begins, coalesce(deactivated_on + 28, date '9999-01-01') as ends,
    1 as assigned_users_28d
from records
union all by name
select
    entity, greatest(begins, deactivated_on) as begins, deactivated_on + 28 as ends,
    1 as deactivated_users_28d
from records where deactivated_on is not null;
create or replace temp table assigned_sums as
select * from sums_so_far('assigned_intervals');
drop table assigned_intervals;

-- Support
create or replace temp table cases as
with typed as (
    select
        case_id as id,
        account_number(account_id) as source,
        listed(case_type, ['question', 'defect', 'complaint', 'feature_request'])
            as case_type,
        listed(priority, ['low', 'normal', 'high', 'urgent']) as priority,
        try_cast(opened_at as timestamp) as happened_at,
        try_cast(opened_at as timestamp) as opened_at,
        try_cast(first_response_at as timestamp) as first_response_at,
        try_cast(resolved_at as timestamp) as resolved_at,
        try_cast(sla_due_at as timestamp) as sla_due_at,
        cast(try_cast(escalated_at as timestamp) as date) as escalated_on,
        cast(try_cast(reopened_at as timestamp) as date) as reopened_on,
        updated_at,
        try_cast(_loaded_at as timestamp) as loaded_at,
        try_cast(is_deleted as boolean) as is_deleted
    from raw_csv('crm/cases')
),
known as (
    select * from usable('typed') where resolved_at is null or resolved_at >= opened_at
)
select * from newest('known');

set variable first_resolution = (
    select min(visible(cast(resolved_at as date), loaded_on)) from cases
    where resolved_at is not null
);
set variable first_escalation = (
    select min(visible(escalated_on, loaded_on)) from cases where escalated_on is not null
);
set variable first_reopening = (
    select min(visible(reopened_on, loaded_on)) from cases where reopened_on is not null
);

create or replace temp view case_records as
select
    full_targets.entity,
    cases.happened_on as day,
    visible(cases.happened_on, cases.loaded_on) as begins,
    cases.case_type,
    nullif(cases.priority, 'other') as known_priority,
    cast(cases.resolved_at as date) as resolved_on,
    cast(cases.first_response_at as date) as responded_on,
    cast(cases.sla_due_at as date) as sla_due_on,
    coalesce(cases.resolved_at > cases.sla_due_at, cases.sla_due_at is not null)
        as is_late,
    cases.escalated_on,
    cases.reopened_on,
    case when cases.first_response_at >= cases.opened_at
        then (epoch(cases.first_response_at) - epoch(cases.opened_at)) / 3600.0
    end as response_hours,
    (epoch(cases.resolved_at) - epoch(cases.opened_at)) / 3600.0 as resolution_hours
from cases inner join full_targets using (source)
where cases.happened_on > first_day() - 365;

create or replace temp table case_intervals as
select
    entity, begins, day + 90 as ends,
    1 as cases_90d,
    cast(coalesce(case_type = 'defect', false) as int) as defects_90d,
    cast(case_type is not null as int) as typed_cases_90d,
    cast(coalesce(case_type = 'question', false) as int) as questions_90d,
    null as cases_90d_before, null as cases_365d, null as prioritised_cases_365d,
    null as urgent_cases_open, null as escalated_90d, null as sla_cases_90d,
    null as sla_breaches_90d, null as once_resolved_90d, null as reopened_90d
from case_records
union all by name
select entity, greatest(begins, day + 90) as begins, day + 180 as ends,
    1 as cases_90d_before
from case_records
union all by name
select entity, begins, day + 365 as ends, 1 as cases_365d,
    cast(known_priority is not null as int) as prioritised_cases_365d
from case_records
union all by name
select entity, begins, least(day + 365, coalesce(resolved_on, day + 365)) as ends,
    1 as urgent_cases_open
from case_records where known_priority = 'urgent'
union all by name
select
    entity, greatest(begins, escalated_on) as begins,
    least(escalated_on + 90, day + 365) as ends,
    1 as escalated_90d
from case_records where escalated_on is not null
union all by name
-- judged when it is resolved or its time is up, whichever comes first
select
    entity, greatest(begins, least(resolved_on, sla_due_on)) as begins, day + 90 as ends,
    1 as sla_cases_90d
from case_records where sla_due_on is not null
union all by name
select entity, greatest(begins, sla_due_on) as begins, day + 90 as ends,
    1 as sla_breaches_90d
from case_records where is_late
union all by name
-- what is reopened was resolved before
select
    entity, greatest(begins, least(resolved_on, reopened_on)) as begins, day + 90 as ends,
    1 as once_resolved_90d
from case_records where coalesce(resolved_on, reopened_on) is not null
union all by name
select entity, greatest(begins, reopened_on) as begins, day + 90 as ends,
    1 as reopened_90d
from case_records where reopened_on is not null;
create or replace temp table case_sums as select * from sums_so_far('case_intervals');

-- medians of hours, where the set of cases that they are of changes; -1 is none
create or replace temp table case_medians as
with spans as (
    select entity, greatest(begins, responded_on) as begins, day + 90 as ends,
        response_hours, null as resolution_hours
    from case_records where response_hours is not null
    union all
    select entity, greatest(begins, resolved_on), day + 90, null, resolution_hours
    from case_records where resolution_hours is not null
),
keyed as (
    select
        entity,
        key_of(entity, begins) as begins,
        key_of(entity, ends) as ends,
        response_hours,
        resolution_hours
    from spans
    where begins < ends and begins <= last_day() and ends > first_day()
),
changing as (
    select entity, begins as k from keyed
    union
    select entity, ends from keyed
    union
    select 0, 0
)
select
    changing.k,
    coalesce(median(keyed.response_hours), -1) as response_hours,
    coalesce(median(keyed.resolution_hours), -1) as resolution_hours
from changing
left join keyed
    on
        changing.entity = keyed.entity
        and changing.k >= keyed.begins and changing.k < keyed.ends
group by changing.k;

-- Relationship, and talk of value
create or replace temp table activities as
with typed as (
    select
        activity_id as id,
        account_number(account_id) as source,
        contact_id,
        listed(activity_type, ['meeting', 'call', 'email', 'qbr']) as activity_type,
        listed(direction, ['inbound', 'outbound']) as direction,
        listed(status, ['held', 'no_show', 'cancelled']) as status,
        category(topic) as topic,
        try_cast(occurred_at as timestamp) as happened_at,
        updated_at,
        try_cast(_loaded_at as timestamp) as loaded_at,
        try_cast(is_deleted as boolean) as is_deleted
    from raw_csv('crm/activities')
),
known as (select * from usable('typed'))
select
    * exclude (activity_type, direction, status, topic),
    visible(happened_on, loaded_on) as begins,
    (activity_type in ('meeting', 'call', 'qbr') and nullif(status, 'other') = 'held')
    or (activity_type = 'call' and status is null)
    or (activity_type = 'email' and nullif(direction, 'other') = 'inbound')
        as is_touch,
    case when activity_type in ('meeting', 'qbr') then nullif(status, 'other') end
        as meeting_status,
    activity_type in ('meeting', 'call', 'qbr') as is_talk,
    nullif(status, 'other') = 'held'
    and (
        topic like '%value%'
        or instr('_' || translate(topic, '/,.;:&+()', '_________') || '_', '_roi_') > 0
    ) as is_on_value
from newest('known');

set variable silence_of_touches_from = (
    select min(greatest(happened_on + 365, loaded_on - late_days())) from activities
    where is_touch
);
set variable silence_of_value_from = (
    select min(greatest(happened_on + 365, loaded_on - late_days())) from activities
    where is_talk and is_on_value
);

-- persona and seniority are the CRM's, else those of a word in the job title
create or replace temp table contacts as
with typed as (
    select
        contact_id as id,
        account_number(account_id) as source,
        job_title,
        nullif(listed(persona, [
            'executive_sponsor', 'economic_buyer', 'champion', 'admin', 'end_user',
            'influencer'
        ]), 'other') as persona,
        nullif(listed(seniority, [
            'individual_contributor', 'manager', 'director', 'vp', 'c_level'
        ]), 'other') as seniority,
        cast(try_cast(left_at as timestamp) as date) as left_on,
        try_cast(created_at as timestamp) as happened_at,
        updated_at,
        try_cast(_loaded_at as timestamp) as loaded_at,
        try_cast(is_deleted as boolean) as is_deleted
    from raw_csv('crm/contacts')
),
known as (select * from usable('typed')),
titles as (
    select
        job_title,
        ' ' || translate(lower(job_title), '/,.;:&+()-_', '           ') || ' ' as words
    from (select distinct job_title from typed)
),
title_roles as (
    select
        titles.job_title,
        max_by(role_words.persona, priority) filter (where role_words.persona is not null)
            as title_persona,
        max_by(role_words.seniority, priority)
            filter (where role_words.seniority is not null) as title_seniority
    from titles
    inner join read_csv(
        getvariable('seeds') || '/role_words.csv', header = true,
        types = {'persona': 'varchar', 'seniority': 'varchar'}
    ) as role_words
        on
            role_words.field = 'job_title'
            and instr(titles.words, ' ' || role_words.words || ' ') > 0
    group by titles.job_title
),
resolved as (
    select
        contacts.* exclude (id, job_title, persona, seniority),
        contacts.id as contact_id,
        coalesce(contacts.persona, title_persona) as persona,
        coalesce(contacts.seniority, title_seniority) as seniority
    from newest('known') as contacts
    left join title_roles using (job_title)
),
executive_roles as (
    select attribute, value
    from read_csv(getvariable('seeds') || '/executive_roles.csv', header = true)
)
select
    *,
    -- without either, nobody knows
    case when coalesce(persona, seniority) is not null
        then coalesce(
            persona in (select value from executive_roles where attribute = 'persona'),
            false
        )
        or coalesce(
            seniority in (select value from executive_roles where attribute = 'seniority'),
            false
        )
    end as is_executive,
    case when left_on is not null then visible(left_on, loaded_on) end as gone_on
from resolved;

set variable has_ranks = (select count(is_executive) > 0 from contacts);
set variable first_departure = (select min(gone_on) from contacts);

create or replace temp view activity_records as
select
    targets.entity,
    targets.is_full,
    activities.* exclude (source),
    -- who leaves later is still there
    least(
        activities.happened_on + 90, coalesce(contacts.gone_on, activities.happened_on + 90)
    ) as present_until,
    contacts.is_executive
from activities
inner join targets using (source)
left join contacts on activities.contact_id = contacts.contact_id
where activities.happened_on > first_day() - 365;

create or replace temp table activity_intervals as
with records as (
    select * from activity_records
    where is_full and (coalesce(is_touch, true) or meeting_status is not null)
),
-- of the touches of one contact, each counts where none before it does
named as (
    select
        entity,
        greatest(begins, max(present_until) over (
            partition by entity, contact_id order by begins, happened_on
            rows between unbounded preceding and 1 preceding
        )) as begins,
        present_until as ends,
        is_executive
    from records
    where is_touch and contact_id is not null and begins < present_until
),
champions as (
    select
        full_targets.entity,
        visible(contacts.happened_on, contacts.loaded_on) as begins,
        contacts.left_on
    from contacts inner join full_targets using (source)
    where contacts.persona = 'champion'
)
select
    entity, begins, happened_on + 90 as ends,
    cast(coalesce(is_touch, false) as int) as touches_90d,
    cast(is_touch is null as int) as unclear_90d,
    null as present_touches_90d, null as possible_touches_90d,
    null as named_contacts_90d, null as unclear_365d,
    null as meetings_held_180d, null as meetings_planned_180d, null as unclear_talks_365d,
    null as known_ranks_90d, null as executives_90d,
    null as champions, null as champions_left_90d
from records
union all by name
select
    entity, begins, present_until as ends,
    cast(coalesce(is_touch, false) as int) as present_touches_90d,
    cast(coalesce(is_touch, true) as int) as possible_touches_90d
from records
union all by name
select
    entity, begins, ends, 1 as named_contacts_90d,
    cast(is_executive is not null as int) as known_ranks_90d,
    cast(coalesce(is_executive, false) as int) as executives_90d
from named
union all by name
select entity, begins, happened_on + 365 as ends, 1 as unclear_365d
from records where is_touch is null
union all by name
select
    entity, begins, happened_on + 180 as ends,
    cast(meeting_status = 'held' as int) as meetings_held_180d,
    1 as meetings_planned_180d
from records where meeting_status is not null
union all by name
select entity, begins, happened_on + 365 as ends, 1 as unclear_talks_365d
from activity_records where is_full and is_talk and is_on_value is null
union all by name
select entity, begins, date '9999-01-01' as ends, 1 as champions from champions
union all by name
select
    entity, greatest(begins, left_on) as begins, left_on + 90 as ends,
    1 as champions_left_90d
from champions where left_on is not null;
create or replace temp table activity_sums as
select * from sums_so_far('activity_intervals');
drop table activity_intervals;

create or replace temp view touches_made as
select entity, begins, happened_on from activity_records where is_full and is_touch;
create or replace temp table last_touches as select * from latest_so_far('touches_made');
create or replace temp view value_talks as
select entity, begins, happened_on from activity_records
where is_full and is_talk and is_on_value;
create or replace temp table last_value_talks as select * from latest_so_far('value_talks');

-- Sentiment
create or replace temp table responses as
with typed as (
    select
        response_id as id,
        response_id,
        invitation_id,
        account_number(account_id) as source,
        contact_id,
        listed(survey_type, ['nps', 'csat', 'ces', 'onboarding']) as survey_type,
        try_cast(score as double) as score,
        score as written_score,
        try_cast(responded_at as timestamp) as happened_at,
        try_cast(responded_at as timestamp) as responded_at,
        updated_at,
        try_cast(_loaded_at as timestamp) as loaded_at,
        try_cast(is_deleted as boolean) as is_deleted
    from raw_csv('survey/responses')
),
known as (
    select * exclude (written_score) from usable('typed')
    where
        (written_score is null or score is not null)
        and coalesce(survey_type <> 'nps' or score between 0 and 10, true)
        and coalesce(survey_type <> 'ces' or score between 1 and 7, true)
        and coalesce(
            survey_type not in ('csat', 'onboarding') or score between 1 and 5, true
        )
)
select * from newest('known');

create or replace temp table invitations as
with typed as (
    select
        invitation_id as id,
        invitation_id,
        account_number(account_id) as source,
        try_cast(sent_at as timestamp) as happened_at,
        updated_at,
        try_cast(_loaded_at as timestamp) as loaded_at,
        try_cast(is_deleted as boolean) as is_deleted
    from raw_csv('survey/invitations')
),
known as (select * from usable('typed'))
select * from newest('known');

set variable first_answer = (
    select min(visible(happened_on, loaded_on))
    from responses where invitation_id is not null
);

create or replace temp table assessments as
with typed as (
    select
        assessment_id as id,
        assessment_id,
        account_number(account_id) as source,
        try_cast(sentiment as double) as sentiment,
        try_cast(assessed_at as timestamp) as happened_at,
        try_cast(assessed_at as timestamp) as assessed_at,
        updated_at,
        try_cast(_loaded_at as timestamp) as loaded_at,
        try_cast(is_deleted as boolean) as is_deleted
    from raw_csv('crm/csm_assessments')
),
known as (
    select * from usable('typed') where sentiment is null or sentiment between 1 and 5
)
select * from newest('known');

create or replace temp table sentiment_intervals as
with answers as (
    select
        targets.entity, responses.happened_on, responses.score,
        visible(responses.happened_on, responses.loaded_on) as begins,
        responses.responded_at, responses.response_id, responses.contact_id,
        coalesce('contact ' || responses.contact_id, responses.response_id) as respondent
    from responses inner join targets using (source)
    where responses.survey_type = 'nps' and responses.score is not null
        and responses.happened_on > first_day() - 180
),
-- an answer counts until a newer one of the respondent is known
latest_answers as (
    select
        entity, begins, score, contact_id,
        least(happened_on + 180, coalesce(min(begins) over (
            partition by entity, respondent order by responded_at, response_id
            rows between 1 following and unbounded following
        ), happened_on + 180)) as ends
    from answers
),
judgements as (
    select
        full_targets.entity, assessments.sentiment, assessments.happened_on,
        assessments.assessed_at, assessments.assessment_id,
        visible(assessments.happened_on, assessments.loaded_on) as begins
    from assessments inner join full_targets using (source)
    where assessments.sentiment is not null
        and assessments.happened_on > first_day() - 90
),
latest_judgements as (
    select
        entity, begins, sentiment,
        least(happened_on + 90, coalesce(min(begins) over (
            partition by entity order by assessed_at, assessment_id
            rows between 1 following and unbounded following
        ), happened_on + 90)) as ends
    from judgements
),
first_answers as (
    select invitation_id, visible(happened_on, loaded_on) as answered_on
    from responses where invitation_id is not null
    qualify row_number() over (
        partition by invitation_id
        order by visible(happened_on, loaded_on), happened_on
    ) = 1
),
asked as (
    select
        full_targets.entity,
        visible(invitations.happened_on, invitations.loaded_on) as begins,
        invitations.happened_on + 365 as ends,
        first_answers.answered_on
    from invitations
    inner join full_targets using (source)
    left join first_answers using (invitation_id)
    where invitations.happened_on > first_day() - 365
)
select
    entity, begins, ends,
    1 as nps_answers, cast(score >= 9 as int) - cast(score <= 6 as int) as nps_balance,
    null as csat_answers, null as csat_sum, null as ces_answers, null as ces_sum,
    null as executive_answers, null as executive_detractors,
    null as assessments, null as sentiment,
    null as invitations_365d, null as answered_365d
from latest_answers
union all by name
select
    full_targets.entity,
    visible(responses.happened_on, responses.loaded_on) as begins,
    responses.happened_on + 90 as ends,
    1 as csat_answers, responses.score as csat_sum
from responses inner join full_targets using (source)
where responses.survey_type = 'csat' and responses.score is not null
union all by name
select
    full_targets.entity,
    visible(responses.happened_on, responses.loaded_on) as begins,
    responses.happened_on + 180 as ends,
    1 as ces_answers, responses.score as ces_sum
from responses inner join full_targets using (source)
where responses.survey_type = 'ces' and responses.score is not null
union all by name
-- an executive from the arrival of the contact on
select
    latest_answers.entity,
    greatest(latest_answers.begins, contacts.loaded_on - late_days()) as begins,
    latest_answers.ends,
    1 as executive_answers,
    cast(latest_answers.score <= 6 as int) as executive_detractors
from latest_answers inner join contacts using (contact_id)
where contacts.is_executive
union all by name
select entity, begins, ends, 1 as assessments, sentiment from latest_judgements
union all by name
select entity, begins, ends, 1 as invitations_365d from asked
union all by name
select entity, greatest(begins, answered_on) as begins, ends, 1 as answered_365d
from asked where answered_on is not null;
create or replace temp table sentiment_sums as
select * from sums_so_far('sentiment_intervals');

-- Financial: invoices and payments
create or replace temp table invoices as
with typed as (
    select
        invoice_id as id,
        invoice_id,
        account_number(account_id) as source,
        try_cast(amount as double) as amount,
        coalesce(upper(currency), 'USD') as currency,
        cast(try_cast(due_at as timestamp) as date) as due_on,
        try_cast(issued_at as timestamp) as happened_at,
        updated_at,
        try_cast(_loaded_at as timestamp) as loaded_at,
        try_cast(is_deleted as boolean) as is_deleted
    from raw_csv('billing/invoices')
),
known as (select * from usable('typed'))
select * from newest('known');

create or replace temp table payments as
with typed as (
    select
        payment_id as id,
        invoice_id,
        account_number(account_id) as source,
        try_cast(amount as double) as amount,
        upper(currency) as currency,
        listed(status, ['succeeded', 'failed', 'refunded', 'disputed']) as status,
        try_cast(paid_at as timestamp) as happened_at,
        try_cast(paid_at as timestamp) as paid_at,
        updated_at,
        try_cast(_loaded_at as timestamp) as loaded_at,
        try_cast(is_deleted as boolean) as is_deleted
    from raw_csv('billing/payments')
),
known as (select * from usable('typed'))
select * from newest('known');

set variable payments_from = (
    select min(visible(happened_on, loaded_on)) from payments where status is not null
);
set variable invoice_payments_from = (
    select min(visible(happened_on, loaded_on)) from payments
    where status is not null and invoice_id is not null and amount is not null
);

create or replace temp table invoice_payments as
with of_invoices as (
    select
        payments.invoice_id, payments.paid_at, payments.happened_on as paid_on,
        payments.loaded_on,
        invoices.currency,
        coalesce(payments.currency, invoices.currency) as paid_currency,
        case when payments.status = 'succeeded' then payments.amount
            else -abs(payments.amount) end as amount
    from payments inner join invoices using (invoice_id)
    where payments.status in ('succeeded', 'refunded')
),
converted as (
    select
        of_invoices.*,
        case when paid_currency = of_invoices.currency then amount
            else amount * paid_rates.rate / invoice_rates.rate end as net_amount,
        case when paid_currency = of_invoices.currency then 0
            else tolerance() * abs(amount) * paid_rates.rate / invoice_rates.rate
        end as margin
    from of_invoices
    left join exchange_rates as paid_rates
        on
            paid_currency = paid_rates.currency
            and paid_on >= paid_rates.valid_from and paid_on < paid_rates.valid_to
    left join exchange_rates as invoice_rates
        on
            of_invoices.currency = invoice_rates.currency
            and paid_on >= invoice_rates.valid_from and paid_on < invoice_rates.valid_to
)
select
    invoice_id, paid_on, loaded_on, net_amount,
    case when count(*) over so_far = count(net_amount) over so_far
        then sum(net_amount) over so_far end as paid_so_far,
    sum(margin) over so_far as margin_so_far,
    max(loaded_on) over so_far as total_loaded_on
from converted
window so_far as (
    partition by invoice_id order by paid_at
    range between unbounded preceding and current row
);

create or replace temp table bills as
select
    full_targets.entity,
    invoices.invoice_id,
    invoices.amount,
    invoices.currency,
    invoices.happened_on as issued_on,
    case when invoices.amount is not null then invoices.due_on end as due_on,
    visible(invoices.happened_on, invoices.loaded_on) as begins,
    min(paid_on) filter (
        where paid_so_far >= invoices.amount - 0.005 - margin_so_far
    ) as paid_on,
    min(total_loaded_on) filter (
        where paid_so_far >= invoices.amount - 0.005 - margin_so_far
    ) - late_days() as payment_known_on,
    min(paid_on) filter (where invoice_payments.invoice_id is not null
        and net_amount is null) as unknown_on,
    min(invoice_payments.loaded_on) filter (where invoice_payments.invoice_id is not null
        and net_amount is null) - late_days() as unknown_known_on
from invoices
inner join full_targets using (source)
left join invoice_payments using (invoice_id)
where (invoices.amount > 0 or invoices.amount is null)
    and (
        invoices.happened_on > first_day() - 365 or invoices.due_on > first_day() - 365
    )
group by all;

-- what is unpaid of an overdue invoice, from one payment or change of rates to the next
create or replace temp table overdue as
with spans as (
    select
        *,
        greatest(begins, due_on + 1) as overdue_from,
        least(issued_on + 365, coalesce(
            greatest(paid_on, payment_known_on), issued_on + 365
        )) as overdue_to
    from bills
    where due_on is not null
),
open as (
    select * from spans
    where overdue_from < overdue_to and overdue_from <= last_day()
        and overdue_to > first_day()
),
changing as (
    select invoice_id, entity, overdue_from as day from open
    union
    select open.invoice_id, open.entity, exchange_rates.valid_from
    from open
    inner join exchange_rates
        on
            open.currency = exchange_rates.currency
            and exchange_rates.valid_from > open.overdue_from
            and exchange_rates.valid_from < open.overdue_to
    union
    select
        open.invoice_id, open.entity,
        visible(invoice_payments.paid_on, invoice_payments.loaded_on)
    from open inner join invoice_payments using (invoice_id)
    where
        visible(invoice_payments.paid_on, invoice_payments.loaded_on) > overdue_from
        and visible(invoice_payments.paid_on, invoice_payments.loaded_on) < overdue_to
),
unpaid as (
    select
        changing.invoice_id, changing.entity, changing.day, open.currency, open.overdue_to,
        open.due_on,
        case when count(invoice_payments.paid_on) = count(invoice_payments.net_amount)
            then open.amount - coalesce(sum(invoice_payments.net_amount), 0)
        end as amount
    from changing
    inner join open using (invoice_id, entity)
    left join invoice_payments
        on
            changing.invoice_id = invoice_payments.invoice_id
            and changing.day >= visible(invoice_payments.paid_on, invoice_payments.loaded_on)
    group by
        changing.invoice_id, changing.entity, changing.day, open.currency, open.overdue_to,
        open.due_on, open.amount
)
select
    unpaid.entity,
    unpaid.day as begins,
    lead(unpaid.day, 1, unpaid.overdue_to) over (
        partition by unpaid.invoice_id, unpaid.entity order by unpaid.day
    ) as ends,
    unpaid.due_on,
    unpaid.amount,
    -- whole millionths: sums of whole numbers are exact
    cast(cast(unpaid.amount * exchange_rates.rate as decimal(18, 6)) * 1000000 as double)
        as millionths
from unpaid
left join exchange_rates
    on
        unpaid.currency = exchange_rates.currency
        and unpaid.day >= exchange_rates.valid_from
        and unpaid.day < exchange_rates.valid_to;

create or replace temp table billing_intervals as
with due as (
    select
        *,
        greatest(begins, due_on) as due_from,
        due_on + 365 as due_to,
        case when paid_on <= due_on
            then greatest(begins, due_on, payment_known_on) end as paid_from,
        case when unknown_on <= due_on
            then greatest(begins, due_on, unknown_known_on) end as unknown_from
    from bills
    where due_on is not null
)
select
    entity, begins, issued_on + 365 as ends,
    1 as invoices_365d, cast(due_on is not null as int) as dated_invoices_365d,
    null as due_365d, null as paid_in_time_365d,
    null as overdue, null as overdue_unknown, null as overdue_millionths,
    null as overdue_rest_unknown, null as overdue_since_slots,
    null as paid_180d, null as days_late_180d,
    null as failed_payments_90d
from bills
union all by name
select entity, due_from as begins, due_to as ends, 1 as due_365d from due
union all by name
select entity, paid_from as begins, due_to as ends, 1 as paid_in_time_365d
from due where paid_from is not null
union all by name
select entity, unknown_from as begins, least(due_to, coalesce(paid_from, due_to)) as ends,
    -1 as due_365d
from due where unknown_from is not null
union all by name
select
    entity, begins, ends, 1 as overdue,
    cast(millionths is null as int) as overdue_unknown,
    coalesce(millionths, 0) as overdue_millionths,
    cast(amount is null as int) as overdue_rest_unknown,
    -- on a slot all of them are overdue for their number times the slot, less this
    due_on - first_day() as overdue_since_slots
from overdue where amount > 0.005 or amount is null
union all by name
select
    entity, greatest(begins, paid_on, payment_known_on) as begins,
    least(issued_on + 365, paid_on + 180) as ends,
    1 as paid_180d, greatest(paid_on - due_on, 0) as days_late_180d
from due where paid_on is not null
union all by name
select
    full_targets.entity, visible(happened_on, loaded_on) as begins,
    happened_on + 90 as ends, 1 as failed_payments_90d
from payments inner join full_targets using (source)
where status = 'failed';
create or replace temp table billing_sums as
select * from sums_so_far('billing_intervals');

-- Onboarding, objectives and sales
create or replace temp table tasks as
with typed as (
    select
        task_id as id,
        account_number(account_id) as source,
        listed(task_type, ['onboarding', 'action']) as task_type,
        cast(try_cast(due_at as timestamp) as date) as due_on,
        cast(try_cast(completed_at as timestamp) as date) as completed_on,
        try_cast(created_at as timestamp) as happened_at,
        updated_at,
        try_cast(_loaded_at as timestamp) as loaded_at,
        try_cast(is_deleted as boolean) as is_deleted
    from raw_csv('crm/tasks')
),
known as (
    select * from usable('typed')
    where completed_on is null or completed_on >= cast(happened_at as date)
)
select * from newest('known');

create or replace temp table trainings as
with typed as (
    select
        enrolment_id as id,
        account_number(account_id) as source,
        cast(try_cast(completed_at as timestamp) as date) as completed_on,
        try_cast(enrolled_at as timestamp) as happened_at,
        updated_at,
        try_cast(_loaded_at as timestamp) as loaded_at,
        try_cast(is_deleted as boolean) as is_deleted
    from raw_csv('crm/trainings')
),
known as (
    select * from usable('typed')
    where completed_on is null or completed_on >= cast(happened_at as date)
)
select * from newest('known');

create or replace temp table objectives as
with typed as (
    select
        objective_id as id,
        account_number(account_id) as source,
        cast(try_cast(due_at as timestamp) as date) as due_on,
        cast(try_cast(achieved_at as timestamp) as date) as achieved_on,
        cast(try_cast(customer_confirmed_at as timestamp) as date) as confirmed_on,
        try_cast(expected_value as double) as expected_value,
        try_cast(delivered_value as double) as delivered_value,
        coalesce(upper(currency), 'USD') as currency,
        try_cast(set_at as timestamp) as happened_at,
        updated_at,
        try_cast(_loaded_at as timestamp) as loaded_at,
        try_cast(is_deleted as boolean) as is_deleted
    from raw_csv('crm/objectives')
),
known as (
    select * from usable('typed')
    where achieved_on is null or achieved_on >= cast(happened_at as date)
)
select * from newest('known');

create or replace temp table opportunities as
with typed as (
    select
        opportunity_id as id,
        opportunity_id,
        account_number(account_id) as source,
        listed(opportunity_type, ['new', 'renewal', 'upsell', 'cross_sell'])
            as opportunity_type,
        try_cast(is_won as boolean) as is_won,
        cast(try_cast(closed_at as timestamp) as date) as closed_on,
        try_cast(created_at as timestamp) as happened_at,
        updated_at,
        try_cast(_loaded_at as timestamp) as loaded_at,
        try_cast(is_deleted as boolean) as is_deleted
    from raw_csv('crm/opportunities')
),
known as (select * from usable('typed'))
select * from newest('known');

set variable first_step_done = (
    select min(visible(completed_on, loaded_on)) from tasks
    where task_type = 'onboarding' and completed_on is not null
);
set variable first_training_done = (
    select min(visible(completed_on, loaded_on)) from trainings
    where completed_on is not null
);
set variable first_achievement = (
    select min(visible(achieved_on, loaded_on)) from objectives
    where achieved_on is not null
);
set variable first_delivery = (
    select min(visible(achieved_on, loaded_on)) from objectives
    where achieved_on is not null and delivered_value is not null
);

create or replace temp table step_intervals as
with steps as (
    select
        full_targets.entity,
        greatest(
            visible(happened_on, loaded_on),
            -- what is due later and not done yet does not count
            coalesce(least(due_on, completed_on), due_on, happened_on)
        ) as begins,
        visible(happened_on, loaded_on) as planned_from,
        due_on,
        completed_on
    from tasks inner join full_targets using (source)
    where task_type = 'onboarding'
),
enrolments as (
    select
        full_targets.entity, visible(happened_on, loaded_on) as begins,
        happened_on + 365 as ends, completed_on
    from trainings inner join full_targets using (source)
),
aims as (
    select
        full_targets.entity,
        greatest(due_on, happened_on, loaded_on - late_days()) as begins,
        due_on + 365 as ends, achieved_on, expected_value, delivered_value, currency
    from objectives inner join full_targets using (source)
    where due_on is not null
),
-- in whole millionths, at the rates of the day
promises as (
    select
        aims.entity,
        greatest(aims.begins, exchange_rates.valid_from) as begins,
        least(aims.ends, exchange_rates.valid_to) as ends,
        aims.achieved_on,
        round(aims.expected_value * exchange_rates.rate * 1e6) as expected_millionths,
        round(aims.delivered_value * exchange_rates.rate * 1e6) as delivered_millionths
    from aims
    inner join exchange_rates
        on
            aims.currency = exchange_rates.currency
            and aims.begins < exchange_rates.valid_to
            and aims.ends > exchange_rates.valid_from
    where aims.expected_value is not null
),
plans as (
    select
        full_targets.entity, visible(happened_on, loaded_on) as begins, happened_on,
        achieved_on, confirmed_on
    from objectives inner join full_targets using (source)
),
closed as (
    select
        full_targets.entity, opportunity_id, opportunity_type, is_won, closed_on,
        happened_on as created_on, visible(closed_on, loaded_on) as begins
    from opportunities inner join full_targets using (source)
    where closed_on is not null
),
-- a sale is the first one until an earlier one becomes known
first_sales as (
    select
        entity, begins,
        coalesce(min(begins) over (
            partition by entity order by closed_on, opportunity_id
            rows between unbounded preceding and 1 preceding
        ), date '9999-01-01') as ends,
        case when closed_on >= created_on then closed_on - created_on end as sale_days
    from closed where opportunity_type = 'new' and is_won
)
select
    entity, begins, date '9999-01-01' as ends,
    1 as steps, null as steps_done, null as enrolments_365d, null as trained_365d,
    null as objectives_365d, null as achieved_365d, null as closed_365d,
    null as known_results_365d, null as upsells_won_365d, null as sales, null as sale_days,
    null as dated_steps, null as steps_overdue, null as promises_365d,
    null as valued_promises_365d, null as expected_millionths_365d,
    null as delivered_millionths_365d, null as worked_on_180d
from steps
union all by name
select entity, greatest(begins, completed_on) as begins, date '9999-01-01' as ends,
    1 as steps_done
from steps where completed_on is not null
union all by name
select entity, planned_from as begins, date '9999-01-01' as ends, 1 as dated_steps
from steps where due_on is not null
union all by name
select
    entity, greatest(planned_from, due_on + 1) as begins,
    coalesce(completed_on, date '9999-01-01') as ends, 1 as steps_overdue
from steps where due_on is not null
union all by name
select entity, begins, ends, 1 as enrolments_365d from enrolments
union all by name
select entity, greatest(begins, completed_on) as begins, ends, 1 as trained_365d
from enrolments where completed_on is not null
union all by name
select entity, begins, ends, 1 as objectives_365d from aims
union all by name
select entity, greatest(begins, achieved_on) as begins, ends, 1 as achieved_365d
from aims where achieved_on is not null
union all by name
-- what has no rate has no value, nor what was achieved without one
select entity, begins, ends, 1 as promises_365d from aims where expected_value is not null
union all by name
select
    entity, begins, ends, 1 as valued_promises_365d,
    expected_millionths as expected_millionths_365d
from promises
union all by name
select
    entity, greatest(begins, achieved_on) as begins, ends,
    -cast(delivered_millionths is null as int) as valued_promises_365d,
    coalesce(delivered_millionths, 0) as delivered_millionths_365d
from promises where achieved_on is not null
union all by name
select entity, begins, happened_on + 180 as ends, 1 as worked_on_180d from plans
union all by name
select
    entity, greatest(begins, achieved_on) as begins, achieved_on + 180 as ends,
    1 as worked_on_180d
from plans where achieved_on is not null
union all by name
select
    entity, greatest(begins, confirmed_on) as begins, confirmed_on + 180 as ends,
    1 as worked_on_180d
from plans where confirmed_on is not null
union all by name
select
    entity, begins, closed_on + 365 as ends, 1 as closed_365d,
    cast(opportunity_type is not null and is_won is not null as int)
        as known_results_365d,
    cast(coalesce(opportunity_type in ('upsell', 'cross_sell') and is_won, false) as int)
        as upsells_won_365d
from closed
union all by name
select entity, begins, ends, 1 as sales, sale_days
from first_sales where sale_days is not null;
create or replace temp table step_sums as select * from sums_so_far('step_intervals');

-- Marketing
create or replace temp table touches as
select distinct on (touch_id)
    account_number(account_id) as source,
    listed(channel, ['email', 'web', 'event', 'community']) as channel,
    listed(action, [
        'delivered', 'clicked', 'unsubscribed', 'visited', 'attended', 'downloaded'
    ]) as action,
    category(page_category) as page_category,
    cast(occurred_at as date) as happened_on,
    coalesce(cast(_loaded_at as date), cast(occurred_at as date)) as loaded_on
from read_parquet(getvariable('touch_files'))
where
    touch_id is not null and occurred_at <= current_timestamp
    -- older ones tell neither of events nor of how fresh the source is
    and occurred_at >= first_day() - 180
    and account_number(account_id) in (select accounts.source from accounts);

create or replace temp table intents as
select distinct
    account_number(account_id) as source,
    category(topic) as topic,
    listed(topic_kind, ['category', 'competitor']) as topic_kind,
    try_cast(strength as double) as strength,
    try_cast(week as date) as happened_on,
    coalesce(min(cast(try_cast(_loaded_at as timestamp) as date)) over (
        partition by account_id, category(topic), week
    ), try_cast(week as date)) as loaded_on
from raw_csv('marketing/intent')
where
    topic is not null and try_cast(week as date) <= current_timestamp
    and account_number(account_id) in (select accounts.source from accounts);

create or replace temp table market_events as
with typed as (
    select
        event_id as id,
        event_id,
        account_id,
        account_number(account_id) as source,
        category(industry) as industry,
        category(segment) as segment,
        listed(event_kind, ['competitor_release', 'market_index', 'headcount', 'news'])
            as event_kind,
        try_cast(value as double) as value,
        try_cast(occurred_at as timestamp) as happened_at,
        try_cast(occurred_at as timestamp) as occurred_at,
        updated_at,
        try_cast(_loaded_at as timestamp) as loaded_at,
        try_cast(is_deleted as boolean) as is_deleted
    from raw_csv('marketing/market_events')
),
known as (
    select * from typed
    where
        id is not null and happened_at <= current_timestamp
        and (account_id is null or source in (select accounts.source from accounts))
)
select * from newest('known');

create or replace temp table marketing_intervals as
with visits as (
    select
        full_targets.entity, visible(happened_on, loaded_on) as begins, happened_on,
        channel, action,
        action = 'visited' and channel = 'web'
        and page_category in ('product', 'upgrade', 'docs') as is_value_page_visit
    from touches inner join full_targets using (source)
    where happened_on > first_day() - 180
),
headcounts as (
    select
        targets.entity, value as headcount, occurred_at, event_id,
        visible(happened_on, loaded_on) as begins,
        happened_on + 180 as ends,
        greatest(visible(happened_on, loaded_on), happened_on + 365) as begins_before,
        happened_on + 545 as ends_before
    from market_events
    inner join targets using (source)
    inner join entities
        on targets.old_entity = entities.entity and source = entities.account
    where targets.is_full and event_kind = 'headcount' and value is not null
        and happened_on > first_day() - 545
),
-- one counts until a newer one is known
latest_headcounts as (
    select
        entity, headcount, begins, begins_before,
        least(ends, coalesce(min(begins) over newer, ends)) as ends,
        least(ends_before, coalesce(min(begins_before) over newer, ends_before))
            as ends_before
    from headcounts
    window newer as (
        partition by entity order by occurred_at, event_id
        rows between 1 following and unbounded following
    )
)
select
    entity, begins, happened_on + 90 as ends,
    cast(action = 'delivered' as int) as delivered_90d,
    cast(action = 'clicked' as int) as clicked_90d,
    null as value_visits_28d, null as unclear_visits_28d,
    null as attended_180d, null as unclear_touches_180d,
    null as research_28d, null as strength_28d, null as competitor_strength_28d,
    null as headcounts, null as headcount, null as headcount_before
from visits where channel = 'email' and action in ('delivered', 'clicked')
union all by name
select
    entity, begins, happened_on + 28 as ends,
    cast(coalesce(is_value_page_visit, false) as int) as value_visits_28d,
    cast(is_value_page_visit is null as int) as unclear_visits_28d
from visits where coalesce(is_value_page_visit, true)
union all by name
select
    entity, begins, happened_on + 180 as ends,
    cast(coalesce(action = 'attended', false) as int) as attended_180d,
    cast(action is null as int) as unclear_touches_180d
from visits where coalesce(action = 'attended', true)
union all by name
select entity, begins, ends, 1 as headcounts, headcount from latest_headcounts
union all by name
select
    entity, begins_before as begins, ends_before as ends,
    headcount as headcount_before
from latest_headcounts
union all by name
select
    full_targets.entity, visible(happened_on + 6, loaded_on) as begins,
    happened_on + 34 as ends,
    1 as research_28d, strength as strength_28d,
    case when topic_kind = 'competitor' then strength else 0 end
        as competitor_strength_28d
from intents inner join full_targets using (source)
where topic_kind is not null and strength > 0;
create or replace temp table marketing_sums as
select * from sums_so_far('marketing_intervals');

-- the index of each market (blank is the whole) on each day
create or replace temp table market_days as
with indexes as (
    select
        coalesce(industry, '') as market, value, happened_on, loaded_on,
        row_number() over (order by occurred_at, event_id) as number
    from market_events
    where event_kind = 'market_index' and value is not null
        and account_id is null and segment is null
),
calendar as (
    select first_day() + cast(unnest(range(slots())) as int) as day
)
select
    indexes.market,
    cast(calendar.day - first_day() as int) as slot,
    max_by(value, number) filter (where happened_on > day - 90)
    / nullif(max_by(value, number) filter (where happened_on <= day - 90), 0) - 1
        as change
from calendar
inner join indexes
    on
        happened_on > day - 365 and happened_on <= day
        and loaded_on <= day + late_days()
group by indexes.market, slot;


-- Whether the source of a signal was fresh, by the day ---------------------------------

create or replace temp table source_days as
with records as (
    select 'crm.cases' as source_table, happened_on as day, loaded_on from cases
    union all select 'crm.contacts', happened_on, loaded_on from contacts
    union all select 'crm.activities', happened_on, loaded_on from activities
    union all select 'crm.csm_assessments', happened_on, loaded_on from assessments
    union all select 'crm.objectives', happened_on, loaded_on from objectives
    union all select 'crm.tasks', happened_on, loaded_on from tasks
    union all select 'crm.trainings', happened_on, loaded_on from trainings
    union all select 'crm.opportunities', happened_on, loaded_on from opportunities
    union all select 'billing.subscriptions', valid_from, loaded_on from subscriptions
    union all select 'billing.payments', happened_on, loaded_on from payments
    union all select 'survey.responses', happened_on, loaded_on from responses
    union all select 'usage.users', happened_on, loaded_on from users
    union all select 'marketing.touches', happened_on, loaded_on from touches
    union all select 'marketing.intent', happened_on, loaded_on from intents
    union all select 'marketing.market_events', happened_on, loaded_on from market_events
    -- an event that arrives late is not used
    union all select distinct 'usage.events', day, day from use_days
),
record_days as (
    select source_table, day, min(loaded_on) as loaded_on from records
    where day <= last_day() group by source_table, day
),
calendar as (
    select first_day() + cast(unnest(range(slots())) as int) as day
),
newest_days as (
    select record_days.source_table, calendar.day, max(record_days.day) as newest_day
    from calendar
    inner join record_days
        on
            calendar.day >= record_days.day
            and calendar.day + late_days() >= record_days.loaded_on
    group by all
)
select
    newest_days.source_table,
    cast(newest_days.day - first_day() as int) as slot,
    case when newest_days.day - newest_days.newest_day > sources.max_lag_days
        then 'stale source' else 'measured' end as status
from newest_days
inner join read_csv(getvariable('seeds') || '/sources.csv') as sources
    on newest_days.source_table = sources.source || '.' || sources.table_name;


-- All measures on all days -------------------------------------------------------------

-- from which key on which segment holds
create or replace temp table segment_starts as
select
    key_of(targets.entity, segments.day) as k, segments.number as segment_number
from segments
inner join (select distinct entity, old_entity from targets) as targets
    on segments.entity = targets.old_entity
union all
-- an entity that begins later
select targets.entity * stride(), -1
from (select distinct entity, old_entity from targets) as targets
inner join entities on targets.old_entity = entities.entity
where entities.valid_from > first_day()
union all
select key_of(targets.entity, entities.valid_to), -1
from (select distinct entity, old_entity from targets) as targets
inner join entities on targets.old_entity = entities.entity
where entities.valid_to <= last_day();

create or replace temp table full_days as
select
    sums.k // stride() as entity,
    sums.k % stride() as slot,
    sums.*,
    active_users.* exclude (k)
from (
    select *
    from (select cast(unnest(range(getvariable('full_keys'))) as int) as k)
    positional join each_key('segment_starts')
    positional join use_measures
    positional join (select packed as last_use from each_key('last_uses'))
    positional join each_key('assigned_sums')
    positional join each_key('case_sums')
    positional join each_key('case_medians')
    positional join each_key('activity_sums')
    positional join (select packed as last_touch from each_key('last_touches'))
    positional join (select packed as last_value_talk from each_key('last_value_talks'))
    positional join each_key('sentiment_sums')
    positional join each_key('billing_sums')
    positional join each_key('step_sums')
    positional join each_key('marketing_sums')
) as sums
left join active_users using (k)
where sums.k % stride() < slots();

-- entities that need only the signals of light scorecards
create or replace temp table light_intervals as
with light_targets as (select entity, source from targets where not is_full),
days as (
    select distinct light_targets.entity, use_days.day
    from use_days inner join light_targets using (source)
    where use_days.day > first_day() - 28
)
select
    entity, day as begins, day + 28 as ends, 1 as use_days_28d,
    null as cases_90d, null as touches_90d, null as unclear_90d,
    null as nps_answers, null as nps_balance
from days
union all by name
select
    light_targets.entity, visible(happened_on, loaded_on) as begins,
    happened_on + 90 as ends, 1 as cases_90d
from cases inner join light_targets using (source)
where happened_on > first_day() - 90
union all by name
select
    entity, begins, happened_on + 90 as ends,
    cast(coalesce(is_touch, false) as int) as touches_90d,
    cast(is_touch is null as int) as unclear_90d
from activity_records where not is_full and coalesce(is_touch, true)
    and happened_on > first_day() - 90
union all by name
select targets.entity, begins, ends, nps_answers, nps_balance
from sentiment_intervals
inner join (select distinct entity from targets where not is_full) as targets
    using (entity)
where nps_answers is not null;
create or replace temp table light_sums as select * from sums_so_far('light_intervals');

create or replace temp table light_days as
with calendar as (
    select cast(unnest(range(
        (select count(distinct entity) from full_targets) * stride(),
        (select count(distinct entity) from targets) * stride()
    )) as int) as k
),
joined as (
    select * from calendar
    left join segment_starts using (k)
    left join light_sums using (k)
    order by k
)
select
    k // stride() as entity,
    k % stride() as slot,
    k,
    last_value(columns(* exclude (k)) ignore nulls) over (rows unbounded preceding)
        as '\0'
from joined
qualify k % stride() < slots();


-- Signals ------------------------------------------------------------------------------

create or replace temp macro described(relation) as table
select
    days.*,
    first_day() + days.slot as snapshot_date,
    segments.* exclude (entity, day, renewal_on),
    cast(first_day() + days.slot - segments.customer_since as int) as tenure_days,
    cast(segments.renewal_on - (first_day() + days.slot) as int) as days_to_renewal
from query_table(relation) as days
inner join segments on days.segment_number = segments.number
where segments.account_id is not null;

-- which features and products there were, by the day
create or replace temp table released as
with calendar as (
    select first_day() + cast(unnest(range(slots())) as int) as day
)
select
    cast(calendar.day - first_day() as int) as slot,
    coalesce(bit_or(features.bit) filter (where features.is_core), 0) as core_features,
    coalesce(bit_or(products.bit), 0) as products,
    coalesce(bit_or(products.bit) filter (where features.minutes is not null), 0)
        as stated_products
from calendar
left join features on calendar.day >= features.released_on
left join products on features.product_id = products.product_id
group by calendar.day;

set variable first_use = (select min(day) from use_days);

create or replace temp view light_signals as
select
    account_id, slot, snapshot_date, card, tenure_days, days_to_renewal, arr, segment,
    industry, region, size_band, service_tier, product, owner_id, parent_account_id,
    case when tenure_days >= 27 then coalesce(use_days_28d, 0) end as login_days_28d,
    case when tenure_days >= 89 then coalesce(cases_90d, 0) / nullif(seats, 0) end
        as cases_per_seat_90d,
    case
        when tenure_days < 89 or (touches_90d = 0 and unclear_90d > 0) then null
        else coalesce(touches_90d, 0)
    end as touches_90d,
    100 * nps_balance / nullif(nps_answers, 0) as nps_180d,
    arr as arr_signal
from described('light_days');

create or replace temp view full_signals as
with measures as (
    select
        *,
        unpacked_day(last_use, entity) as last_use_on,
        unpacked_day(last_touch, entity) as last_touch_on,
        unpacked_day(last_value_talk, entity) as last_value_talk_on,
        -- no use is no user and no feature; use without their names is unknown
        case
            when active_users_28d is not null then active_users_28d
            when coalesce(use_days_28d, 0) = 0 then 0
        end as users_28d,
        bit_count(owned_features & released.core_features) as core_features_owned,
        case when coalesce(use_days_28d, 0) = 0 or known_days_28d > 0
            then bit_count(
                owned_features & released.core_features & coalesce(features_28d, 0)
            )
        end as core_features_used,
        bit_count(owned & released.products) as products_to_use,
        coalesce(use_days_90d, 0) = 0 or known_days_90d > 0 as is_use_known_90d,
        bit_count(owned & released.products & (coalesce(features_90d, 0) >> 50))
            as products_used,
        bit_count(owned & released.stated_products) as stated_products
    from described('full_days')
    inner join released using (slot)
)
select
    account_id, measures.slot, snapshot_date, card, tenure_days, days_to_renewal,
    measures.arr, segment, industry, region, size_band, service_tier, product, owner_id,
    parent_account_id,

    -- adoption
    case when tenure_days >= 27 then coalesce(use_days_28d, 0) end as login_days_28d,
    case
        when last_use_on > snapshot_date - 365 then snapshot_date - last_use_on
        when tenure_days >= 365 and getvariable('first_use') <= snapshot_date - 365
            then 365
    end as days_since_last_use,
    case when tenure_days >= 27 then user_days_28d / nullif(28 * users_28d, 0) end
        as dau_mau_28d,
    case when tenure_days >= 27 then users_28d / nullif(seats, 0) end
        as seat_utilisation_28d,
    case when tenure_days >= 27
        then core_features_used / nullif(core_features_owned, 0) end
        as feature_breadth_28d,
    case when tenure_days >= 55
        then users_28d / nullif(active_users_28d_before, 0) - 1 end
        as active_user_change_28d,
    top_user_uses_28d / nullif(uses_28d, 0) as top_user_share_28d,
    failed_quantity_28d / nullif(quantity_with_outcome_28d, 0) as error_share_28d,
    case when tenure_days >= 27 then assigned_users / nullif(seats, 0) end
        as assigned_seat_share,
    case when tenure_days >= 27 and snapshot_date >= getvariable('first_deactivation')
        then deactivated_users_28d / nullif(assigned_users_28d, 0) end
        as users_deactivated_share_28d,

    -- support
    case when tenure_days >= 89 then coalesce(cases_90d, 0) end as cases_opened_90d,
    case when tenure_days >= 89 then coalesce(cases_90d, 0) / nullif(seats, 0) end
        as cases_per_seat_90d,
    case when tenure_days >= 179 then cases_90d / nullif(cases_90d_before, 0) - 1 end
        as case_change_90d,
    case
        when cases_365d > 0 and prioritised_cases_365d = 0 then null
        when urgent_cases_open > 0
            and (snapshot_date >= getvariable('first_resolution')) is not true
            then null
        else coalesce(urgent_cases_open, 0)
    end as urgent_cases_open,
    defects_90d / nullif(typed_cases_90d, 0) as defect_share_90d,
    case
        when tenure_days < 89 or (cases_90d > 0 and typed_cases_90d = 0) then null
        else coalesce(questions_90d, 0)
    end as question_cases_90d,
    nullif(response_hours, -1) as median_first_response_hours_90d,
    nullif(resolution_hours, -1) as median_resolution_hours_90d,
    case
        when tenure_days < 89 then null
        when snapshot_date >= getvariable('first_escalation') or cases_365d = 0
            then escalated_90d
    end as escalated_cases_90d,
    case when snapshot_date >= getvariable('first_resolution')
        then sla_breaches_90d / nullif(sla_cases_90d, 0) end as sla_breach_share_90d,
    case when snapshot_date >= getvariable('first_reopening')
        then reopened_90d / nullif(once_resolved_90d, 0) end as reopened_share_90d,

    -- relationship
    case
        when last_touch_on > snapshot_date - 365 then snapshot_date - last_touch_on
        when tenure_days >= 365 and coalesce(unclear_365d, 0) = 0
            and snapshot_date >= getvariable('silence_of_touches_from')
            then 365
    end as days_since_last_touch,
    case
        when tenure_days < 89 or (touches_90d = 0 and unclear_90d > 0) then null
        else coalesce(touches_90d, 0)
    end as touches_90d,
    case
        when tenure_days < 89 or (named_contacts_90d = 0 and possible_touches_90d > 0)
            then null
        else coalesce(named_contacts_90d, 0)
    end as active_contacts_90d,
    case
        when tenure_days < 89 then null
        when named_contacts_90d = 1 then 1
        when named_contacts_90d = 0 and possible_touches_90d > 0 then null
        else 0
    end as single_threaded_90d,
    case
        when tenure_days < 89 then null
        when present_touches_90d > 0 then 0
        when possible_touches_90d > 0 then null
        else 1
    end as lonely_client_90d,
    meetings_held_180d / nullif(meetings_planned_180d, 0)
        as meeting_attendance_share_180d,
    tenure_days as relationship_length_days,
    case
        when tenure_days < 89 then null
        when executives_90d > 0 then 1
        when known_ranks_90d = 0 and possible_touches_90d > 0 then null
        when getvariable('has_ranks') then 0
    end as executive_engaged_90d,
    case
        when tenure_days < 89 then null
        when champions_left_90d > 0 then 1
        when champions > 0 and snapshot_date >= getvariable('first_departure') then 0
    end as champion_left_90d,

    -- sentiment
    100 * nps_balance / nullif(nps_answers, 0) as nps_180d,
    csat_sum / nullif(csat_answers, 0) as csat_mean_90d,
    case when snapshot_date >= getvariable('first_answer')
        then coalesce(answered_365d, 0) / nullif(invitations_365d, 0) end
        as survey_response_share_365d,
    case when assessments > 0 then sentiment end as csm_sentiment_90d,
    ces_sum / nullif(ces_answers, 0) as ces_mean_180d,
    case when executive_answers > 0 then executive_detractors end
        as executive_detractors_180d,

    -- financial
    measures.arr as arr_signal,
    measures.arr / nullif(arr_before, 0) - 1 as arr_growth_365d,
    case when tenure_days >= 364 then arr_added end as revenue_added_365d,
    snapshot_date - last_renewed_on as days_since_renewal,
    case when snapshot_date >= getvariable('invoice_payments_from')
        then coalesce(paid_in_time_365d, 0) / nullif(due_365d, 0) end
        as on_time_payment_share_365d,
    case
        when (snapshot_date >= getvariable('invoice_payments_from')) is not true then null
        when invoices_365d > 0 and dated_invoices_365d = 0 then null
        when overdue > 0 and overdue_unknown > 0 then null
        when overdue > 0
            then round(overdue_millionths / 1000000, 2) / nullif(measures.arr, 0)
        when measures.arr > 0 and invoices_365d > 0 then 0
    end as overdue_share_of_arr,
    case
        when (snapshot_date >= getvariable('payments_from')) is not true then null
        when tenure_days < 89 and coalesce(failed_payments_90d, 0) = 0 then null
        else coalesce(failed_payments_90d, 0)
    end as failed_payments_90d,
    1 - measures.arr / nullif(list_arr, 0) as discount_share,
    case
        when (snapshot_date >= getvariable('invoice_payments_from')) is not true then null
        when overdue_rest_unknown > 0 then null
        else (days_late_180d + overdue * measures.slot - overdue_since_slots)
            / nullif(paid_180d + overdue, 0)
    end as mean_days_late_180d,

    -- onboarding
    case when snapshot_date >= getvariable('first_step_done')
        then coalesce(steps_done, 0) / nullif(steps, 0) end
        as onboarding_completed_share,
    case when snapshot_date >= getvariable('first_step_done') and dated_steps > 0
        then steps_overdue end as onboarding_steps_overdue,
    case
        when not is_activation_known then null
        when activated_on <= snapshot_date then activated_on - customer_since
        else tenure_days
    end as activation_days,
    case when snapshot_date >= getvariable('first_training_done')
        then coalesce(trained_365d, 0) / nullif(enrolments_365d, 0) end
        as training_completed_share_365d,
    case when sales > 0 then sale_days end as initial_sale_days,

    -- impact
    case when snapshot_date >= getvariable('first_achievement')
        then coalesce(achieved_365d, 0) / nullif(objectives_365d, 0) end
        as objectives_achieved_share_365d,
    case when tenure_days >= 89 and is_use_known_90d
        then products_used / nullif(products_to_use, 0) end
        as products_used_share_90d,
    case
        when tenure_days < 89 then null
        when stated_days_90d > 0 then minutes_saved_90d
        when stated_products > 0 and is_use_known_90d then 0
    end / 60 / nullif(seats, 0) as hours_saved_per_seat_90d,
    case
        when last_value_talk_on > snapshot_date - 365
            then snapshot_date - last_value_talk_on
        when tenure_days >= 365 and coalesce(unclear_talks_365d, 0) = 0
            and snapshot_date >= getvariable('silence_of_value_from')
            then 365
    end as days_since_value_conversation,
    case
        when snapshot_date >= getvariable('first_delivery')
            and promises_365d = valued_promises_365d
            then (delivered_millionths_365d / 1e6)
            / nullif(expected_millionths_365d / 1e6, 0)
    end as value_delivered_share_365d,
    case when tenure_days >= 179 then cast(worked_on_180d > 0 as int) end
        as success_plan_active_180d,

    -- marketing
    case when delivered_90d > 0 then least(clicked_90d / delivered_90d, 1) end
        as email_click_share_90d,
    case
        when tenure_days < 27 or (value_visits_28d = 0 and unclear_visits_28d > 0)
            then null
        else coalesce(value_visits_28d, 0)
    end as value_page_visits_28d,
    case
        when tenure_days < 179 or (attended_180d = 0 and unclear_touches_180d > 0)
            then null
        else attended_180d
    end as events_attended_180d,
    case when own_market.market is not null then own_market.change
        else whole_market.change end as market_index_change_90d,
    case when research_28d > 0 then competitor_strength_28d / strength_28d end
        as competitor_intent_share_28d,

    -- expansion
    case when owned <> 0 or active_subscriptions = 0 then bit_count(owned) end
        as products_owned,
    case when owned <> 0 or active_subscriptions = 0
        then bit_count(eligible) - bit_count(eligible & owned) end
        as products_needed_not_owned,
    case
        when tenure_days < 364 or (closed_365d > 0 and known_results_365d = 0) then null
        else coalesce(upsells_won_365d, 0)
    end as upsells_won_365d,
    case
        when tenure_days < 27 then null
        when active_users_28d > seats then active_users_28d / nullif(seats, 0) - 1
        when active_users_28d is null and use_days_28d > 0 then null
        when seats > 0 then 0
    end as use_above_entitlement_28d,
    case when headcounts > 0 then headcount / nullif(headcount_before, 0) - 1 end
        as employee_growth_365d
from measures
left join market_days as own_market
    on measures.industry = own_market.market and measures.slot = own_market.slot
left join market_days as whole_market
    on whole_market.market = '' and measures.slot = whole_market.slot;
