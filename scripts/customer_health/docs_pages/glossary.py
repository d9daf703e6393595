"""docs/glossary.md: the words, A to Z."""

from pathlib import Path

from customer_health.docs_pages.text import NOTE, page, seed, sentence, table

LINKS = """\
Elsewhere: [signals](signals.md), [dimensions](dimensions.md),
[bands, axes and stages](bands.md), [alerts and actions](alerts_and_actions.md),
[scorecards](scorecards.md), [how to change a weight](change_a_weight.md),
[every column of every published table](columns.csv), [who gets which file](roles.md),
[health in the CRM](crm.md), [tools that read it](reading_tools.md).
"""


def glossary_page(project: Path) -> str:
    """The page as Markdown."""
    terms = sorted(seed(project, "glossary"), key=lambda row: row["term"].lower())
    return page(
        [
            "# Glossary",
            NOTE.format(sources="`seeds/glossary.csv`"),
            LINKS,
            table(
                ["term", "meaning"],
                [[f"**{row['term']}**", sentence(row["meaning"])] for row in terms],
            ),
        ]
    )
