"""docs/columns.csv: every column of every published mart."""

import csv
import io
from pathlib import Path

from customer_health.docs_pages.text import marts


def columns_page(project: Path) -> str:
    """The list as CSV: a row per mart and column, in the order of its contract."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["mart", "column", "type", "personal", "description"])
    for mart in marts(project):
        for column in mart["columns"]:
            meta = column.get("config", {}).get("meta", {})
            writer.writerow(
                [
                    mart["name"],
                    column["name"],
                    column["data_type"],
                    "yes" if meta.get("contains_personal_data") else "",
                    " ".join(column["description"].split()),
                ]
            )
    return text.getvalue()
