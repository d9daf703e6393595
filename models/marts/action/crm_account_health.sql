-- One row per account in scope on the latest day: what the CRM gets of it, without
-- anything that tells of people. Numbers are rounded to what somebody would act on, so
-- that few accounts change from night to night.

with

account_health_current as (

    select * from {{ ref('account_health_current') }}

),

latest_day as (

    select max(snapshot_date) as snapshot_date from account_health_current

),

-- as the version of the latest day names them
bands as (

    select
        health_bands.band,
        max_by(health_bands.label, health_bands.effective_from) as label

    from {{ ref('health_bands') }} as health_bands

    inner join latest_day
        on health_bands.effective_from <= latest_day.snapshot_date

    group by health_bands.band

),

main_reasons as (

    select * from {{ ref('health_drivers') }}

    where effect = 'hurts' and driver_rank = 1

),

account_health as (

    select
        account_health.account_id,
        account_health.snapshot_date,

        -- health
        {{ rounded('account_health.health_score', 1) }} as health_score,
        account_health.health_band,
        bands.label as health_band_label,
        account_health.settled_band,
        settled_bands.label as settled_band_label,
        {{ rounded('account_health.coverage', 2) }} as coverage,
        {{ rounded('account_health.change_28d', 1) }} as change_28d,

        -- why, and what to do first
        case
            when length(main_reasons.sentence) > 255
                then concat(substring(main_reasons.sentence, 1, 252), '...')
            else main_reasons.sentence
        end as main_reason,
        work_list.title as next_action,
        work_list.due_on as next_action_due_on,
        coalesce(work_list.open_alerts, 0) as open_alerts,

        -- renewal
        renewal_forecast.renewal_on,
        {{ rounded('renewal_forecast.renewal_probability', 2) }} as renewal_probability

    from account_health_current as account_health

    left join bands
        on account_health.health_band = bands.band

    left join bands as settled_bands
        on account_health.settled_band = settled_bands.band

    left join main_reasons
        on account_health.account_id = main_reasons.account_id

    left join {{ ref('csm_work_list') }} as work_list
        on account_health.account_id = work_list.account_id

    left join {{ ref('renewal_forecast') }} as renewal_forecast
        on account_health.account_id = renewal_forecast.account_id

),

fingerprinted as (

    select
        *,

        -- the same on every engine; the date is left out, since it moves every night
        md5(concat_ws(
            '|',
            account_id,
            {%- for column, type in {
                'health_score': 'decimal(6, 1)',
                'health_band': 'string',
                'health_band_label': 'string',
                'settled_band': 'string',
                'settled_band_label': 'string',
                'coverage': 'decimal(6, 2)',
                'change_28d': 'decimal(6, 1)',
                'next_action': 'string',
                'next_action_due_on': 'date',
                'open_alerts': 'int',
                'renewal_on': 'date',
                'renewal_probability': 'decimal(6, 2)',
                'main_reason': 'string',
            }.items() %}
            coalesce(cast(cast({{ column }} as {{ type }}) as string), '')
            {{- ',' if not loop.last }}
            {%- endfor %}
        )) as fingerprint

    from account_health

)

select * from fingerprinted
