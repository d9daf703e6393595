"""CSV files: for the bulk API, for an import by hand, and to read.

Limits, as the makers document them:

- Salesforce takes 150 MB of base64 in one job, so 100 MB of CSV; UTF-8; lines end in
  what the job says; an empty cell leaves a field as it is, #N/A clears it:
  developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/datafiles_prepare_csv.htm
- HubSpot imports 512 MB and 1,048,576 rows in one file, 20 MB without a paid plan;
  UTF-8: knowledge.hubspot.com/import-and-export/set-up-your-import-file
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from customer_health.crm.plan import Change
from customer_health.crm.targets import LINE_ENDINGS, Fields, Target

CLEARED = {"salesforce": "#N/A", "hubspot": ""}
MOST_BYTES = {"salesforce": 100_000_000, "hubspot": 512_000_000}
MOST_ROWS = {"salesforce": 10_000_000, "hubspot": 1_048_575}

# A cell that begins with one of these is a formula to a spreadsheet, wide forms too.
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")


def safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def for_api(
    target: Target, changes: list[Change]
) -> Iterator[tuple[list[Change], str]]:
    """Changes and the CSV that carries them, as exactly as the CRM shall have them."""
    rows = ((change, _cells(target, change)) for change in changes)
    yield from _parts(
        target, rows, most_rows=target.rows_per_request, most_bytes=MOST_BYTES
    )


def write_import_files(
    folder: Path, target: Target, changes: list[Change], most_bytes=MOST_BYTES
) -> list[Path]:
    """Files for the CRM's own import, in as many parts as its limits ask for.

    People may open them in a spreadsheet first, so texts that begin like a formula get
    an apostrophe. Numbers are ours, written digit by digit: a negative one stays one.
    """
    _remove(folder, f"{target.name}_import_*.csv")
    rows = ((change, _safe_cells(target, change)) for change in changes)
    parts = _parts(
        target, rows, most_rows=MOST_ROWS[target.name], most_bytes=most_bytes
    )
    written = []
    for number, (_, text) in enumerate(parts, start=1):
        written.append(folder / f"{target.name}_import_{number}.csv")
        written[-1].write_text(text, encoding="utf-8", newline="")
    return written


def write_changes(folder: Path, target: Target, changes: list[Change]) -> Path:
    """A file to read: every field that changes, before and after."""
    numbers = {field.name for field in target.fields if field.is_number}

    def cell(name: str, fields: Fields | None) -> str:
        text = (fields or {}).get(name) or ""
        return text if name in numbers else safe(text)

    lines = [["account_id", "what", "field", "before", "after"]]
    for change in changes:
        for name, text in change.fields.items():
            if (change.before or {}).get(name) != text:
                before, after = cell(name, change.before), cell(name, change.fields)
                account = safe(change.account_id)
                lines.append([account, change.kind, name, before, after])
    return _write(folder / f"{target.name}_changes.csv", lines)


def write_failures(path: Path, failures: Iterable[tuple[str, str | None, str]]) -> None:
    """A file to read: what was refused, and why."""
    lines = [["account_id", "field", "message"]]
    lines += [
        [safe(account), field or "", safe(message)]
        for account, field, message in failures
    ]
    _write(path, lines)


def _write(path: Path, lines: list[list[str]]) -> Path:
    text = "".join(_line(cells) for cells in lines)
    path.write_text(text, encoding="utf-8", newline="")
    return path


def _cells(target: Target, change: Change) -> list[str]:
    cleared = CLEARED[target.name]
    values = (change.fields[field.name] for field in target.fields)
    return [change.account_id, *(cleared if text is None else text for text in values)]


def _safe_cells(target: Target, change: Change) -> list[str]:
    account, *cells = _cells(target, change)
    return [
        safe(account),
        *(
            text if field.is_number else safe(text)
            for field, text in zip(target.fields, cells, strict=True)
        ),
    ]


def _parts(
    target: Target,
    rows: Iterable[tuple[Change, list[str]]],
    *,
    most_rows: int,
    most_bytes: dict[str, int],
) -> Iterator[tuple[list[Change], str]]:
    """Rows in CSV files that are each within the limits."""
    ending = LINE_ENDINGS[target.line_ending]
    names = [target.id_field, *(field.name for field in target.fields)]
    header = _line(names, ending)
    limit = most_bytes[target.name] - len(header.encode())
    changes: list[Change] = []
    lines: list[str] = []
    size = 0
    for change, cells in rows:
        line = _line(cells, ending)
        length = len(line.encode())
        if changes and (len(changes) == most_rows or size + length > limit):
            yield changes, header + "".join(lines)
            changes, lines, size = [], [], 0
        changes.append(change)
        lines.append(line)
        size += length
    if changes:
        yield changes, header + "".join(lines)


def _line(cells: Sequence[str], ending: str = "\n") -> str:
    """A line of CSV. A carriage return within it is quoted whatever the ending is."""
    text = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if "\r" in "".join(cells) else csv.QUOTE_MINIMAL
    csv.writer(text, lineterminator=ending, quoting=quoting).writerow(cells)
    return text.getvalue()


def _remove(folder: Path, pattern: str) -> None:
    for path in folder.glob(pattern):
        path.unlink()
