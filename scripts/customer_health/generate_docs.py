"""The command scripts/generate_docs: writes the pages in docs/ that tell what stands
in seeds and contracts.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from customer_health.docs_pages.actions import actions_page
from customer_health.docs_pages.bands import bands_page
from customer_health.docs_pages.columns import columns_page
from customer_health.docs_pages.crm import crm_page
from customer_health.docs_pages.dimensions import dimensions_page
from customer_health.docs_pages.glossary import glossary_page
from customer_health.docs_pages.roles import roles_page
from customer_health.docs_pages.signal_words import signal_words
from customer_health.docs_pages.signals import signals_page

PROJECT = Path(__file__).resolve().parents[2]

# a page, and what writes it from a folder with seeds/ and models/
PAGES: dict[str, Callable[[Path], str]] = {
    "docs/signals.md": signals_page,
    "docs/dimensions.md": dimensions_page,
    "docs/bands.md": bands_page,
    "docs/alerts_and_actions.md": actions_page,
    "docs/glossary.md": glossary_page,
    "docs/columns.csv": columns_page,
    "docs/roles.md": roles_page,
    "docs/crm.md": crm_page,
    "models/intermediate/_signals.md": signal_words,
}


def outdated(project: Path = PROJECT) -> dict[str, str]:
    """The pages that do not say what the seeds say, with what they should say."""
    should = {name: page(project) for name, page in PAGES.items()}
    return {
        name: text
        for name, text in should.items()
        if not (project / name).exists() or (project / name).read_text() != text
    }


def main() -> int:
    """Writes the pages, or with --check returns 1 when any is out of date."""
    parser = argparse.ArgumentParser(prog="scripts/generate_docs", description=__doc__)
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; name the pages that are not current, and fail",
    )
    arguments = parser.parse_args()
    pages = outdated()
    if arguments.check:
        for name in pages:
            print(f"{name} is out of date: run scripts/generate_docs", file=sys.stderr)
        return 1 if pages else 0
    for name, text in pages.items():
        (PROJECT / name).write_text(text)
        print(f"Wrote {name}.")
    if not pages:
        print("All pages in docs/ are current.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
