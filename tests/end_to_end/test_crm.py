"""scripts/push_to_crm tells a CRM what changed, once, and nothing twice.

The CRMs are stand-ins (crm_servers.py); what was published is a table made by hand from
the contract of the mart, but for the last tests.
"""

import csv
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
import yaml
from crm_servers import CLIENT_SECRET, TOKEN, HubspotServer, SalesforceServer
from customer_health.crm import CannotPush, files
from customer_health.crm import push as command
from customer_health.crm.plan import Change
from customer_health.crm.targets import read_target, shortened
from laboratory import PROJECT, SCRIPTS

SEEDS = PROJECT / "seeds"
TARGETS = ("salesforce", "hubspot")
DAY = date(2026, 6, 30)
REASON = "Days with use, 9 of the last 28, cost 3.1 points"
CANARIES = ("kanarienvogel", "canary.example")

# What each kind of field takes, as its CRM would have it.
PICKLISTS = {
    "picklist": {"Healthy", "Watch", "At risk", "Critical", "Unknown", "Not scored"},
    "enumeration": {
        "healthy",
        "watch",
        "at_risk",
        "critical",
        "unknown",
        "not_scored",
    },
}


def problem_of(kind: str, most: int = 255):
    """What says why a text is not valid for a field."""

    def problem(text: str) -> str | None:
        if kind in PICKLISTS:
            ok = text in PICKLISTS[kind]
            return None if ok else f"INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST:{text}"
        if kind in ("number", "percent"):
            ok = re.fullmatch(r"-?\d{1,4}(\.\d{1,2})?", text)
            return None if ok else f"INVALID_NUMBER:{text}"
        if kind == "date":
            ok = re.fullmatch(r"\d{4}-\d\d-\d\d", text)
            return None if ok else f"INVALID_DATE:{text}"
        if len(text) <= most:
            return None
        return f"STRING_TOO_LONG:data value too large: (max length={most})"

    return problem


def mart_columns() -> dict[str, str]:
    """Columns and types of crm_account_health, by its contract."""
    models = yaml.safe_load(
        (PROJECT / "models/marts/action/_action__crm_models.yml").read_text()
    )["models"]
    (mart,) = [model for model in models if model["name"] == "crm_account_health"]
    return {column["name"]: column["data_type"] for column in mart["columns"]}


def account(number: int, **values) -> dict:
    """A row of the mart."""
    return {
        "account_id": f"acct_{number:04}",
        "snapshot_date": DAY,
        "health_score": 64.3,
        "health_band": "watch",
        "health_band_label": "Watch",
        "settled_band": "at_risk",
        "settled_band_label": "At risk",
        "coverage": 0.8,
        "change_28d": -3.2,
        "main_reason": REASON,
        "next_action": "Get in touch",
        "next_action_due_on": date(2026, 7, 5),
        "open_alerts": 1,
        "renewal_on": date(2026, 11, 4),
        "renewal_probability": 0.84,
        **values,
        "fingerprint": f"{number}{sorted(values.items())}",
    }


@dataclass
class Company:
    """A folder that was published to, and a CRM that knows the accounts."""

    folder: Path
    target: str
    server: SalesforceServer | HubspotServer

    @property
    def state(self) -> Path:
        return self.folder / "state" / "crm_sync.duckdb"

    def publish(self, *accounts: dict) -> None:
        """Replaces what was published."""
        file = self.folder / "published" / "customer_health.duckdb"
        file.parent.mkdir(exist_ok=True)
        file.unlink(missing_ok=True)
        columns = mart_columns()
        with duckdb.connect(str(file)) as connection:
            types = ", ".join(f"{name} {of}" for name, of in columns.items())
            connection.execute(f"create table crm_account_health ({types})")
            if accounts:
                connection.executemany(
                    "insert into crm_account_health values"
                    f" ({', '.join('?' * len(columns))})",
                    [[one[name] for name in columns] for one in accounts],
                )

    def arguments(self, *options: str) -> list[str]:
        return [
            "--target",
            self.target,
            "--published",
            str(self.folder / "published"),
            "--state",
            str(self.state),
            "--poll-seconds",
            "0.01",
            *options,
        ]

    def push(self, *options: str, seeds: Path = SEEDS) -> int:
        """Runs the command with --push; its exit code."""
        return self.run("--push", *options, seeds=seeds)

    def run(self, *options: str, seeds: Path = SEEDS) -> int:
        arguments = command.parse_arguments(self.arguments(*options))
        return command.run(arguments, seeds)

    def sent(self) -> int:
        """How many requests carried data since this was asked last."""
        pattern = "/batches$" if self.target == "salesforce" else "/batch/update$"
        number = sum(bool(re.search(pattern, path)) for _, path in self.server.requests)
        self.server.requests.clear()
        return number

    def ledger(self, query: str) -> list[tuple]:
        with duckdb.connect(str(self.state), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def acknowledged(self) -> set[str]:
        return {one for (one,) in self.ledger("select account_id from acknowledged")}

    def failures(self) -> list[dict]:
        path = self.state.parent / "crm" / f"{self.target}_failures.csv"
        with path.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def field(self, column: str) -> str:
        """The field that a column is written to."""
        fields = read_target(SEEDS, self.target).fields
        return next(field.name for field in fields if field.column == column)


def crm_of(target: str, **options) -> SalesforceServer | HubspotServer:
    asked = read_target(SEEDS, target)
    fields = {field.name: problem_of(field.kind) for field in asked.fields}
    kind = SalesforceServer if target == "salesforce" else HubspotServer
    return kind(fields, asked.id_field, **options)


@pytest.fixture(params=TARGETS)
def target(request) -> str:
    return request.param


@pytest.fixture
def company(tmp_path, monkeypatch, target):
    """Three accounts that were published, and that the CRM has."""
    with crm_of(target).running() as server:
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setenv("SALESFORCE_INSTANCE_URL", server.url)
        monkeypatch.setenv("SALESFORCE_ACCESS_TOKEN", TOKEN)
        monkeypatch.setenv("HUBSPOT_URL", server.url)
        monkeypatch.setenv("HUBSPOT_TOKEN", TOKEN)
        server.records = {f"acct_{number:04}": {} for number in range(1, 4)}
        made = Company(tmp_path, target, server)
        made.publish(account(1), account(2), account(3))
        yield made


def test_only_what_changed_is_sent(company):
    """First all, then none, then the one that changed; a new date is no change."""
    assert company.push() == 0
    assert company.sent() == 1
    assert company.acknowledged() == set(company.server.records)
    assert company.push() == 0
    assert company.sent() == 0

    tomorrow = {"snapshot_date": DAY + timedelta(days=1)}
    others = {
        "acct_0001": dict(company.server.records["acct_0001"]),
        "acct_0003": dict(company.server.records["acct_0003"]),
    }
    company.publish(
        account(1, **tomorrow),
        account(2, **tomorrow, change_28d=-4.0),
        account(3, **tomorrow),
    )
    assert company.push() == 0
    assert company.sent() == 1
    changed = company.server.records.pop("acct_0002")
    assert changed[company.field("change_28d")] == "-4.0"
    assert changed[company.field("snapshot_date")] == "2026-07-01"
    assert company.server.records == others
    assert company.ledger(
        "select sync, to_send, sent, succeeded, failed from syncs"
    ) == [
        (1, 3, 3, 3, 0),
        (2, 1, 1, 1, 0),
    ]
    company.server.records["acct_0002"] = changed
    assert company.push("--all") == 0
    assert company.ledger("select sent from syncs where sync = 3") == [(3,)]


def test_the_crm_has_what_was_published(company):
    """Field by field, in the forms of the CRM, a text on one line; null clears."""
    company.server.records["acct_0001"][company.field("next_action")] = "of last week"
    company.publish(
        account(
            1, main_reason='=1+1\r\n "a",  b\n', next_action=None, health_score=0.04
        ),
        account(2),
        account(3),
    )
    assert company.push() == 0
    record = company.server.records["acct_0001"]
    expected = {
        "health_score": "0.0",
        "change_28d": "-3.2",
        "main_reason": '=1+1 "a", b',
        "next_action": None,
        "next_action_due_on": "2026-07-05",
        "open_alerts": "1",
        "renewal_on": "2026-11-04",
        "snapshot_date": "2026-06-30",
        **(
            {
                "health_band_label": "Watch",
                "settled_band_label": "At risk",
                "coverage": "80",
                "renewal_probability": "84",
            }
            if company.target == "salesforce"
            else {
                "health_band": "watch",
                "settled_band": "at_risk",
                "coverage": "0.80",
                "renewal_probability": "0.84",
            }
        ),
    }
    assert record == {company.field(name): text for name, text in expected.items()}


def test_a_dry_run_sends_nothing(company, monkeypatch, capsys):
    """It needs no credentials, and leaves no state; but it tells and writes files."""
    for name in list(os.environ):
        if name.startswith(("SALESFORCE_", "HUBSPOT_")):
            monkeypatch.delenv(name)
    assert company.run() == 0
    assert company.run("--dry-run") == 0
    assert company.server.requests == []
    assert not company.state.exists()
    told = capsys.readouterr().out
    assert "3 new, 0 changed, 0 unchanged, 0 gone" in told
    assert "nothing was sent" in told
    written = {path.name for path in (company.folder / "state" / "crm").iterdir()}
    assert written == {
        f"{company.target}_import_1.csv",
        f"{company.target}_changes.csv",
    }


def test_files_are_written_where_asked_for(company):
    folder = company.folder / "elsewhere"
    assert company.run("--csv", str(folder)) == 0
    assert (folder / f"{company.target}_changes.csv").exists()
    with (folder / f"{company.target}_import_1.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    asked = read_target(SEEDS, company.target)
    assert [row[asked.id_field] for row in rows] == [*company.server.records]
    assert rows[0][company.field("main_reason")] == REASON
    assert rows[0][company.field("change_28d")] == "-3.2"
    assert not (company.folder / "state" / "crm").exists()


def test_a_dry_run_shows_before_and_after(company, capsys):
    assert company.push() == 0
    company.publish(account(1, change_28d=-9.5), account(2), account(3))
    before = company.ledger("from acknowledged order by all")
    capsys.readouterr()
    assert company.run() == 0
    told = capsys.readouterr().out
    assert "0 new, 1 changed, 2 unchanged, 0 gone" in told
    (line,) = [
        line for line in told.splitlines() if company.field("change_28d") in line
    ]
    assert "-3.2" in line and "-9.5" in line
    assert company.ledger("from acknowledged order by all") == before


def test_what_is_refused_is_told_and_sent_again(company, capsys):
    """The others are acknowledged; the file names account, field and reason."""
    reason = company.field("main_reason")
    kinds = dict(company.server.fields)
    company.server.fields[reason] = problem_of("text", most=60)
    company.publish(account(1), account(2, main_reason="x" * 61), account(3))
    assert company.push() == 1
    assert company.acknowledged() == {"acct_0001", "acct_0003"}
    (failure,) = company.failures()
    assert (failure["account_id"], failure["field"]) == ("acct_0002", reason)
    assert "STRING_TOO_LONG" in failure["message"]
    assert company.ledger("select sent, succeeded, failed from syncs") == [(3, 2, 1)]
    assert "1 refused" in capsys.readouterr().out

    company.server.fields = kinds
    assert company.push() == 0
    assert company.ledger("select sent from syncs where sync = 2") == [(1,)]
    assert company.acknowledged() == set(company.server.records)
    assert company.failures() == []


def test_an_account_that_the_crm_lacks_is_not_acknowledged(company):
    del company.server.records["acct_0002"]
    assert company.push() == 1
    assert company.acknowledged() == {"acct_0001", "acct_0003"}
    assert [one["account_id"] for one in company.failures()] == ["acct_0002"]
    assert set(company.server.records) == {"acct_0001", "acct_0003"}  # none is made


@pytest.mark.parametrize("target", ["salesforce"])
@pytest.mark.parametrize("how", ["not_processed", "not_told"])
def test_salesforce_may_leave_out_records(company, how):
    """Only what the results of a job say was written is acknowledged."""
    setattr(company.server, how, {"acct_0002"})
    assert company.push() == 1
    assert company.acknowledged() == {"acct_0001", "acct_0003"}
    assert [one["account_id"] for one in company.failures()] == ["acct_0002"]


@pytest.mark.parametrize("target", ["hubspot"])
def test_hubspot_may_say_nothing_of_what_it_lacks(company):
    """207 without errors: what is not named was not written."""
    company.server.names_failures = False
    del company.server.records["acct_0002"]
    assert company.push() == 1
    assert company.acknowledged() == {"acct_0001", "acct_0003"}
    assert [one["account_id"] for one in company.failures()] == ["acct_0002"]


@pytest.mark.parametrize("status", [429, 503])
def test_not_now_is_tried_again_as_late_as_asked_for(company, status):
    company.server.refusals = [(status, {"Retry-After": "1"})]
    began = time.monotonic()
    assert company.push() == 0
    assert time.monotonic() - began >= 1
    assert company.acknowledged() == set(company.server.records)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_not_now_is_tried_again_without_being_told_when(company, status):
    company.server.refusals = [(status, {})]
    assert company.push() == 0
    assert company.acknowledged() == set(company.server.records)


def seeds_with(folder: Path, target: str, **settings) -> Path:
    """A copy of the seeds in which a target has other settings."""
    shutil.copytree(SEEDS, folder / "seeds")
    path = folder / "seeds" / "crm_targets.csv"
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        for row in rows:
            writer.writerow(row | settings if row["target"] == target else row)
    return folder / "seeds"


def test_not_now_for_too_long_stops_without_harm(company):
    """What was acknowledged before stays so; the rest is sent next time."""
    seeds = seeds_with(
        company.folder, company.target, most_retries=0, rows_per_request=2
    )
    answer = company.server.answer
    did_its_work = threading.Event()

    def answered(method, path, headers, body):
        """The first part is taken to its end, then nothing new is."""
        if did_its_work.is_set() and method == "POST":
            return 503, b"{}", {}
        did_its_work.set() if "batch" in path else None
        return answer(method, path, headers, body)

    company.server.answer = answered
    with pytest.raises(CannotPush, match="503|reached"):
        company.push(seeds=seeds)
    assert company.acknowledged() == {"acct_0001", "acct_0002"}
    company.server.answer = answer
    assert company.push(seeds=seeds) == 0
    assert company.acknowledged() == set(company.server.records)
    assert company.ledger("select sent from syncs where sync = 2") == [(1,)]


def test_killed_before_the_acknowledgement_sends_again(company):
    """The CRM has written, we never heard: the same is written once more."""
    company.server.written = threading.Event()
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "customer_health.crm.push",
            *company.arguments("--push"),
        ],
        env=os.environ | {"PYTHONPATH": str(SCRIPTS)},
        stdout=subprocess.DEVNULL,
    )
    try:
        assert company.server.written.wait(60)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    company.server.written = None
    records = {name: dict(one) for name, one in company.server.records.items()}
    assert all(records.values())
    assert company.acknowledged() == set()
    company.sent()

    assert company.push() == 0
    assert company.sent() == 1
    assert company.server.records == records
    assert company.push() == 0
    assert company.sent() == 0
    assert company.ledger("select ended_at is null from syncs order by sync") == [
        (True,),
        (False,),
    ]


def test_who_is_in_scope_no_longer_is_told_once(company):
    assert company.push() == 0
    tomorrow = {"snapshot_date": DAY + timedelta(days=1)}
    company.publish(account(1, **tomorrow), account(3, **tomorrow))
    assert company.push() == 0
    record = company.server.records["acct_0002"]
    band = company.field(
        "health_band_label" if company.target == "salesforce" else "health_band"
    )
    day = company.field("snapshot_date")
    told = {"salesforce": "Not scored", "hubspot": "not_scored"}[company.target]
    assert {name: text for name, text in record.items() if text} == {
        band: told,
        day: "2026-07-01",
    }
    company.sent()
    assert company.push() == 0
    assert company.sent() == 0

    company.publish(account(1), account(2), account(3))
    assert company.push("--older") == 0
    assert company.server.records["acct_0002"][company.field("health_score")] == "64.3"


def test_too_many_gone_or_an_older_day_is_refused(company):
    """The wrong folder must not clear the CRM."""
    assert company.push() == 0
    company.sent()
    company.publish(account(1))
    with pytest.raises(CannotPush, match="2 of 3 accounts"):
        company.push()
    company.publish()
    with pytest.raises(CannotPush, match="has no account"):
        company.push()
    yesterday = {"snapshot_date": DAY - timedelta(days=1)}
    company.publish(*(account(number, **yesterday) for number in (1, 2, 3)))
    with pytest.raises(CannotPush, match="--older"):
        company.push()
    assert company.sent() == 0
    company.publish(account(1))
    assert company.push("--many-gone") == 0


def test_withdrawn_and_forgotten(company):
    """All fields are cleared; forgotten accounts are new again."""
    assert company.push() == 0
    assert company.push("--withdraw") == 0
    assert not any(
        text for record in company.server.records.values() for text in record.values()
    )
    company.sent()
    assert company.push("--withdraw") == 0
    assert company.sent() == 0
    assert company.push() == 0
    assert company.run("--forget", "acct_0001", "acct_0009") == 0
    assert company.acknowledged() == {"acct_0002", "acct_0003"}


def test_a_field_that_is_renamed_is_sent_to_all(company):
    """The seed is part of what is sent, though no account has changed."""
    assert company.push() == 0
    seeds = seeds_with(company.folder, company.target)
    path = seeds / "crm_fields.csv"
    old = company.field("main_reason")
    path.write_text(path.read_text().replace(old, f"Other_{old}"))
    company.server.fields[f"Other_{old}"] = company.server.fields.pop(old)
    company.sent()
    assert company.push(seeds=seeds) == 0
    assert company.server.records["acct_0002"][f"Other_{old}"] == REASON


def test_accounts_may_have_the_id_of_the_crm(company):
    """Then it is an update by that id, and no field of ours."""
    settings = {
        "salesforce": {"id_field": "Id", "operation": "update"},
        "hubspot": {"id_field": "hs_object_id"},
    }[company.target]
    if company.target == "salesforce":
        company.server.id_field = "Id"
    else:
        company.server.id_property = None
    seeds = seeds_with(company.folder, company.target, **settings)
    del company.server.records["acct_0003"]
    assert company.push(seeds=seeds) == 1
    assert company.acknowledged() == {"acct_0001", "acct_0002"}
    assert all(company.server.records.values())


def test_requests_are_no_larger_than_the_crm_takes(company):
    company.server.records = {f"acct_{number:04}": {} for number in range(250)}
    company.publish(*(account(number) for number in range(250)))
    assert company.push() == 0
    assert company.sent() == {"salesforce": 1, "hubspot": 3}[company.target]
    assert company.acknowledged() == set(company.server.records)


@pytest.mark.parametrize("target", ["salesforce"])
def test_salesforce_gets_files_below_its_limit(company, monkeypatch):
    company.server.most_bytes = 750
    monkeypatch.setitem(files.MOST_BYTES, "salesforce", 750)
    assert company.push() == 0
    assert company.sent() > 1
    assert company.acknowledged() == set(company.server.records)


@pytest.mark.parametrize("target", ["salesforce"])
@pytest.mark.parametrize("ending", ["LF", "CRLF"])
def test_salesforce_gets_the_line_ending_that_the_job_names(company, ending):
    seeds = seeds_with(company.folder, "salesforce", line_ending=ending)
    assert company.push(seeds=seeds) == 0
    (job,) = company.server.jobs
    assert job["lineEnding"] == ending
    assert job["data"].count("\r\n") == (4 if ending == "CRLF" else 0)
    text = (company.folder / "state/crm/salesforce_import_1.csv").read_bytes()
    assert text.count(b"\r\n") == (4 if ending == "CRLF" else 0)


@pytest.mark.parametrize("target", ["salesforce"])
def test_a_field_that_salesforce_lacks_fails_the_job(company):
    del company.server.fields[company.field("main_reason")]
    assert company.push() == 1
    assert company.acknowledged() == set()
    assert "Field name not found" in company.failures()[0]["message"]


@pytest.mark.parametrize("target", ["salesforce"])
def test_salesforce_logs_in_as_an_app(company, monkeypatch):
    monkeypatch.delenv("SALESFORCE_ACCESS_TOKEN")
    with pytest.raises(CannotPush, match="SALESFORCE_CLIENT_ID and SALESFORCE_CLIENT"):
        company.push()
    monkeypatch.setenv("SALESFORCE_CLIENT_ID", "app")
    monkeypatch.setenv("SALESFORCE_CLIENT_SECRET", CLIENT_SECRET)
    assert company.push() == 0
    assert company.acknowledged() == set(company.server.records)


def test_secrets_are_told_to_nobody(company, monkeypatch, capsys):
    """Not in what is printed, though the CRM repeats them, nor in any file."""
    monkeypatch.setattr(
        sys, "argv", ["push_to_crm", *company.arguments("--push")], raising=True
    )
    assert command.main() == 0
    wrong = "wrong-secret-that-nobody-may-see"
    monkeypatch.setenv("HUBSPOT_TOKEN", wrong)
    monkeypatch.delenv("SALESFORCE_ACCESS_TOKEN")
    monkeypatch.setenv("SALESFORCE_CLIENT_ID", "app")
    monkeypatch.setenv("SALESFORCE_CLIENT_SECRET", wrong)
    company.publish(account(1, change_28d=-9), account(2), account(3))
    assert command.main() == 1
    told = capsys.readouterr()
    assert "Stopped" in told.out
    secrets = (TOKEN, CLIENT_SECRET, wrong)
    assert not any(secret in told.out + told.err for secret in secrets)
    if company.target == "salesforce":  # it had repeated the secret
        assert "<SALESFORCE_CLIENT_SECRET>" in told.out
    for path in (company.folder / "state").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(secret.encode() in content for secret in secrets), path


def test_secrets_go_over_https_only(company, monkeypatch):
    for name in ("SALESFORCE_INSTANCE_URL", "HUBSPOT_URL"):
        monkeypatch.setenv(name, "http://example.com")
    with pytest.raises(CannotPush, match="https://"):
        company.push()
    assert company.acknowledged() == set()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝"])
def test_no_file_holds_a_formula(tmp_path, target, start):
    """Nor the file to read; but negative numbers are numbers."""
    asked = read_target(SEEDS, target)
    formula = f"{start}HYPERLINK(1)"
    values = {**account(1), "main_reason": formula, "change_28d": -3.2}
    fields = asked.row(values)
    name = next(field.name for field in asked.fields if field.column == "main_reason")
    fields[name] = formula  # as if nothing had stripped it
    change = Change(formula, "changed", fields, {name: formula}, "f")
    (path,) = files.write_import_files(tmp_path, asked, [change])
    read = files.write_changes(tmp_path, asked, [change])
    refused = tmp_path / "failures.csv"
    files.write_failures(refused, [(formula, None, formula)])
    cells = []
    for one in (path, read, refused):
        with one.open(newline="", encoding="utf-8") as file:
            of_file = [cell for row in csv.reader(file) for cell in row]
        assert one == refused or "-3.2" in of_file
        cells += of_file
    number = re.compile(r"-?\d+(\.\d+)?")
    suspects = [cell for cell in cells if cell.startswith(("=", "+", "-", "@", start))]
    assert suspects and all(number.fullmatch(cell) for cell in suspects)
    assert f"'{formula}" in cells


def test_files_for_an_import_are_split_at_the_limits(tmp_path, target, monkeypatch):
    asked = read_target(SEEDS, target)
    changes = [
        Change(f"acct_{number}", "new", asked.row(account(number)), None, "f")
        for number in range(10)
    ]
    monkeypatch.setitem(files.MOST_ROWS, target, 4)
    paths = files.write_import_files(tmp_path, asked, changes)
    assert [len(path.read_text().splitlines()) - 1 for path in paths] == [4, 4, 2]
    few = {target: 1000}
    paths = files.write_import_files(tmp_path, asked, changes, few)
    assert all(path.stat().st_size <= 1000 for path in paths)
    rows = [line for path in paths for line in path.read_text().splitlines()[1:]]
    assert [row.split(",")[0] for row in rows] == [one.account_id for one in changes]
    assert sorted(tmp_path.iterdir()) == sorted(paths)  # none of the time before


def test_texts_are_cut_at_a_word():
    assert shortened("one two three", 13) == "one two three"
    assert shortened("one two three", 12) == "one two..."
    assert shortened("x" * 20, 10) == "x" * 7 + "..."


def test_settings_that_cannot_be_right_are_refused(tmp_path):
    for number, (target, settings, told) in enumerate(
        [
            ("hubspot", {"rows_per_request": 101}, "at most 100"),
            ("salesforce", {"operation": "update"}, "by Id only"),
            ("salesforce", {"line_ending": "CR"}, "LF or CRLF"),
        ]
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        with pytest.raises(CannotPush, match=told):
            read_target(seeds_with(folder, target, **settings), target)


@pytest.mark.parametrize("name", TARGETS)
def test_fields_are_columns_of_the_mart_and_documented(name):
    target = read_target(SEEDS, name)
    assert set(target.columns) <= set(mart_columns()) - {"account_id", "fingerprint"}
    page = (PROJECT / "docs" / "crm.md").read_text()
    for field in [target.id_field, *(field.name for field in target.fields)]:
        assert f"`{field}`" in page


def test_two_pushes_at_once_are_refused(company):
    with duckdb.connect(str(_made(company.state))):
        process = subprocess.run(
            [
                sys.executable,
                "-m",
                "customer_health.crm.push",
                *company.arguments("--push"),
            ],
            env=os.environ | {"PYTHONPATH": str(SCRIPTS)},
            capture_output=True,
            text=True,
        )
    assert process.returncode == 1
    assert "is another push running?" in process.stdout
    assert company.sent() == 0


def _made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


# What a build publishes.


def test_the_published_mart_is_of_all_accounts_and_tells_of_no_person(publication):
    file = publication.folder / "customer_health.duckdb"
    with duckdb.connect(str(file), read_only=True) as connection:
        number, fingerprints, as_published = connection.execute(
            """
            select
                count(*),
                count(distinct crm.fingerprint),
                count_if(
                    crm.health_band = health.health_band
                    and crm.settled_band is not distinct from health.settled_band
                    and crm.health_score
                    is not distinct from round(health.health_score * 10) / 10
                )
            from account_health_current as health
            left join crm_account_health as crm using (account_id)
            """
        ).fetchall()[0]
        assert number == fingerprints == as_published > 0
        rows = connection.execute("from crm_account_health").fetchall()
    assert not any(canary in str(rows).lower() for canary in CANARIES)


def test_what_a_build_publishes_is_taken_by_the_crm(publication, company):
    """Every value is valid for its field, and the second time nothing is sent."""
    shutil.copytree(
        publication.folder, company.folder / "published", dirs_exist_ok=True
    )
    file = company.folder / "published" / "customer_health.duckdb"
    with duckdb.connect(str(file), read_only=True) as connection:
        accounts = {
            one
            for (one,) in connection.execute(
                "select account_id from crm_account_health"
            ).fetchall()
        }
    company.server.records = {one: {} for one in accounts}
    assert company.push() == 0
    assert company.acknowledged() == accounts
    company.sent()
    assert company.push() == 0
    assert company.sent() == 0
