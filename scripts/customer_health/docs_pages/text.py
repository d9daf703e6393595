"""What pages are made of: rows of seeds, Markdown tables, and the note on top."""

import csv
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

Row = dict[str, str]

NOTE = """\
*Written by `scripts/generate_docs` from {sources}: change those, then run it again.*
"""


def seed(project: Path, name: str) -> list[Row]:
    """The rows of a seed, as they are written."""
    with (project / "seeds" / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def contract(file: Path) -> dict:
    """What a YAML file says; by the parser in C where there is one, since it is much
    faster.
    """
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(file.read_text(), loader)


def marts(project: Path) -> Iterator[dict]:
    """The contract of every published mart, by name."""
    exposures = contract(project / "models/marts/_exposures.yml")
    (published,) = [
        exposure
        for exposure in exposures["exposures"]
        if exposure["name"] == "published_marts"
    ]
    names = {reference.split("'")[1] for reference in published["depends_on"]}
    contracts = [
        model
        for file in project.glob("models/marts/*/_*models.yml")
        for model in contract(file).get("models", [])
    ]
    yield from sorted(
        (model for model in contracts if model["name"] in names),
        key=lambda model: model["name"],
    )


def page(parts: Iterable[str]) -> str:
    """Parts of a page, a blank line between them."""
    return "\n\n".join(part.strip() for part in parts if part.strip()) + "\n"


def table(columns: list[str], rows: Iterable[list[str]], alignment: str = "") -> str:
    """A table in Markdown; `alignment` has an l or r per column."""
    sides = alignment or "l" * len(columns)
    lines = [columns, ["---:" if side == "r" else "---" for side in sides]]
    lines += [[cell.replace("|", "\\|") for cell in row] for row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def anchor(heading: str) -> str:
    """The fragment of a heading's address, as Markdown viewers make it."""
    return re.sub(r"[^a-z0-9_ -]", "", heading.lower()).replace(" ", "-")


def sentence(text: str) -> str:
    """The text with a full stop."""
    text = " ".join(text.split())
    return text if not text or text[-1] in ".!?" else text + "."


def days(first: str, last: str) -> str:
    """A range of days of which either end may be open."""
    if first and last:
        return f"{first} to {last}"
    if first:
        return f"{first} and more"
    return f"up to {last}" if last else "any"


def guides(project: Path, topic: str, items: Iterable[str]) -> dict[str, Row]:
    """What each item of a topic means and calls for.

    Raises ValueError when an item has no words, or words have no item.
    """
    words = {
        row["item"]: row for row in seed(project, "guides") if row["topic"] == topic
    }
    items = set(items)
    for item in sorted(items - set(words)):
        raise ValueError(f"seeds/guides.csv has no row for {topic} {item}: add one")
    for item in sorted(set(words) - items):
        raise ValueError(f"seeds/guides.csv has {topic} {item}, which is not there")
    return words
