"""Third-party files that nobody here wrote, mapped by scripts/examples/ravenstack."""

import os
import subprocess
import sys
from datetime import date

import pytest
from laboratory import PROJECT, Laboratory, rows, value
from scenarios import Built

FILES = PROJECT.parent / "shared" / "data" / "ravenstack"
LAST_DAY = date(2024, 12, 31)


def ravenstack(laboratory: Laboratory) -> Built:
    """Three days of the mapped files."""
    raw = laboratory.folder / "ravenstack"
    mapped = subprocess.run(
        [
            sys.executable,
            PROJECT / "scripts" / "examples" / "ravenstack" / "map.py",
            FILES,
            raw,
        ],
        capture_output=True,
        text=True,
    )
    assert mapped.returncode == 0, mapped.stdout + mapped.stderr
    warehouse = laboratory.warehouse("ravenstack")
    run = laboratory.build(
        "build",
        "--exclude-resource-type=unit_test",
        warehouse=warehouse,
        raw=raw,
        as_of_date=None,
        history_start=date(2024, 12, 29),
    )
    return Built(warehouse, run, raw)


@pytest.fixture(scope="session")
def company(laboratory):
    if not FILES.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(f"The sample files are not in {FILES}.")
        pytest.skip(f"Put the RavenStack files into {FILES} to run this.")
    return laboratory.result(ravenstack)


def test_every_source_row_arrives(company):
    """Counts taken from the source files; catches rows that the mapping or the staging
    drops, and doubled usage ids that would swallow each other."""
    counts = {
        f"{source}.{table}": (raw, staged)
        for source, table, raw, staged in rows(
            company.warehouse,
            "select source, table_name, raw_rows, staged_rows from data_inventory",
        )
    }
    assert counts["crm.accounts"] == (500, 500)
    assert counts["billing.subscriptions"] == (5000, 5000)
    assert counts["crm.cases"] == (2000, 2000)
    # 825 of 2,000 tickets have no rating: no answer, not a bad one
    assert counts["survey.responses"] == (1175, 1175)
    # 7,731 of the 25,000 rows hold errors, which are events of their own
    assert counts["usage.events"] == (32731, 32731)


def test_the_newest_record_decides_which_day_is_scored(company):
    """The files end in 2024: nothing is scored after them."""
    assert (
        value(company.warehouse, "select max(snapshot_date) from account_health_daily")
        == LAST_DAY
    )


def test_overlapping_subscriptions_are_added_up_once(company):
    """ARR and seats straight from the file, ten overlapping subscriptions an account;
    catches a fan-out."""
    expected = rows(
        company.warehouse,
        f"""
        select account_id, sum(cast(mrr as double)) * 12
        from read_csv('{company.raw}/billing/subscriptions.csv', all_varchar = true)
        where
            cast(valid_from as date) <= date '{LAST_DAY}'
            and (valid_to is null or cast(valid_to as date) > date '{LAST_DAY}')
            and (ended_at is null or cast(ended_at as date) > date '{LAST_DAY}')
        group by account_id order by account_id
        """,
    )
    found = rows(
        company.warehouse,
        "select account_id, arr from account_health_current order by account_id",
    )
    assert len(found) == 500
    assert found == [(account, pytest.approx(arr)) for account, arr in expected]


def test_less_data_gives_a_score_with_honest_coverage(company):
    """No CRM activity, invoices or marketing: those signals do not apply, rather than
    count as zero, and every row says how much of the scorecard applies."""
    statuses = dict(
        rows(
            company.warehouse,
            """
            select signal, min(status) from signal_scores_daily
            group by signal having min(status) = max(status)
            """,
        )
    )
    for signal in (
        "touches_90d",
        "on_time_payment_share_365d",
        "email_click_share_90d",
    ):
        assert statuses[signal] == "not applicable"
    applicable, scored, accounts = rows(
        company.warehouse,
        """
        select max(applicable_share), count(health_score), count(*)
        from account_health_current
        """,
    )[0]
    assert 0 < applicable < 0.8
    assert accounts / 2 < scored < accounts
    assert (
        value(
            company.warehouse,
            """
        select count(*) from account_health_current
        where (health_band = 'unknown') <> (health_score is null)
        """,
        )
        == 0
    )
