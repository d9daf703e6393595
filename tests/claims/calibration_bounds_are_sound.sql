-- The bounds that scripts/calibrate keeps to can be kept. A claim of its own, since no
-- score stands on them: a wrong bound holds back no day of history.

with

problems as (

    select
        'calibration_bounds' as seed,
        calibration_bounds.dimension as place,
        'unknown dimension: it is not in seeds/dimensions.csv' as problem
    from {{ ref('calibration_bounds') }} as calibration_bounds
    left join {{ ref('dimensions') }} as dimensions
        on calibration_bounds.dimension = dimensions.dimension
    where dimensions.dimension is null

    union all

    select
        'calibration_bounds',
        dimensions.dimension,
        'the dimension has no row: add its bounds, or scripts/calibrate cannot weigh it'
    from {{ ref('dimensions') }} as dimensions
    left join {{ ref('calibration_bounds') }} as calibration_bounds
        on dimensions.dimension = calibration_bounds.dimension
    where calibration_bounds.dimension is null

    union all

    select
        'calibration_bounds',
        dimension,
        '0 <= minimum_share <= maximum_share <= 1 must hold, as tenths of a percent'
    from {{ ref('calibration_bounds') }}
    where
        minimum_share is null
        or maximum_share is null
        or minimum_share < 0
        or maximum_share > 1
        or minimum_share > maximum_share
        or abs(minimum_share * 1000 - round(minimum_share * 1000)) > 1e-6
        or abs(maximum_share * 1000 - round(maximum_share * 1000)) > 1e-6

    union all

    select
        'calibration_bounds',
        dimension,
        'set_by and reason must be given'
    from {{ ref('calibration_bounds') }}
    where set_by is null or reason is null

    union all

    select
        'calibration_bounds',
        'all dimensions',
        'no weights are within the bounds: minimum shares add up to more than 1'
    from {{ ref('calibration_bounds') }}
    having sum(minimum_share) > 1

    union all

    select
        'calibration_bounds',
        'all dimensions',
        'no weights are within the bounds: maximum shares add up to less than 1'
    from {{ ref('calibration_bounds') }}
    having sum(maximum_share) < 1

)

select * from problems
