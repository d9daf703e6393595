"""docs/crm.md: how health gets into a CRM, and the fields it needs, by the seeds."""

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

TEMPLATE = Path(__file__).with_name("page.md")


def crm_page(project: Path) -> str:
    """The page as Markdown."""
    targets, fields = _seed(project, "crm_targets"), _seed(project, "crm_fields")
    bands = sorted(_seed(project, "health_bands"), key=lambda row: row["sort_order"])
    tables = []
    for target in targets:
        own = [row for row in fields if row["target"] == target["target"]]
        tables += [_heading(target), _table(target, own, bands)]
    as_of = " or ".join(
        f"`{row['field']}`" for row in fields if row["column_name"] == "snapshot_date"
    )
    page = TEMPLATE.read_text(encoding="utf-8")
    return page.replace("{fields}", "\n\n".join(tables)).replace("{as_of}", as_of)


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
        decimals = field["decimals"]
        return f"{kind}, {decimals} decimal{'' if decimals == '1' else 's'}"
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
