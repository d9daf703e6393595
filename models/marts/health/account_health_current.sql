-- One row per account in scope on the latest day: its health on that day, how it
-- changed, and the signals that help and hurt most.

with

account_health_daily as (

    select * from {{ ref('account_health_daily') }}

),

latest_day as (

    select max(snapshot_date) as snapshot_date from account_health_daily

),

drivers as (

    select
        account_id,
        {%- for effect in ['helps', 'hurts'] %}
        concat_ws(
            '; '
            {%- for rank in [1, 2, 3] %},
            max(
                case
                    when effect = '{{ effect }}' and driver_rank = {{ rank }}
                        then sentence
                end
            )
            {%- endfor %}
        ) as {{ effect }},
        {%- endfor %}
        max(case when effect = 'hurts' and driver_rank = 1 then points_to_gain end)
            as points_to_gain,
        max(case when effect = 'hurts' and driver_rank = 1 then action end) as action

    from {{ ref('health_drivers') }}

    group by account_id

),

current_health as (

    select
        account_health.account_id,
        accounts.account_name,
        account_health.snapshot_date,
        account_health.owner_id,
        account_health.parent_account_id,

        -- score
        account_health.scorecard,
        account_health.scorecard_version,
        account_health.health_score,
        account_health.uncapped_health_score,
        account_health.coverage,
        account_health.applicable_share,
        coalesce(stale_shares.stale_share, 0) as stale_share,
        nullif(concat_ws(
            '; ',
            case
                when account_health.coverage < scorecards.minimum_coverage
                    then concat(
                        'no score: ',
                        cast(
                            cast(
                                floor({{ rounded('100 * account_health.coverage', 4) }})
                                as int
                            ) as string
                        ),
                        ' % was measured, ',
                        cast(
                            cast(round(100 * scorecards.minimum_coverage) as int)
                            as string
                        ),
                        ' % is needed'
                    )
            end,
            case
                when stale_shares.stale_tables is not null
                    then concat('stale: ', stale_shares.stale_tables)
            end
        ), '') as score_warning,
        account_health.health_band,
        account_health.settled_band,
        account_health.relationship_score,
        account_health.impact_score,
        account_health.quadrant,
        account_health.cap,

        -- change
        {%- for days in [7, 28, 90] %}
        {{ rounded(
            'account_health.health_score - before_' ~ days ~ '.health_score', 4
        ) }}
            as change_{{ days }}d,
        {%- endfor %}
        account_standing.momentum,
        account_standing.direction,
        account_standing.is_watermelon,

        -- why, and what to do
        nullif(drivers.helps, '') as helping_signals,
        nullif(drivers.hurts, '') as hurting_signals,
        drivers.points_to_gain,
        drivers.action,
        renewal_forecast.renewal_probability,

        -- what was true of the account
        account_health.arr,
        account_health.segment,
        account_health.industry,
        account_health.region,
        account_health.size_band,
        account_health.service_tier,
        account_health.product,
        account_health.lifecycle_stage,
        account_health.tenure_days,
        account_health.days_to_renewal,
        account_health.run_id,
        account_health.computed_at

    from account_health_daily as account_health

    inner join latest_day
        on account_health.snapshot_date = latest_day.snapshot_date

    -- an account that was deleted since has no name any more
    left join {{ ref('stg_crm__accounts') }} as accounts
        on account_health.account_id = accounts.account_id

    left join {{ ref('scorecards') }} as scorecards
        on
            account_health.scorecard = scorecards.scorecard
            and account_health.scorecard_version = scorecards.version

    left join {{ ref('int_stale_shares') }} as stale_shares
        on
            account_health.snapshot_date = stale_shares.snapshot_date
            and account_health.scorecard = stale_shares.scorecard
            and account_health.scorecard_version = stale_shares.scorecard_version

    left join {{ ref('int_account_standing') }} as account_standing
        on account_health.account_id = account_standing.account_id

    left join drivers
        on account_health.account_id = drivers.account_id

    left join {{ ref('renewal_forecast') }} as renewal_forecast
        on account_health.account_id = renewal_forecast.account_id

    {%- for days in [7, 28, 90] %}

    left join account_health_daily as before_{{ days }}
        on
            account_health.account_id = before_{{ days }}.account_id
            and account_health.snapshot_date - {{ days }}
            = before_{{ days }}.snapshot_date
    {%- endfor %}

)

select * from current_health
