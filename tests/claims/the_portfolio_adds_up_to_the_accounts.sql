-- Day by day, the rows of portfolio_health_daily add up to account_health_daily:
-- accounts, revenue, scores and coverage, in all and by band, and not one group is
-- missing or too many. Compared are the last audited_days days, as for the ledger.

{%- set colours = ['green', 'yellow', 'orange', 'red'] %}

with

last_day as (

    select max(snapshot_date) as snapshot_date from {{ ref('account_health_daily') }}

),

bands as (

    select
        band,
        max(colour) as colour

    from {{ ref('health_bands') }}

    where min_score is not null

    group by band

),

accounts as (

    select
        account_health.*,
        bands.colour

    from {{ ref('account_health_daily') }} as account_health

    inner join last_day
        on
            account_health.snapshot_date
            > last_day.snapshot_date - {{ var('audited_days') }}

    left join bands
        on account_health.health_band = bands.band

),

groups_of_accounts as (

    select distinct
        snapshot_date,
        coalesce(segment, 'unknown') as segment,
        coalesce(owner_id, 'unknown') as owner_id,
        coalesce(region, 'unknown') as region,
        coalesce(service_tier, 'unknown') as service_tier,
        coalesce(industry, 'unknown') as industry

    from accounts

),

group_counts as (

    select
        snapshot_date,
        count(*) as portfolio_rows

    from groups_of_accounts

    group by snapshot_date

),

account_sums as (

    select
        snapshot_date,
        count(*) as accounts,
        count(health_score) as scored_accounts,
        count(arr) as accounts_with_arr,
        {%- for colour in colours %}
        count(case when colour = '{{ colour }}' then 1 end) as {{ colour }}_accounts,
        coalesce({{ exact_sum(
            "case when colour = '" ~ colour ~ "' then arr end", 2
        ) }}, 0) as {{ colour }}_arr,
        {%- endfor %}
        coalesce({{ exact_sum('arr', 2) }}, 0) as arr,
        coalesce({{ exact_sum('health_score', 4) }}, 0) as health_score_sum,
        coalesce({{ exact_sum('case when arr > 0 then arr * health_score end', 4) }}, 0)
            as arr_health_score_sum,
        {{ exact_sum('coverage', 6) }} as coverage_sum

    from accounts

    group by snapshot_date

),

portfolio_sums as (

    select
        portfolio.snapshot_date,
        count(*) as portfolio_rows,
        sum(portfolio.accounts) as accounts,
        sum(portfolio.scored_accounts) as scored_accounts,
        sum(portfolio.accounts - portfolio.accounts_without_arr) as accounts_with_arr,
        sum(portfolio.unscored_accounts) as unscored_accounts,
        {%- for colour in colours %}
        sum(portfolio.{{ colour }}_accounts) as {{ colour }}_accounts,
        coalesce({{ exact_sum('portfolio.' ~ colour ~ '_arr', 2) }}, 0)
            as {{ colour }}_arr,
        {%- endfor %}
        coalesce({{ exact_sum('portfolio.unscored_arr', 2) }}, 0) as unscored_arr,
        coalesce({{ exact_sum('portfolio.arr', 2) }}, 0) as arr,
        {{ exact_sum('portfolio.health_score_sum', 4) }} as health_score_sum,
        {{ exact_sum('portfolio.arr_health_score_sum', 4) }} as arr_health_score_sum,
        {{ exact_sum('portfolio.coverage_sum', 6) }} as coverage_sum

    from {{ ref('portfolio_health_daily') }} as portfolio

    inner join last_day
        on portfolio.snapshot_date > last_day.snapshot_date - {{ var('audited_days') }}

    group by portfolio.snapshot_date

)

select
    coalesce(account_sums.snapshot_date, portfolio_sums.snapshot_date) as snapshot_date,
    account_sums.accounts,
    portfolio_sums.accounts as accounts_in_portfolio,
    account_sums.arr,
    portfolio_sums.arr as arr_in_portfolio,
    account_sums.health_score_sum,
    portfolio_sums.health_score_sum as health_score_sum_in_portfolio

from account_sums

left join group_counts
    on account_sums.snapshot_date = group_counts.snapshot_date

full outer join portfolio_sums
    on account_sums.snapshot_date = portfolio_sums.snapshot_date

where
    account_sums.snapshot_date is null
    or portfolio_sums.snapshot_date is null
    {%- for measure in ['accounts', 'scored_accounts', 'accounts_with_arr', 'arr',
        'health_score_sum', 'arr_health_score_sum', 'coverage_sum'] %}
    or account_sums.{{ measure }} <> portfolio_sums.{{ measure }}
    {%- endfor %}
    {%- for colour in colours %}
    or account_sums.{{ colour }}_accounts <> portfolio_sums.{{ colour }}_accounts
    or account_sums.{{ colour }}_arr <> portfolio_sums.{{ colour }}_arr
    {%- endfor %}
    or group_counts.portfolio_rows <> portfolio_sums.portfolio_rows
    or portfolio_sums.accounts
    <> portfolio_sums.scored_accounts + portfolio_sums.unscored_accounts
    or abs(
        portfolio_sums.arr - portfolio_sums.unscored_arr
        {%- for colour in colours %}
        - portfolio_sums.{{ colour }}_arr
        {%- endfor %}
    ) > 0.001
