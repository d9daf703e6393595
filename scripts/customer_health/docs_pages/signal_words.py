"""models/intermediate/_signals.md: the words of every signal, for dbt's own pages."""

from pathlib import Path

from customer_health.docs_pages.text import page, seed

NOTE = """\
{# Written by scripts/generate_docs from seeds/signals.csv: change that, then run it. #}
"""


def signal_words(project: Path) -> str:
    """A block per signal, which the YAML of its model refers to."""
    return page(
        [
            NOTE,
            *(
                f"{{% docs signal__{row['signal']} %}}\n"
                f"{row['label']} ({row['unit']}). {row['description']}\n"
                "{% enddocs %}"
                for row in seed(project, "signals")
            ),
        ]
    )
