-- One row per feature that an account in scope may use, as of the latest day that the
-- last run scored: who uses it, how healthy they are against those who do not, and how
-- often it fails. That two things go together does not say that one makes the other.

with

feature_use as (

    select * from {{ ref('int_feature_use_by_owner') }}

),

features as (

    select * from {{ ref('stg_usage__features') }}

),

source_states as (

    select * from {{ ref('int_source_states') }}

    where source_table = 'usage.events'

),

thresholds as (

    select
        max(case when threshold = 'feature_minimum_accounts' then value end)
            as minimum_accounts

    from {{ ref('thresholds') }}

),

sums as (

    select
        feature,
        product_id,
        snapshot_date,
        count(*) as accounts,
        sum(case when is_used then 1 else 0 end) as using_accounts,
        {%- for accounts, condition in [
            ('using', 'is_used'), ('other', 'not is_used')
        ] %}
        count(case when {{ condition }} then health_score end)
            as scored_{{ accounts }}_accounts,
        {{ exact_sum('case when ' ~ condition ~ ' then health_score end', 4) }}
            as {{ accounts }}_score,
        {%- endfor %}
        {{ exact_sum('uses_with_outcome', 4) }} as uses_with_outcome,
        {{ exact_sum('failed_uses', 4) }} as failed_uses,
        sum(case when failed_uses > 0 then 1 else 0 end) as failing_accounts

    from feature_use

    group by feature, product_id, snapshot_date

),

-- a dead feed must not make every feature look unused
known as (

    select
        sums.*,
        coalesce(source_states.source_state = 'fresh', false) as is_known,
        sums.scored_using_accounts >= thresholds.minimum_accounts
        and sums.scored_other_accounts >= thresholds.minimum_accounts as is_enough

    from sums

    cross join thresholds

    left join source_states
        on sums.snapshot_date = source_states.snapshot_date

)

select
    -- keys
    known.feature,
    known.product_id,
    known.snapshot_date,
    features.is_core,

    -- who uses it
    cast(known.accounts as bigint) as accounts,
    case when known.is_known then cast(known.using_accounts as bigint) end
        as using_accounts,
    case
        when known.is_known
            then {{ rounded(
                'known.using_accounts / cast(known.accounts as double)', 6
            ) }}
    end as using_share,

    -- how healthy they are
    {%- for accounts in ['using', 'other'] %}
    case
        when known.is_known and known.is_enough
            then {{ rounded(
                'known.' ~ accounts ~ '_score'
                ~ ' / known.scored_' ~ accounts ~ '_accounts', 4
            ) }}
    end as mean_health_{{ accounts }},
    {%- endfor %}
    case
        when known.is_known and known.is_enough
            then {{ rounded(
                'known.using_score / known.scored_using_accounts'
                ~ ' - known.other_score / known.scored_other_accounts', 4
            ) }}
    end as health_gap,

    -- how often it fails
    case
        when known.is_known
            then {{ rounded(
                'known.failed_uses / nullif(known.uses_with_outcome, 0)', 6
            ) }}
    end as failed_share_28d,
    case
        when known.is_known and known.uses_with_outcome > 0
            then cast(known.failing_accounts as bigint)
    end as failing_accounts_28d

from known

inner join features
    on known.feature = features.feature
