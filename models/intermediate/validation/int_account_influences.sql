-- One row per cell of the back-test, comparison and account: by how much the account
-- raises the AUC, as auc_influences has it.

with

sliced_predictions as (

    select * from {{ ref('int_sliced_predictions') }}

),

influences as (

    {{ auc_influences_of_both(
        'sliced_predictions', ['cell'], 'date_number', ref('int_risk_levels')
    ) }}

)

select * from influences
