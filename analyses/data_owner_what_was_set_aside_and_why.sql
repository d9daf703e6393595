-- Data owner: which rows could not be used, why, and since when? One example of each;
-- the rows themselves, with what they hold, are in the analyst's file.

select
    rejected.source,
    rejected.table_name,
    inventory.owner,
    rejected.reason,
    count(*) as rejected_rows,
    round(100 * count(*) / nullif(max(inventory.raw_rows), 0), 2) as percent_of_table,
    min(rejected.record_date) as first_record_date,
    max(rejected.record_date) as last_record_date,
    min(rejected.record_key) as example_key

from rejected_records as rejected

left join data_inventory as inventory
    on
        rejected.source = inventory.source
        and rejected.table_name = inventory.table_name

group by
    rejected.source, rejected.table_name, inventory.owner, rejected.reason

order by rejected_rows desc, rejected.source asc, rejected.table_name asc
