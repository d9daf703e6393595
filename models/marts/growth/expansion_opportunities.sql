-- One row per account in scope on the latest day that the last run scored per product
-- that it owns or that its segment may buy: what there is to sell, what that would
-- usually bring, and whom it would reach.

with

candidates as (

    select * from {{ ref('int_expansion_candidates') }}

),

prices as (

    select * from {{ ref('int_usual_product_prices') }}

),

teams as (

    select * from {{ ref('int_teams_by_account') }}

),

product_objectives as (

    select * from {{ ref('int_product_objectives') }}

),

thresholds as (

    select
        max(case when threshold = 'expansion_minimum_health' then value end)
            as minimum_health

    from {{ ref('thresholds') }}

),

accounts_with_teams as (

    select distinct account_id from teams

),

-- where nobody has one, nobody records them
objectives_of_anyone as (

    select count(*) as objectives from product_objectives

),

described as (

    select
        candidates.*,
        account_health.health_score,
        account_health.health_band,
        coalesce(account_health.health_score >= thresholds.minimum_health, false)
            as is_healthy,
        signals.use_above_entitlement_28d,
        signals.open_expansion_share_of_arr,
        case
            when candidates.is_owned and signals.use_above_entitlement_28d > 0
                then 'more_seats'
            when candidates.is_owned then 'owned'
            when not candidates.is_owned and candidates.is_eligible then 'white_space'
            else 'unknown'
        end as opportunity,
        coalesce(prices_of_size.arr_per_seat, prices_of_all.arr_per_seat)
            as usual_arr_per_seat,
        case
            when prices_of_size.arr_per_seat is not null then 'size_band'
            when prices_of_all.arr_per_seat is not null then 'all_owners'
        end as usual_price_of,
        {%- for people in ['users', 'contacts'] %}
        case
            when
                candidates.benefactor_team is not null
                and accounts_with_teams.account_id is not null
                then cast(coalesce(teams.{{ people }}, 0) as int)
        end as {{ people }}_in_team,
        {%- endfor %}
        case
            when objectives_of_anyone.objectives > 0
                then cast(coalesce(product_objectives.open_objectives, 0) as int)
        end as open_objectives

    from candidates

    inner join {{ ref('account_health_daily') }} as account_health
        on
            candidates.account_id = account_health.account_id
            and candidates.snapshot_date = account_health.snapshot_date

    cross join thresholds

    cross join objectives_of_anyone

    left join {{ ref('int_expansion_signals_by_account_day') }} as signals
        on
            candidates.account_id = signals.account_id
            and candidates.snapshot_date = signals.snapshot_date

    left join prices as prices_of_size
        on
            candidates.product_id = prices_of_size.product_id
            and candidates.size_band = prices_of_size.size_band

    left join prices as prices_of_all
        on
            candidates.product_id = prices_of_all.product_id
            and prices_of_all.size_band = 'all'

    left join teams
        on
            candidates.account_id = teams.account_id
            and candidates.benefactor_team = teams.team

    left join accounts_with_teams
        on candidates.account_id = accounts_with_teams.account_id

    left join product_objectives
        on
            candidates.account_id = product_objectives.account_id
            and candidates.product_id = product_objectives.product_id

),

sized as (

    select
        *,

        -- a new product for as many as use the largest one; more seats as use exceeds
        case
            when opportunity = 'white_space' then most_seats
            when opportunity = 'more_seats' then seats * use_above_entitlement_28d
        end as expected_seats

    from described

),

valued as (

    select
        *,
        {{ rounded('expected_seats * usual_arr_per_seat', 2) }} as expected_arr,
        case
            when is_healthy then {{ rounded('expected_seats * usual_arr_per_seat', 2) }}
        end as ranked_arr

    from sized

)

select
    -- keys
    account_id,
    product_id,
    snapshot_date,

    -- what there is to sell
    opportunity,
    impact_area,
    impact,
    benefactor_team,
    benefactor,

    -- what it would bring
    {{ rounded('expected_seats', 2) }} as expected_seats,
    usual_arr_per_seat,
    usual_price_of,
    expected_arr,
    case
        when ranked_arr is not null
            then cast(row_number() over (
                partition by account_id
                order by ranked_arr desc nulls last, product_id asc
            ) as int)
    end as rank_in_account,
    case
        when ranked_arr is not null
            then cast(row_number() over (
                order by ranked_arr desc nulls last, account_id asc, product_id asc
            ) as int)
    end as rank_overall,

    -- what the account has
    is_owned,
    seats,
    arr,
    {{ rounded('use_above_entitlement_28d', 6) }} as use_above_entitlement_28d,
    {{ rounded('open_expansion_share_of_arr', 6) }} as open_expansion_share_of_arr,

    -- whom it would reach
    users_in_team,
    contacts_in_team,
    open_objectives,

    -- whether now is the time
    health_score,
    health_band,
    is_healthy

from valued
