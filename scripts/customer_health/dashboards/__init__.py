"""Offline pages from the published marts: the command scripts/dashboards.

published.py reads, one module per page asks and draws, pages.py writes HTML, and
account.py packs what is known of each account.
"""


class NoDashboards(Exception):
    """The pages cannot be made; the message says what to do."""
