"""Looks at pages in the system's Chromium, without a network."""

import base64
import gzip
import os
import re
from contextlib import contextmanager
from pathlib import Path

import pytest
from customer_health.browser import NO_BROWSER, browser, chromium

PACKED = re.compile(r'<script type="text/plain"[^>]*>([A-Za-z0-9+/=]+)</script>')


@contextmanager
def running_browser():
    """A browser; without one tests are skipped, or fail where CI is set."""
    executable = chromium()
    if executable is None:
        if os.environ.get("CI"):
            pytest.fail(NO_BROWSER)
        pytest.skip(NO_BROWSER)
    with browser(executable) as running:
        yield running


def watch(page) -> list[str]:
    """What goes wrong on a page from now on: errors, warnings, and what it asks for
    elsewhere.
    """
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "console",
        lambda message: (
            message.type in ("error", "warning") and problems.append(message.text)
        ),
    )
    page.on(
        "request",
        lambda request: (
            request.url.startswith(("file:", "data:", "blob:"))
            or problems.append(f"asks for {request.url}")
        ),
    )
    return problems


class Visit:
    """A page, and what went wrong on it."""

    def __init__(self, running, file: Path, hash: str = "", zone: str = "UTC") -> None:
        self.context = running.new_context(
            viewport={"width": 1400, "height": 1000}, timezone_id=zone
        )
        self.page = self.context.new_page()
        self.problems = watch(self.page)
        self.page.goto(file.as_uri() + hash)
        wanted = "body[data-ready]"
        if file.stem == "account" and self.page.locator("#account").count():
            wanted += "[data-account]"
        self.page.wait_for_selector(wanted)

    def __enter__(self) -> "Visit":
        return self

    def __exit__(self, *_) -> None:
        self.context.close()

    def text(self, selector: str = "main") -> str:
        return self.page.inner_text(selector)

    def texts(self, selector: str) -> list[str]:
        return self.page.locator(selector).all_inner_texts()

    def marks(self) -> dict[str, int]:
        """How many shapes of data every chart shows, by its id."""
        return self.page.evaluate(
            """() => Object.fromEntries(
                [...document.querySelectorAll("figure[id^=chart_]")].map((figure) => [
                    figure.id.replace("chart_", ""),
                    [...figure.querySelectorAll(".role-mark path, .role-mark text")]
                        .filter((mark) => mark.getAttribute("d") !== "").length,
                ]))"""
        )

    def words(self) -> dict[str, str]:
        """What every section says where it has nothing to show, by its id."""
        return self.page.evaluate(
            """() => Object.fromEntries(
                [...document.querySelectorAll("section")].map((section) => [
                    section.id, section.querySelector(".missing")?.innerText,
                ]).filter(([, words]) => words))"""
        )

    def choose(self, account_id: str) -> None:
        """Goes to another account by its address."""
        self.page.evaluate("(id) => { location.hash = id }", account_id)
        self.page.wait_for_selector(f"body[data-account='{account_id}']")


def everything(file: Path) -> str:
    """The text of a page with all that is packed in it."""
    text = file.read_text()
    return text + "".join(
        gzip.decompress(base64.b64decode(packed)).decode()
        for packed in PACKED.findall(text)
    )
