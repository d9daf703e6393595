"""The system's Chromium, offline: for pictures of pages, and for tests of them."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NO_BROWSER = (
    "There is no chromium. Install one (Debian: apt-get install chromium) and run this"
    " again."
)
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> Path | None:
    """Where the browser is, if there is one."""
    found = shutil.which("chromium")
    return Path(found) if found else None


@contextmanager
def browser(executable: Path) -> Iterator:
    """A running browser of playwright."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=str(executable), args=OPTIONS
        )
        try:
            yield running
        finally:
            running.close()
