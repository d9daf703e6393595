-- Every number of days to a renewal has one bucket, and none is called like all.

with

renewal_buckets as (

    select * from {{ ref('renewal_buckets') }}

)

select
    'renewal_buckets' as seed,
    renewal_bucket as place,
    'min_days must be given and 0 or more, and the id must not be all' as problem
from renewal_buckets
where
    min_days is null
    or min_days < 0
    or renewal_bucket is null
    or renewal_bucket = 'all'

union all

select
    'renewal_buckets',
    'all rows',
    'one bucket must begin with min_days 0: a renewal of today has none'
from renewal_buckets
having sum(case when min_days = 0 then 1 else 0 end) = 0
