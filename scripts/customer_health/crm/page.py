"""docs/crm.md: the fields that a CRM needs and how health gets there, from the seeds."""

import csv
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]
PAGE = Path("docs", "crm.md")

NAMES = {"salesforce": "Salesforce", "hubspot": "HubSpot"}
TYPES = {
    "number": "Number",
    "percent": "Percent",
    "text": "Text",
    "picklist": "Picklist",
    "date": "Date",
    "string": "Single-line text",
    "enumeration": "Dropdown select",
}

INTRODUCTION = """\
# Health in the CRM

*The tables are written from `seeds/crm_targets.csv` and `seeds/crm_fields.csv`: change those, then
run `.venv/bin/python -m customer_health.crm.page` in `scripts/`.*

`scripts/push_to_crm` writes what the mart `crm_account_health` says of an account to fields of that
account in Salesforce or HubSpot, when it has changed. It reads `published/` only, and nothing in
the mart tells of people.

```
scripts/push_to_crm --target salesforce           # what would be sent; sends nothing
scripts/push_to_crm --target salesforce --push    # sends
```

## Once: fields

Create these in the CRM and let nobody edit them by hand. The account's id is how the CRM finds the
record: put our `account_id` there first. Where `account_id` is the CRM's own id, write `Id` with
operation `update` (Salesforce) or `hs_object_id` (HubSpot) in `id_field` instead. Nothing creates a
record: HubSpot is asked for updates only, and Salesforce refuses an account without a name.
"""

REST = """\
## Once: credentials

From the environment only; they are never printed, and go to `https://` addresses only.

| variable | what it is |
| --- | --- |
| `SALESFORCE_INSTANCE_URL` | address of your My Domain, `https://<domain>.my.salesforce.com` |
| `SALESFORCE_CLIENT_ID`, `SALESFORCE_CLIENT_SECRET` | of an app with the client credentials flow; \
its user may edit the fields above and no others |
| `SALESFORCE_ACCESS_TOKEN` | instead of these two, a token that you got otherwise |
| `HUBSPOT_TOKEN` | token of a private app with `crm.objects.companies.write` (and read) |

## First a dry run

Without `--push` nothing is sent and no credentials are needed. It tells how many accounts are new,
changed, unchanged and gone, shows some of them before and after, and writes to `state/crm/` (or
`--csv DIR`):

- `<target>_changes.csv`, to read: each field that changes, before and after;
- `<target>_import_1.csv` and so on, for an import by hand, within the limits of the CRM (Salesforce
  100 MB; HubSpot 512 MB and 1,048,576 rows, 20 MB without a paid plan). After an import by hand,
  `--push` sends the same once more.

These files may be opened in a spreadsheet, so a text that begins like a formula gets an apostrophe
in front, ids too; numbers stay numbers. What goes over the API has no apostrophe. For Salesforce
`#N/A` clears a field; in a file for HubSpot's import an empty cell stands for it, which may leave
the old value: `--push` clears it.

## Every night

Run it after `scripts/build`, which publishes only what passed all tests:

```
30 5 * * *  cd customer-health && scripts/build && scripts/push_to_crm --target hubspot --push
```

`state/crm_sync.duckdb` keeps, per CRM and account, what was acknowledged last and when
(`acknowledged`), each push (`syncs`) and what was refused (`failures`). Keep it with your backups;
without it everything is sent once more, and accounts that left meanwhile are not told so. What
counts as a change is the fields above but the date: *{as_of}* is the day as of which the values were
last sent. The mart has a `fingerprint` of the same for tools of other makers.

An account that is in scope no longer is told once: its band says so, all else is cleared.

## When something fails

| what happens | what it does |
| --- | --- |
| the CRM says "not now" (429, 502, 503, 504) or nothing | waits as `Retry-After` says, else \
longer and longer, `most_retries` times; then stops, and the rest is sent next time |
| a record is refused | the others are written; account, field and reason are in \
`state/crm/<target>_failures.csv`; it is sent again next time; exit code 1 |
| a push is killed before the CRM answered | the next one sends the same again: writing the same \
values twice does no harm |
| more accounts gone than `most_gone_share`, none left, or an older day than was sent | nothing is \
sent; `--many-gone` and `--older` say that it is right |
| an account was deleted or merged in the CRM | it is refused every time: \
`scripts/push_to_crm --target … --forget acct_000123` |
| the fields in the CRM were changed by hand | `--all --push` writes all again |

## How to undo

- To go back to an earlier day: `--published <a copy of that day> --older --push`.
- To take everything back: `--withdraw --push` clears every field that was ever sent. Then delete
  the fields in the CRM, and `state/crm_sync.duckdb`.
"""


def crm_page(project: Path) -> str:
    """The page as Markdown."""
    targets, fields = _seed(project, "crm_targets"), _seed(project, "crm_fields")
    bands = sorted(_seed(project, "health_bands"), key=lambda row: row["sort_order"])
    parts = [INTRODUCTION.strip()]
    for target in targets:
        own = [row for row in fields if row["target"] == target["target"]]
        parts += [_heading(target), _table(target, own, bands)]
    as_of = " or ".join(
        f"`{row['field']}`" for row in fields if row["column_name"] == "snapshot_date"
    )
    return "\n\n".join([*parts, REST.replace("*{as_of}*", as_of).strip()]) + "\n"


def _heading(target: dict[str, str]) -> str:
    return (
        f"### {NAMES[target['target']]}: fields of `{target['object']}`,"
        f" API version {target['api_version']}"
    )


def _table(
    target: dict[str, str], fields: list[dict[str, str]], bands: list[dict[str, str]]
) -> str:
    unique = (
        "Text(255), external id, unique"
        if target["target"] == "salesforce"
        else "Single-line text, with unique values"
    )
    rows = [[f"`{target['id_field']}`", "", unique, "`account_id`"]]
    rows += [
        [
            f"`{field['field']}`",
            field["label"],
            _type(field, bands),
            f"`{field['column_name']}`"
            + (f" times {field['scale']}" if field["scale"] not in ("", "1") else ""),
        ]
        for field in fields
    ]
    lines = [["API name", "label", "type", "column"], ["---"] * 4, *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _type(field: dict[str, str], bands: list[dict[str, str]]) -> str:
    kind = TYPES[field["field_type"]]
    if field["field_type"] in ("picklist", "enumeration"):
        of_label = field["column_name"].endswith("_label")
        values = dict.fromkeys(row["label" if of_label else "band"] for row in bands)
        names = [*values, *([field["not_scored"]] if field["not_scored"] else [])]
        return f"{kind}: {', '.join(names)}"
    if field["decimals"]:
        return f"{kind}, {field['decimals']} decimals"
    return f"{kind}({field['max_length']})" if field["max_length"] else kind


def _seed(project: Path, name: str) -> list[dict[str, str]]:
    with (project / "seeds" / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def main() -> None:
    """Writes the page."""
    (PROJECT / PAGE).write_text(crm_page(PROJECT), encoding="utf-8")
    print(f"Wrote {PAGE}.")


if __name__ == "__main__":
    main()
