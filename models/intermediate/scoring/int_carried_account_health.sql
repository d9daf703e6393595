-- One row per account per day on which a restatement of earlier days moves the settled
-- band of any account, and which is not scored again: as it is stored, but for the
-- settled band. Nearly always empty.

with

history as (

    {{ account_health_in_history() }}

),

settled_bands as (

    select * from {{ ref('int_settled_bands') }}

    where is_carried

),

moved_accounts as (

    select
        history.account_id,
        history.snapshot_date

    from history

    inner join settled_bands
        on
            history.account_id = settled_bands.account_id
            and history.snapshot_date = settled_bands.snapshot_date

    where settled_bands.settled_band is distinct from history.settled_band

)

select
    {%- for column in [
        'account_id', 'snapshot_date', 'scorecard', 'scorecard_version', 'health_score',
        'uncapped_health_score', 'coverage', 'applicable_share', 'health_band',
    ] %}
    history.{{ column }},
    {%- endfor %}
    settled_bands.settled_band,
    {%- for column in [
        'relationship_score', 'impact_score', 'quadrant', 'cap', 'arr', 'segment',
        'industry', 'region', 'size_band', 'service_tier', 'product', 'owner_id',
        'parent_account_id', 'lifecycle_stage', 'tenure_days', 'days_to_renewal',
    ] %}
    history.{{ column }},
    {%- endfor %}

    -- null where this run changes the row
    case when moved_accounts.account_id is null then history.run_id end as run_id,
    case when moved_accounts.account_id is null then history.computed_at end
        as computed_at

from history

inner join settled_bands
    on
        history.account_id = settled_bands.account_id
        and history.snapshot_date = settled_bands.snapshot_date

left join moved_accounts
    on
        history.account_id = moved_accounts.account_id
        and history.snapshot_date = moved_accounts.snapshot_date

where
    -- whole days are replaced
    history.snapshot_date in (
        select moved_days.snapshot_date from moved_accounts as moved_days
    )
