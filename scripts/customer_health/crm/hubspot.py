"""HubSpot, by its batch API: up to 100 records a request, found by a unique property.

developers.hubspot.com/docs/api-reference/latest/crm/objects/companies/batch/update-companies
An empty text clears a property. What an answer does not name counts as not sent: a
batch with ids that HubSpot does not know has been seen to be answered with 207, without
errors or results.
"""

import json
from collections.abc import Iterator

import urllib3
from hubspot import Client
from hubspot.crm.objects.exceptions import ApiException

from customer_health.crm import CannotPush
from customer_health.crm.clients import (
    TIMEOUT_SECONDS,
    Outcome,
    address,
    credential,
    needed,
    retry,
)
from customer_health.crm.plan import Change
from customer_health.crm.targets import Target

URL = "HUBSPOT_URL"
TOKEN = "HUBSPOT_TOKEN"
SECRETS = (TOKEN,)
OWN_ID = "hs_object_id"
UNKNOWN = "HubSpot has no record with this id"


class Hubspot:
    """A HubSpot account."""

    def __init__(self, target: Target) -> None:
        """Takes what the environment says. Raises CannotPush."""
        self._target = target
        (token,) = needed(TOKEN)
        url = address(URL, credential(URL) or "https://api.hubapi.com")
        client = Client.create(access_token=token, host=url, retry=retry(target))
        self._batches = client.crm.objects.batch_api

    def send(self, changes: list[Change]) -> Iterator[list[Outcome]]:
        """One request after another."""
        size = self._target.rows_per_request
        for start in range(0, len(changes), size):
            yield self._send(changes[start : start + size])

    def _send(self, changes: list[Change]) -> list[Outcome]:
        """Sends a batch; what it does not answer for is sent again in halves."""
        answers = self._request(changes)
        outcomes = [
            Outcome(change.account_id, answers[change.account_id])
            for change in changes
            if change.account_id in answers
        ]
        rest = [change for change in changes if change.account_id not in answers]
        if len(rest) == 1 and len(changes) == 1:
            return [Outcome(rest[0].account_id, UNKNOWN)]
        if rest:
            middle = (len(rest) + 1) // 2
            outcomes += self._send(rest[:middle])
            if rest[middle:]:
                outcomes += self._send(rest[middle:])
        return outcomes

    def _request(self, changes: list[Change]) -> dict[str, str | None]:
        """By account None, or why it was refused; only of accounts that are named."""
        call = (
            self._batches.upsert
            if self._target.operation == "upsert"
            else self._batches.update
        )
        body = {"inputs": [self._input(change) for change in changes]}
        try:
            # read as it is, since the client's models refuse what they do not expect
            response = call(
                self._target.object,
                body,
                _preload_content=False,
                _request_timeout=TIMEOUT_SECONDS,
            )
            status, answer = response.status, _read(response.data)
        except ApiException as problem:
            status, answer = problem.status, _read(problem.body)
        except urllib3.exceptions.HTTPError as problem:
            raise CannotPush(
                f"HubSpot cannot be reached: {type(problem).__name__}."
            ) from None
        if status == 400:
            # one value that is not valid refuses the whole batch
            return {changes[0].account_id: _words(answer)} if len(changes) == 1 else {}
        if not 200 <= status <= 299:
            raise CannotPush(f"HubSpot refused with {status}: {_words(answer)}")
        return self._answers(changes, answer)

    def _input(self, change: Change) -> dict:
        is_own_id = self._target.id_field == OWN_ID
        return {
            "id": change.account_id,
            **({} if is_own_id else {"idProperty": self._target.id_field}),
            "objectWriteTraceId": change.account_id,
            "properties": {
                name: "" if text is None else text
                for name, text in change.fields.items()
            },
        }

    def _answers(self, changes: list[Change], answer: dict) -> dict[str, str | None]:
        results, errors = answer.get("results") or [], answer.get("errors") or []
        if len(results) == len(changes) and not errors:
            return {change.account_id: None for change in changes}
        accounts = {change.account_id for change in changes}
        answers: dict[str, str | None] = {}
        for result in results:
            for named in (
                result.get("objectWriteTraceId"),
                (result.get("properties") or {}).get(self._target.id_field),
                result.get("id") if self._target.id_field == OWN_ID else None,
            ):
                if named in accounts:
                    answers[named] = None
        for error in errors:
            for named in sum((error.get("context") or {}).values(), []):
                if named in accounts:
                    answers[named] = _words(error)
        if len(changes) == 1 and errors and not answers:
            answers[changes[0].account_id] = _words(errors[0])
        return answers


def _read(body: bytes | str | None) -> dict:
    try:
        answer = json.loads(body or "{}")
    except ValueError:
        answer = None
    return answer if isinstance(answer, dict) else {"message": "no JSON"}


def _words(answer: dict) -> str:
    return str(answer.get("message") or answer.get("category") or "without a reason")
