"""The command scripts/docs: one page with every table and column, their words, SQL and
lineage, as dbt makes it, in a single file that needs no server.
"""

import argparse
import json
import os
import re
import sys
from pathlib import Path

from rich.console import Console

from customer_health.build import WAREHOUSES, default_settings
from customer_health.dbt import PROJECT, TARGET, DbtFailed, given_path, run_dbt

console = Console(soft_wrap=True)

LAYERS = ("model", "seed", "source")


def main() -> int:
    """Writes the page; returns 0 only when every column is described."""
    arguments = parse_arguments()
    target = TARGET / "docs"
    try:
        generate(arguments.warehouse, target)
    except DbtFailed as failure:
        console.print(str(failure), highlight=False, markup=False)
        return 1
    page = arguments.out / "index.html"
    write_page(target / "static_index.html", page)
    megabytes = page.stat().st_size / 1e6
    console.print(f"Wrote [bold]{page}[/], {megabytes:.0f} MB: open it in a browser.")
    missing = undescribed(
        json.loads((target / "manifest.json").read_text()),
        json.loads((target / "catalog.json").read_text()),
    )
    for column in missing:
        console.print(f"{column} has no description.", highlight=False)
    return 1 if missing else 0


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/docs", description=__doc__)
    parser.add_argument(
        "--warehouse",
        type=given_path,
        default=WAREHOUSES["duckdb"],
        help="DuckDB file whose tables are described; without one, types and sizes are"
        " left out",
    )
    parser.add_argument(
        "--out",
        type=given_path,
        default=PROJECT / "published" / "docs",
        help="folder of the page; default published/docs",
    )
    return parser.parse_args()


def generate(warehouse: Path, target: Path) -> None:
    """Has dbt write its page to `target`; raises DbtFailed."""
    command = ["docs", "generate", "--static"]
    if not warehouse.exists():
        console.print(f"There is no {warehouse} yet: types and sizes are left out.")
        command.append("--empty-catalog")
        warehouse = target / "none.duckdb"
    run_dbt(
        command,
        variables=default_settings(),
        warehouse=warehouse,
        title="Writing the docs",
        console=console,
        target=target,
    )


def write_page(made: Path, page: Path) -> None:
    """Puts the page in its place, without the paths of the machine that made it, and
    without addresses that lead nowhere until its script has run.
    """
    text = made.read_text().replace(f"{PROJECT}/", "").replace(str(PROJECT), ".")
    text = text.replace('<use xlink:href="{{', '<use ng-attr-href="{{')
    text = re.sub('<link rel="shortcut icon"[^>]*>', "", text, count=1)
    page.parent.mkdir(parents=True, exist_ok=True)
    temporary = page.with_name(".index.html.new")
    temporary.write_text(text)
    os.replace(temporary, page)


def undescribed(manifest: dict, catalog: dict) -> list[str]:
    """Tables, and columns of tables that are built, about which nothing is said.

    Columns of raw tables that begin with _ are no part of their contract: the macro
    load_raw_tables adds and describes them.
    """
    nodes = manifest["nodes"] | manifest["sources"]
    built = catalog["nodes"] | catalog["sources"]
    missing = []
    for name, node in nodes.items():
        if node["resource_type"] not in LAYERS:
            continue
        if not node["description"].strip():
            missing.append(node["name"])
        columns = {column.lower(): said for column, said in node["columns"].items()}
        names = [column.lower() for column in built.get(name, {}).get("columns", {})]
        for column in dict.fromkeys([*names, *columns]):
            if node["resource_type"] == "source" and column not in columns:
                if column.startswith("_"):
                    continue
            if not columns.get(column, {}).get("description", "").strip():
                missing.append(f"{node['name']}.{column}")
    return sorted(missing)


if __name__ == "__main__":
    sys.exit(main())
