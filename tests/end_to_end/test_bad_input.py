"""Bad input is set aside with its reason, counted, or stops the build; never unseen."""

import json

import duckdb
import pytest
from laboratory import rows, value
from raw_files import contract, number_of_rows, raw_files
from scenarios import UNUSABLE_ROWS, contents


def counts(built) -> dict[str, dict[str, int]]:
    """What data_inventory says of each table."""
    with duckdb.connect(str(built.warehouse), read_only=True) as connection:
        found = connection.execute(
            "select concat(source, '.', table_name) as name, raw_rows, staged_rows, "
            "rejected_rows, duplicate_rows, deleted_rows, unknown_values "
            "from data_inventory"
        )
        names = [column[0] for column in found.description]
        return {
            row[0]: dict(zip(names[1:], row[1:], strict=True))
            for row in found.fetchall()
        }


@pytest.mark.parametrize("scenario", ["base", "bad_input"])
def test_every_row_of_the_files_is_accounted_for(request, scenario):
    """data_inventory adds up to the rows of the files, counted without the project;
    catches rows that get lost on the way, or are counted twice."""
    built = request.getfixturevalue(scenario)
    inventory = counts(built)
    files = raw_files(built.raw)
    assert set(files) == set(inventory)
    for name, file in files.items():
        in_file = number_of_rows(file)
        table = inventory[name]
        assert table["raw_rows"] == in_file, name
        assert in_file == sum(
            table[kind]
            for kind in (
                "staged_rows",
                "rejected_rows",
                "duplicate_rows",
                "deleted_rows",
            )
        ), name


def test_what_was_planted_is_what_was_set_aside(base):
    """The generator says how many bad rows of each kind it planted; exactly these are
    rejected, doubled, deleted or unknown. Catches checks that miss, and that overdo."""
    truth = json.loads((base.raw / "_truth" / "truth.json").read_text())
    inventory = counts(base)
    tables = contract()
    for name, planted in truth["dirty_rows"].items():
        # late usage is refused too; int_usage_event_rejects has it with its reason
        late = value(
            base.warehouse,
            "select count(*) from rejected_records "
            "where concat(source, '.', table_name) = ? and reason like 'arrived%'",
            name,
        )
        rejected = sum(
            number
            for kind, number in planted.items()
            if kind.startswith(("missing_", "orphan", "unreadable_", "far_future"))
            or "_of_" in kind
            # a payment need not name its invoice
            if kind != "missing_invoice"
        )
        if name == "billing.subscriptions":
            # a subscription may begin in the far future
            rejected -= planted["far_future_date"]
        assert inventory[name]["rejected_rows"] - late == rejected, name
        if name != "usage.events":
            assert inventory[name]["duplicate_rows"] == sum(
                planted.get(kind, 0)
                for kind in ("doubled", "older_version", "soft_deleted_once_alive")
            ), name
        assert inventory[name]["deleted_rows"] == planted.get("soft_deleted", 0), name
        listed = {
            f"unknown_value_{column['name']}"
            for column in tables[name]["columns"]
            if column.get("config", {}).get("meta", {}).get("values")
        }
        assert inventory[name]["unknown_values"] == sum(
            number for kind, number in planted.items() if kind in listed
        ), name


@pytest.mark.parametrize(
    ("table", "values", "reason"), UNUSABLE_ROWS, ids=lambda part: str(part)[:40]
)
def test_an_unusable_row_is_set_aside_with_its_reason(bad_input, table, values, reason):
    """It is in rejected_records with source, table, key, reason and content, and in no
    staging model."""
    key_column, key = next(iter(values.items()))
    found = rows(
        bad_input.warehouse,
        """
        select reason, content from rejected_records
        where concat(source, '.', table_name) = ?
            and record_key is not distinct from ?
        """,
        table,
        key,
    )
    if key is None:
        # the demo data has such rows too
        found = [row for row in found if bad_input.account in row[1]]
    assert [row[0] for row in found] == [reason]
    content = json.loads(found[0][1])
    assert content[key_column] == key
    assert set(values.values()) - {None} <= {str(part) for part in content.values()}
    if key is not None and table != "usage.events":
        staging = f"staging.stg_{table.replace('.', '__')}"
        assert not rows(
            bad_input.warehouse, f"select 1 from {staging} where {key_column} = ?", key
        )


def test_an_unknown_value_becomes_other_and_is_warned_of(base, bad_input):
    """Catches a new word of a source that fails the build, or vanishes unseen."""
    assert (
        value(
            bad_input.warehouse,
            "select priority from staging.stg_crm__cases where case_id = 'new_word'",
        )
        == "other"
    )
    unknown = counts(bad_input)["crm.cases"]["unknown_values"]
    assert unknown == counts(base)["crm.cases"]["unknown_values"] + 1
    warning = value(
        bad_input.warehouse,
        "select warning from data_inventory where table_name = 'cases'",
    )
    assert f"{unknown} values are not in the list" in warning


def test_the_latest_version_of_a_doubled_key_wins(base, bad_input):
    """Even when it stands first in the file; the other one counts as a duplicate."""
    assert rows(
        bad_input.warehouse,
        "select priority from staging.stg_crm__cases where case_id = 'twice'",
    ) == [("high",)]
    assert (
        counts(bad_input)["crm.cases"]["duplicate_rows"]
        == counts(base)["crm.cases"]["duplicate_rows"] + 1
    )


def test_odd_writing_is_normalised(bad_input):
    """Padded keys and values in mixed case are what they mean; catches accounts that
    lose records to a blank."""
    assert rows(
        bad_input.warehouse,
        "select account_id, case_type, priority from staging.stg_crm__cases "
        "where case_id = 'padded'",
    ) == [(bad_input.account, "feature_request", "urgent")]


def test_parents_that_go_round_are_refused_and_long_chains_told(bad_input):
    """What stands above itself counts for nobody; of seven in a chain the last counts
    for the five nearest. Both are told with an example. Catches sums over a circle, and
    a group whose lowest accounts are missing without a word."""
    warning = value(
        bad_input.warehouse,
        "select warning from data_inventory where table_name = 'accounts'",
    )
    assert "3 accounts stand above themselves, such as" in warning
    assert min(bad_input.circle) in warning
    assert "1 accounts have more than five accounts above them" in warning
    assert bad_input.chain[0] in warning
    accounts = dict(
        rows(
            bad_input.warehouse,
            "select parent_account_id, accounts from parent_account_health_daily "
            "where list_contains(?, parent_account_id)",
            bad_input.circle + bad_input.chain,
        )
    )
    assert accounts == {
        account: min(number, 5)
        for number, account in enumerate(bad_input.chain)
        if number
    }


# A broken contract stops the build before it begins


def test_a_broken_contract_stops_before_anything_is_built(broken_contract):
    """The message names source, table and column of everything at once, and says what
    to do; catches a build that goes on with a column of nulls."""
    assert broken_contract.run.code == 1
    output = " ".join(broken_contract.run.output.split())
    assert "crm.accounts: this table is required, but there is no" in output
    assert "billing.subscriptions: this table is required, but" in output
    assert "subscriptions.csv has no rows" in output
    assert "crm.cases: required column opened_at is not in" in output
    assert "nothing was built" in output
    assert not [
        result
        for result in results_of(broken_contract)
        if not result["unique_id"].startswith("operation.")
        and result["status"] in ("success", "pass", "fail", "error")
    ]


def results_of(refusal) -> list[dict]:
    try:
        return refusal.run.results()
    except FileNotFoundError:
        return []


@pytest.mark.parametrize("scenario", ["broken_contract", "broken_policy"])
def test_a_failed_build_publishes_nothing(request, publication, scenario):
    """The published files are the same, byte for byte; catches publishing before the
    tests, or a half-done one."""
    refusal = request.getfixturevalue(scenario)
    assert "Not published." in refusal.run.output
    assert contents(refusal.published) == contents(publication.folder)
