"""What both clients share: credentials, outcomes, and whom secrets may be sent to."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlparse

from urllib3.util.retry import Retry

from customer_health.crm import CannotPush
from customer_health.crm.plan import Change
from customer_health.crm.targets import Target

# An answer that says "not now"; a request with the same content may be sent again.
NOT_NOW = (429, 502, 503, 504)
LONGEST_WAIT_SECONDS = 120
TIMEOUT_SECONDS = 120


@dataclass(frozen=True)
class Outcome:
    """What the CRM answered about an account; without a message it has it."""

    account_id: str
    message: str | None = None


class Client(Protocol):
    def send(self, changes: list[Change]) -> Iterator[list[Outcome]]:
        """Sends accounts; a list of outcomes per request, once it is answered."""
        ...


def credential(name: str) -> str | None:
    """An environment variable; what is blank is not there."""
    return os.environ.get(name, "").strip() or None


def needed(*names: str) -> list[str]:
    """Environment variables without which nothing can be sent."""
    missing = [name for name in names if not credential(name)]
    if missing:
        raise CannotPush(
            f"Nothing was sent: set {' and '.join(missing)} in the environment."
            " docs/crm.md says where they come from."
        )
    return [credential(name) for name in names]


def address(name: str, url: str) -> str:
    """A base address that secrets may be sent to. Raises CannotPush."""
    parts = urlparse(url)
    is_local = parts.hostname in ("127.0.0.1", "localhost")
    if not parts.hostname or not (
        parts.scheme == "https" or (parts.scheme == "http" and is_local)
    ):
        raise CannotPush(f"{name} has to begin with https://, and name a host.")
    return url.rstrip("/")


def retry(target: Target) -> Retry:
    """Waits as Retry-After says, else 0, 2, 4, 8 … seconds, and tries again."""
    return Retry(
        total=target.most_retries,
        status_forcelist=NOT_NOW,
        allowed_methods=None,  # all: every request of ours may be repeated
        backoff_factor=1,
        backoff_max=LONGEST_WAIT_SECONDS,
        respect_retry_after_header=True,
        retry_after_max=LONGEST_WAIT_SECONDS,
        raise_on_status=False,
    )


def field_in(message: str, target: Target) -> str | None:
    """The field that a message names."""
    named = [field.name for field in target.fields if field.name in message]
    return max(named, key=len, default=None)
