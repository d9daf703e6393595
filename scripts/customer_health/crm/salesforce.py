"""Salesforce, by its Bulk API 2.0: a job per file, with the answer for each row."""

import csv
import io
import tempfile
from collections.abc import Iterator
from pathlib import Path

import requests
from requests.adapters import HTTPAdapter
from simple_salesforce.bulk2 import SFBulk2Handler
from simple_salesforce.exceptions import SalesforceError, SalesforceOperationError

from customer_health.crm import CannotPush
from customer_health.crm.clients import (
    TIMEOUT_SECONDS,
    Outcome,
    address,
    credential,
    needed,
    retry,
)
from customer_health.crm.files import for_api
from customer_health.crm.plan import Change
from customer_health.crm.targets import Target

URL = "SALESFORCE_INSTANCE_URL"
TOKEN = "SALESFORCE_ACCESS_TOKEN"
CLIENT_ID = "SALESFORCE_CLIENT_ID"
CLIENT_SECRET = "SALESFORCE_CLIENT_SECRET"
SECRETS = (TOKEN, CLIENT_SECRET)


class Salesforce:
    """A session of a Salesforce organisation."""

    def __init__(self, target: Target, poll_seconds: float) -> None:
        """Logs in with what the environment says. Raises CannotPush."""
        self._target = target
        self._poll_seconds = poll_seconds
        session = requests.Session()
        session.mount("https://", _Patient(max_retries=retry(target)))
        session.mount("http://", _Patient(max_retries=retry(target)))
        url, token = _log_in(session)
        # not by class Salesforce of simple_salesforce: it knows https:// only
        self._bulk = SFBulk2Handler(
            token, f"{url}/services/data/v{target.api_version}/jobs/", session=session
        )

    def send(self, changes: list[Change]) -> Iterator[list[Outcome]]:
        """One job after another."""
        for part, text in for_api(self._target, changes):
            try:
                answers = self._run_job(text)
            except requests.RequestException as problem:
                raise CannotPush(
                    f"Salesforce cannot be reached: {type(problem).__name__}."
                ) from None
            except (SalesforceError, SalesforceOperationError) as problem:
                status = getattr(problem, "status", None)
                if status is not None and status != 400:
                    raise CannotPush(
                        f"Salesforce refused with {status}: {_content(problem)}"
                    ) from None
                answers = {change.account_id: _content(problem) for change in part}
            yield [
                Outcome(
                    change.account_id,
                    answers.get(change.account_id, "Salesforce said nothing of it"),
                )
                for change in part
            ]

    def _run_job(self, text: str) -> dict[str, str | None]:
        """By account None, or why it was refused."""
        target = self._target
        records = getattr(self._bulk, target.object)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "accounts.csv")
            file.write_text(text, encoding="utf-8", newline="")
            options = {
                "csv_file": str(file),
                "line_ending": target.line_ending,
                "column_delimiter": "COMMA",
                "wait": self._poll_seconds,
            }
            if target.operation == "upsert":
                jobs = records.upsert(external_id_field=target.id_field, **options)
            else:
                jobs = records.update(**options)
        answers: dict[str, str | None] = {}
        for job in (job["job_id"] for job in jobs):
            for row in _rows(records.get_unprocessed_records(job)):
                answers[row[target.id_field]] = "not processed"
            for row in _rows(records.get_failed_records(job)):
                answers[row[target.id_field]] = row["sf__Error"]
            for row in _rows(records.get_successful_records(job)):
                answers[row[target.id_field]] = None
        return answers


class _Patient(HTTPAdapter):
    """Retries, and does not wait for an answer forever."""

    def send(self, request, timeout=None, **options):
        return super().send(request, timeout=timeout or TIMEOUT_SECONDS, **options)


def _log_in(session: requests.Session) -> tuple[str, str]:
    """Address and access token: as given, or by the client credentials of an app.

    help.salesforce.com: "OAuth 2.0 Client Credentials Flow".
    """
    (given,) = needed(URL)
    url = address(URL, given)
    token = credential(TOKEN)
    if token:
        return url, token
    client_id, client_secret = needed(CLIENT_ID, CLIENT_SECRET)
    try:
        response = session.post(
            f"{url}/services/oauth2/token",
            data={
                "grant_type": "client_credentials",
                "client_id": client_id,
                "client_secret": client_secret,
            },
        )
        answer = response.json()
    except requests.RequestException as problem:
        raise CannotPush(
            f"Nothing was sent: {URL} cannot be reached: {type(problem).__name__}."
        ) from None
    if not response.ok or "access_token" not in answer:
        reason = answer.get("error_description") or answer.get("error")
        raise CannotPush(f"Nothing was sent: Salesforce refused to log in: {reason}.")
    return address("instance_url", answer.get("instance_url", url)), answer[
        "access_token"
    ]


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def _content(problem: Exception) -> str:
    """What Salesforce said, without the address."""
    content = getattr(problem, "content", None) or str(problem)
    if isinstance(content, list) and content and isinstance(content[0], dict):
        return "; ".join(
            f"{one.get('errorCode')}: {one.get('message')}" for one in content
        )
    return str(content)
