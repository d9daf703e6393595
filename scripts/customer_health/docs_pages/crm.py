"""docs/crm.md: how health gets into a CRM, and the fields it needs, by the seeds."""

from pathlib import Path

from customer_health.docs_pages.text import NOTE, Row, seed

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

SOURCES = "`seeds/crm_targets.csv` and `seeds/crm_fields.csv`"
TEMPLATE = Path(__file__).with_name("crm.md")


def crm_page(project: Path) -> str:
    """The page as Markdown."""
    targets, fields = seed(project, "crm_targets"), seed(project, "crm_fields")
    bands = sorted(seed(project, "health_bands"), key=lambda row: row["sort_order"])
    tables = []
    for target in targets:
        own = [row for row in fields if row["target"] == target["target"]]
        tables += [_heading(target), _table(target, own, bands)]
    as_of = " or ".join(
        f"`{row['field']}`" for row in fields if row["column_name"] == "snapshot_date"
    )
    page = TEMPLATE.read_text(encoding="utf-8")
    return (
        page.replace("{note}", NOTE.format(sources=SOURCES).strip())
        .replace("{fields}", "\n\n".join(tables))
        .replace("{as_of}", as_of)
    )


def _heading(target: Row) -> str:
    return (
        f"### {NAMES[target['target']]}: fields of `{target['object']}`,"
        f" API version {target['api_version']}"
    )


def _table(target: Row, fields: list[Row], bands: list[Row]) -> str:
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


def _type(field: Row, bands: list[Row]) -> str:
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
