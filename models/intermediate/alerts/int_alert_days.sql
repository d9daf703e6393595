-- One row per account per alert rule per due day on which its condition holds: what was
-- read, and whether that is enough for an alert to begin.

with

due_days as (

    select * from {{ ref('int_health_history') }}

    where is_due

),

rules as (

    select * from {{ ref('alert_rules') }}

),

band_falls as (

    select
        due_days.account_id,
        due_days.snapshot_date,
        rules.rule,
        cast(band_falls.bands_fallen as double) as value,
        cast(null as double) as value_before,
        due_days.health_score as value_now,
        band_falls.label_before as name,
        cast(null as int) as measured_day_number

    from {{ ref('int_band_falls') }} as band_falls

    inner join rules
        on
            rules.kind = 'band_fall'
            and band_falls.band = rules.band
            and band_falls.days_between <= rules.look_back_days

    inner join due_days
        on
            band_falls.account_id = due_days.account_id
            and band_falls.band = due_days.settled_band
            and band_falls.fell_on <= due_days.snapshot_date
            and band_falls.next_move_on > due_days.snapshot_date
            and band_falls.fell_on + rules.look_back_days > due_days.snapshot_date

),

readings as (

    select * from band_falls

    union all

    select
        account_id,
        snapshot_date,
        rule,
        value,
        value_before,
        value_now,
        name,
        cast(null as int) as measured_day_number

    from {{ ref('int_health_readings') }}

    union all

    select
        account_id,
        snapshot_date,
        rule,
        times_usual as value,
        score_before as value_before,
        score as value_now,
        cast(null as string) as name,
        cast(null as int) as measured_day_number

    from {{ ref('int_unusual_falls') }}

    union all

    select
        account_id,
        snapshot_date,
        rule,
        value,
        cast(null as double) as value_before,
        value as value_now,
        cast(null as string) as name,
        measured_day_number

    from {{ ref('int_signal_readings') }}

),

compared_readings as (

    select
        readings.*,
        {%- for reaches in ['enters', 'stays'] %}
        {%- set limit = reaches ~ '_at' %}
        case rules.comparison
            when '>' then readings.value > rules.{{ limit }}
            when '>=' then readings.value >= rules.{{ limit }}
            when '<' then readings.value < rules.{{ limit }}
            when '<=' then readings.value <= rules.{{ limit }}
        end as {{ reaches }},
        {%- endfor %}
        rules.kind

    from readings

    inner join rules
        on readings.rule = rules.rule

),

alert_days as (

    select
        -- keys
        compared_readings.account_id,
        compared_readings.rule,
        compared_readings.snapshot_date,

        -- what was read
        compared_readings.value,
        compared_readings.value_before,
        compared_readings.value_now,
        compared_readings.name,
        coalesce(compared_readings.enters, false) as enters,

        -- days on which a rule can tell nothing do not bring an alert to its end
        case
            when compared_readings.kind = 'signal'
                then compared_readings.measured_day_number
            when compared_readings.kind in ('score_missing', 'coverage_fall')
                then due_days.day_number
            else due_days.scored_day_number
        end as clock

    from compared_readings

    inner join due_days
        on
            compared_readings.account_id = due_days.account_id
            and compared_readings.snapshot_date = due_days.snapshot_date

    where compared_readings.stays

)

select * from alert_days
