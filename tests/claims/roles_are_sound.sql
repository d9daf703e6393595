-- Every rule that the seeds on roles must keep, in words: which row, and what is wrong.

{%- set telling = ['account_name', 'owner_id', 'assessed_by', 'assessment_id', 'alert_id',
    'record_key'] %}
{%- set published = [] %}
{%- set telling_columns = [] %}
{%- if execute %}
    {%- set exposure = graph.exposures['exposure.customer_health.published_marts'] %}
    {%- for node_id in exposure.depends_on.nodes %}
        {%- set mart = graph.nodes[node_id] %}
        {%- do published.append([mart.name, mart.columns | list]) %}
        {%- for column in mart.columns
            if column in telling
            or column.endswith('account_id')
            or column.endswith('contact_id') %}
            {%- do telling_columns.append([mart.name, column]) %}
        {%- endfor %}
    {%- endfor %}
{%- endif %}

with

roles as (

    select * from {{ ref('roles') }}

),

role_marts as (

    select * from {{ ref('role_marts') }}

),

columns_left_out as (

    select * from {{ ref('role_columns_left_out') }}

),

published_marts as (

    {%- for mart, columns in published %}
    {% if not loop.first %}union all {% endif -%}
    select
        '{{ mart }}' as mart,
        {{ 1 if 'account_id' in columns else 0 }} as is_of_accounts,
        ' {{ columns | join(' ') }} ' as column_names
    {%- else %}
    select '' as mart, 0 as is_of_accounts, '' as column_names
    {%- endfor %}

),

-- columns that tell which account or person a row is of
telling_columns as (

    {%- for mart, column in telling_columns %}
    {% if not loop.first %}union all {% endif -%}
    select '{{ mart }}' as mart, '{{ column }}' as column_name
    {%- else %}
    select '' as mart, '' as column_name
    {%- endfor %}

),

-- every mart that a role gets, and what the role is
grants as (

    select
        role_marts.role,
        role_marts.mart,
        role_marts.rows as rows_of_mart,
        role_marts.group_size,
        role_marts.reason,
        roles.role as known_role,
        roles.rows as rows_of_role,
        roles.smallest_group,
        published_marts.mart as known_mart,
        published_marts.is_of_accounts,
        published_marts.column_names

    from role_marts

    left join roles
        on role_marts.role = roles.role

    left join published_marts
        on role_marts.mart = published_marts.mart

),

granted_telling_columns as (

    select
        grants.role,
        grants.mart,
        grants.rows_of_role,
        telling_columns.column_name

    from grants

    inner join telling_columns
        on grants.mart = telling_columns.mart

    left join columns_left_out
        on
            grants.role = columns_left_out.role
            and grants.mart = columns_left_out.mart
            and telling_columns.column_name = columns_left_out.column_name

    where columns_left_out.role is null

),

problems as (

    select
        'roles' as seed,
        coalesce(role, '(blank)') as place,
        'rows must be all, own_accounts or aggregates' as problem
    from roles
    where rows is null or rows not in ('all', 'own_accounts', 'aggregates')

    union all

    select
        'roles',
        role,
        'personal_data must be yes or no, signal_history all, latest or days'
    from roles
    where
        personal_data is null
        or personal_data not in ('yes', 'no')
        or signal_history is null
        or (
            signal_history not in ('all', 'latest')
            and coalesce(try_cast(signal_history as int), 0) < 1
        )

    union all

    select
        'roles',
        role,
        'label and description must be given'
    from roles
    where label is null or description is null

    union all

    select
        'roles',
        role,
        'file must end in .duckdb, and have {owner_id} where rows are own_accounts, only'
    from roles
    where
        file is null
        or file not like '%_.duckdb'
        or (rows = 'own_accounts') <> (instr(file, '{owner_id}') > 0)

    union all

    select
        'roles',
        role,
        'personal data and own accounts are in files below roles/, and not in Parquet'
    from roles
    where
        (personal_data = 'yes' or rows = 'own_accounts')
        and (file not like 'roles/%' or parquet_folder is not null)

    union all

    select
        'roles',
        role,
        'file and parquet_folder must lie in the published folder, without ..'
    from roles
    where
        instr(file, '..') > 0
        or file like '/%'
        or instr(parquet_folder, '..') > 0
        or parquet_folder like '/%'

    union all

    select
        'roles',
        roles.role,
        'gets no mart: give it some in role_marts'
    from roles
    left join role_marts
        on roles.role = role_marts.role
    where role_marts.role is null

    union all

    select
        'roles',
        'all rows',
        'one role must get all rows with personal data: nobody could look anything up'
    from roles
    having sum(case when rows = 'all' and personal_data = 'yes' then 1 else 0 end) = 0

    union all

    select
        'role_marts',
        concat(role, ' ', mart),
        'there is no such role in roles'
    from grants
    where known_role is null

    union all

    select
        'role_marts',
        concat(role, ' ', mart),
        'there is no such mart in the exposure published_marts'
    from grants
    where known_mart is null

    union all

    select
        'role_marts',
        concat(role, ' ', mart),
        'reason must be given'
    from grants
    where reason is null

    union all

    select
        'role_marts',
        concat(roles.role, ' ', published_marts.mart),
        'this role gets all there is: add a row with this mart'
    from roles
    cross join published_marts
    left join role_marts
        on
            roles.role = role_marts.role
            and published_marts.mart = role_marts.mart
    where
        roles.rows = 'all'
        and roles.personal_data = 'yes'
        and published_marts.mart <> ''
        and role_marts.mart is null

    union all

    select
        'role_marts',
        concat(role, ' ', mart),
        'rows must be blank, or all where the role gets own_accounts and the mart has none'
    from grants
    where
        rows_of_mart is not null
        and (
            rows_of_mart <> 'all'
            or rows_of_role <> 'own_accounts'
            or is_of_accounts = 1
        )

    union all

    select
        'role_marts',
        concat(role, ' ', mart),
        'the mart has no account_id: an owner gets all of it or nothing, so say rows all'
    from grants
    where
        rows_of_role = 'own_accounts'
        and rows_of_mart is null
        and is_of_accounts = 0

    union all

    select
        'role_marts',
        concat(role, ' ', mart),
        'group_size must be a column of the mart, and the role have a smallest_group'
    from grants
    where
        group_size is not null
        and (
            instr(column_names, concat(' ', group_size, ' ')) = 0
            or smallest_group is null
        )

    union all

    select
        'role_columns_left_out',
        concat(
            columns_left_out.role, ' ', columns_left_out.mart, '.',
            columns_left_out.column_name
        ),
        'the role gets no such mart, the mart has no such column, or there is no reason'
    from columns_left_out
    left join grants
        on
            columns_left_out.role = grants.role
            and columns_left_out.mart = grants.mart
    where
        columns_left_out.reason is null
        or grants.known_mart is null
        or instr(
            grants.column_names, concat(' ', columns_left_out.column_name, ' ')
        ) = 0

    union all

    select
        'role_marts',
        concat(role, ' ', mart, '.', column_name),
        'tells which account or person a row is of: leave out the column, or the mart'
    from granted_telling_columns
    where rows_of_role = 'aggregates'

    union all

    -- of ids of accounts only account_id itself is surely the owner's
    select
        'role_marts',
        concat(role, ' ', mart, '.', column_name),
        'may name an account of another owner: leave out the column'
    from granted_telling_columns
    where
        rows_of_role = 'own_accounts'
        and column_name like '%_account_id'

)

select * from problems
