"""The command scripts/push_to_crm: health into a CRM, of accounts that changed."""

import argparse
import os
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from customer_health.crm import CannotPush, files, hubspot, salesforce
from customer_health.crm.clients import Client, field_in
from customer_health.crm.ledger import Ledger
from customer_health.crm.plan import (
    CHANGED,
    GONE,
    NEW,
    Change,
    Plan,
    plan,
    read_health,
    withdrawal,
)
from customer_health.crm.targets import Target, read_target
from customer_health.dbt import PROJECT, given_path

SAMPLE_ACCOUNTS = 3
SHOWN_FAILURES = 5
console = Console(soft_wrap=True, width=None if sys.stdout.isatty() else 200)


def main() -> int:
    """Returns 0 when the CRM has, or would get, all that changed, else 1."""
    arguments = parse_arguments()
    try:
        return run(arguments)
    except CannotPush as problem:
        console.print(
            f"[bold red]Stopped.[/] {_escaped(without_secrets(str(problem)))}",
            highlight=False,
        )
        return 1


def parse_arguments(given: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/push_to_crm",
        description="Writes the health of every account whose published fields changed"
        " to Salesforce or HubSpot. Without --push it sends nothing: it tells what it"
        " would send. Fields are in seeds/crm_fields.csv; more in docs/crm.md.",
    )
    parser.add_argument("--target", required=True, choices=["salesforce", "hubspot"])
    parser.add_argument(
        "--published",
        type=given_path,
        default=PROJECT / "published",
        help="folder that scripts/build published to; default published/",
    )
    parser.add_argument(
        "--state",
        type=given_path,
        default=PROJECT / "state" / "crm_sync.duckdb",
        help="what each CRM has acknowledged; default state/crm_sync.duckdb",
    )
    parser.add_argument(
        "--csv",
        type=given_path,
        metavar="DIR",
        help="folder for the CSV files; default crm/ beside --state",
    )
    sending = parser.add_mutually_exclusive_group()
    sending.add_argument("--push", action="store_true", help="send")
    sending.add_argument(
        "--dry-run", action="store_true", help="tell what would be sent: the default"
    )
    sending.add_argument(
        "--forget",
        nargs="+",
        metavar="ACCOUNT",
        help="drop accounts from the state, such as those that the CRM has deleted",
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--all", action="store_true", help="send accounts that did not change as well"
    )
    what.add_argument(
        "--withdraw",
        action="store_true",
        help="clear every field that was ever sent and not cleared since",
    )
    parser.add_argument(
        "--older",
        action="store_true",
        help="send though the CRM has acknowledged a later day: to go back",
    )
    parser.add_argument(
        "--many-gone",
        action="store_true",
        help="send though more accounts are in scope no longer than most_gone_share",
    )
    parser.add_argument(
        "--poll-seconds",
        type=float,
        default=2.0,
        help="between two looks at a job of Salesforce; default 2",
    )
    return parser.parse_args(given)


def run(arguments: argparse.Namespace, seeds: Path = PROJECT / "seeds") -> int:
    target = read_target(seeds, arguments.target)
    with Ledger(
        arguments.state, read_only=not (arguments.push or arguments.forget)
    ) as ledger:
        if arguments.forget:
            number = ledger.forget(target.name, arguments.forget)
            console.print(f"{number} accounts are forgotten; nothing was sent.")
            return 0
        planned = _plan(arguments, target, ledger)
        _tell(planned, target, ledger)
        folder = arguments.csv or arguments.state.parent / "crm"
        _write_files(folder, target, planned)
        _refuse_what_looks_wrong(arguments, target, planned, ledger)
        if not arguments.push:
            console.print("[bold]Dry run:[/] nothing was sent. --push sends.")
            return 0
        if not planned.changes:
            console.print("Nothing to send.")
            return 0
        return _push(arguments, target, planned, ledger, folder)


def without_secrets(text: str) -> str:
    """A text in which no credential stands, whoever wrote it."""
    for name in (*salesforce.SECRETS, *hubspot.SECRETS):
        secret = os.environ.get(name, "").strip()
        if secret:
            text = text.replace(secret, f"<{name}>")
    return text


def _plan(arguments: argparse.Namespace, target: Target, ledger: Ledger) -> Plan:
    health = read_health(arguments.published, target)
    acknowledged = ledger.acknowledged(target.name)
    if arguments.withdraw:
        return withdrawal(target, health.as_of, acknowledged)
    return plan(target, health, acknowledged, everything=arguments.all)


def _tell(planned: Plan, target: Target, ledger: Ledger) -> None:
    console.print(
        f"[bold]{target.name}[/], health as of {planned.as_of}:"
        f" {planned.number_of(NEW):,} new, {planned.number_of(CHANGED):,} changed,"
        f" {planned.unchanged:,} unchanged, {planned.number_of(GONE):,} gone.",
        highlight=False,
    )
    if ledger.unfinished(target.name):
        console.print(
            "A push before this one was interrupted: what the CRM did not acknowledge"
            " is sent again.",
            highlight=False,
        )
    for kind in (CHANGED, GONE, NEW):
        sample = [change for change in planned.changes if change.kind == kind]
        for change in sample[: 1 if kind != CHANGED else SAMPLE_ACCOUNTS]:
            _show(change)


def _show(change: Change) -> None:
    table = Table(
        "field",
        "before",
        "after",
        title=f"{_escaped(change.account_id)}, {change.kind}",
    )
    before = change.before or {}
    for name, text in change.fields.items():
        if before.get(name) != text:
            table.add_row(name, _escaped(before.get(name) or ""), _escaped(text or ""))
    Console(width=console.width if console.is_terminal else 160).print(table)


def _write_files(folder: Path, target: Target, planned: Plan) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    imports = files.write_import_files(folder, target, planned.changes)
    changes = files.write_changes(folder, target, planned.changes)
    names = ", ".join(path.name for path in [*imports, changes])
    console.print(f"In {folder}: {names}.", highlight=False)


def _refuse_what_looks_wrong(
    arguments: argparse.Namespace, target: Target, planned: Plan, ledger: Ledger
) -> None:
    newest = ledger.newest_date(target.name)
    if newest and planned.as_of < newest and not arguments.older:
        raise CannotPush(
            f"The CRM has acknowledged {newest}, and this is {planned.as_of}: nothing"
            " was sent. --older sends it all the same."
        )
    known = sum(one.is_scored for one in ledger.acknowledged(target.name).values())
    gone = planned.number_of(GONE)
    if (
        gone > target.most_gone_share * known
        and gone > 1
        and not (arguments.many_gone or arguments.withdraw)
    ):
        raise CannotPush(
            f"{gone:,} of {known:,} accounts that the CRM knows are in scope no longer,"
            " more than most_gone_share in seeds/crm_targets.csv: nothing was sent. Is"
            f" {arguments.published} the right folder? --many-gone sends all the same."
        )


def _push(
    arguments: argparse.Namespace,
    target: Target,
    planned: Plan,
    ledger: Ledger,
    folder: Path,
) -> int:
    client = _client(arguments, target)
    by_account = {change.account_id: change for change in planned.changes}
    sync = ledger.begin(target.name, planned.as_of, len(planned.changes))
    failures: list[tuple[str, str | None, str]] = []
    stopped = None
    answered = 0
    try:
        for outcomes in client.send(planned.changes):
            failed = [
                (
                    outcome.account_id,
                    field_in(outcome.message, target),
                    without_secrets(outcome.message),
                )
                for outcome in outcomes
                if outcome.message is not None
            ]
            changes = [
                by_account[outcome.account_id]
                for outcome in outcomes
                if outcome.message is None
            ]
            ledger.record(
                target.name,
                sync,
                planned.as_of,
                [
                    (
                        change.account_id,
                        change.fingerprint is not None,
                        change.fingerprint,
                        change.fields,
                    )
                    for change in changes
                ],
                failed,
            )
            failures += failed
            answered += len(outcomes)
    except CannotPush as problem:
        stopped = problem
    ledger.end(target.name, sync)
    _tell_result(folder, target, len(planned.changes), answered, failures)
    if stopped:
        raise stopped
    return 1 if failures else 0


def _client(arguments: argparse.Namespace, target: Target) -> Client:
    if target.name == "salesforce":
        return salesforce.Salesforce(target, arguments.poll_seconds)
    return hubspot.Hubspot(target)


def _tell_result(
    folder: Path,
    target: Target,
    number: int,
    answered: int,
    failures: list[tuple[str, str | None, str]],
) -> None:
    path = folder / f"{target.name}_failures.csv"
    files.write_failures(path, failures)
    console.print(
        f"Sent {answered:,} of {number:,}: {answered - len(failures):,} acknowledged,"
        f" {len(failures):,} refused. What was not acknowledged is sent next time.",
        highlight=False,
    )
    for account, field, message in failures[:SHOWN_FAILURES]:
        console.print(
            f"  {account} {field or ''}: {message}", highlight=False, markup=False
        )
    if failures:
        console.print(f"All that was refused, and why: {path}", highlight=False)


def _escaped(text: str) -> str:
    """A text in which square brackets are no markup."""
    return text.replace("[", "\\[")


if __name__ == "__main__":
    sys.exit(main())
