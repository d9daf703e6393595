"""The command scripts/picture_dashboards: pictures of the dashboards, for docs/."""

import argparse
import sys

from rich.console import Console

from customer_health.browser import NO_BROWSER, browser, chromium
from customer_health.dbt import PROJECT, given_path

PICTURED = {"portfolio": 1150, "work_list": 900, "account": 1500, "validation": 1150}
WIDTH = 1400
LARGEST = 250_000

console = Console(soft_wrap=True)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="scripts/picture_dashboards", description=__doc__
    )
    parser.add_argument(
        "--published",
        type=given_path,
        default=PROJECT / "published",
        help="folder with dashboards/, as scripts/dashboards wrote it",
    )
    parser.add_argument(
        "--to", type=given_path, default=PROJECT / "docs" / "images", help="folder"
    )
    arguments = parser.parse_args()
    pages = arguments.published / "dashboards"
    if not (pages / "index.html").exists():
        console.print(f"There is no {pages / 'index.html'}: run scripts/dashboards.")
        return 1
    executable = chromium()
    if executable is None:
        console.print(NO_BROWSER)
        return 1
    arguments.to.mkdir(parents=True, exist_ok=True)
    too_large = False
    with browser(executable) as running:
        for name, height in PICTURED.items():
            page = running.new_page(viewport={"width": WIDTH, "height": height})
            page.goto((pages / f"{name}.html").as_uri())
            wanted = "body[data-ready]"
            if name == "account":
                wanted += "[data-account]"
            page.wait_for_selector(wanted)
            file = arguments.to / f"dashboard_{name}.png"
            page.screenshot(path=file)
            page.close()
            size = file.stat().st_size
            console.print(f"{file} ({size / 1e3:.0f} kB)", highlight=False)
            too_large |= size > LARGEST
    if too_large:
        console.print(f"A picture is larger than {LARGEST / 1e3:.0f} kB.")
    return int(too_large)


if __name__ == "__main__":
    sys.exit(main())
