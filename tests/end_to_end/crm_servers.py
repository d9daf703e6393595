"""Stand-ins for the APIs of Salesforce and HubSpot, that refuse what those refuse.

What they check is documented:
- Salesforce: developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/,
  pages datafiles_prepare_csv, bulk_api_2_0_line_ending_header, get_job_failed_results;
- HubSpot: developers.hubspot.com/docs/api-reference, batch update of companies, and
  developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines.
"""

import csv
import io
import json
import re
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

TOKEN = "token-that-nobody-may-see"
CLIENT_SECRET = "secret-that-nobody-may-see"


class Server:
    """A web server in a thread, and what was asked of it."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str]] = []
        self.records: dict[str, dict[str, str | None]] = {}
        """Fields of the accounts that the CRM has, by id."""
        self.refusals: list[tuple[int, dict[str, str]]] = []
        """Status and headers of the next answers, whatever is asked."""
        self.written: threading.Event | None = None
        """When given, set once data is written; the answer is then held back."""
        self.lock = threading.Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def _serve(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                with server.lock:
                    server.requests.append((self.command, self.path))
                    refusal = server.refusals.pop(0) if server.refusals else None
                    if refusal:
                        status, headers = refusal
                        content = b'{"message": "not now"}'
                    else:
                        status, content, headers = server.answer(
                            self.command, self.path, self.headers, body
                        )
                if server.written is not None and server.written.is_set():
                    time.sleep(60)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_PATCH = _serve

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def answer(self, method, path, headers, body) -> tuple[int, bytes, dict]:
        raise NotImplementedError

    @contextmanager
    def running(self):
        thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()


def _json(status: int, content: object) -> tuple[int, bytes, dict]:
    return status, json.dumps(content).encode(), {"Content-Type": "application/json"}


class SalesforceServer(Server):
    """Bulk API 2.0, ingest jobs only, and the token of an app."""

    JOBS = "/services/data/v67.0/jobs/ingest"

    def __init__(
        self,
        fields: dict[str, Callable[[str], str | None]],
        id_field: str,
        most_bytes: int = 100_000_000,
    ) -> None:
        """`fields` are the object's, each with what says why a text is not valid."""
        super().__init__()
        self.fields = fields
        self.id_field = id_field
        self.most_bytes = most_bytes
        self.jobs: list[dict] = []
        self.not_processed: set[str] = set()
        """Accounts that a job does not come to."""
        self.not_told: set[str] = set()
        """Accounts that no result names, as above the daily allowance."""

    def answer(self, method, path, headers, body):
        if path == "/services/oauth2/token":
            return self._token(body)
        if headers.get("Authorization") != f"Bearer {TOKEN}":
            return _json(
                401,
                [{"errorCode": "INVALID_SESSION_ID", "message": "Session expired"}],
            )
        if not path.startswith(self.JOBS):
            return _json(404, [{"errorCode": "NOT_FOUND", "message": path}])
        if (method, path) == ("POST", self.JOBS):
            return self._create(json.loads(body))
        number, _, what = path.removeprefix(self.JOBS + "/").partition("/")
        job = self.jobs[int(number)]
        if (method, what) == ("PUT", "batches"):
            return self._upload(job, headers, body)
        if (method, what) == ("PATCH", ""):
            return self._close(job, json.loads(body))
        if (method, what) == ("GET", ""):
            return self._poll(job)
        return 200, job[what].encode(), {"Content-Type": "text/csv; charset=UTF-8"}

    def _token(self, body):
        asked = parse_qs(body.decode())
        if asked != {
            "grant_type": ["client_credentials"],
            "client_id": ["app"],
            "client_secret": [CLIENT_SECRET],
        }:
            return _json(
                400,
                {
                    "error": "invalid_client",
                    "error_description": f"invalid {asked['client_secret'][0]}",
                },
            )
        return _json(200, {"access_token": TOKEN, "instance_url": self.url})

    def _create(self, asked):
        if (
            asked["object"] != "Account"
            or asked["contentType"] != "CSV"
            or asked["operation"] not in ("update", "upsert")
            or (asked["operation"] == "upsert")
            != (asked.get("externalIdFieldName") == self.id_field)
        ):
            return _json(400, [{"errorCode": "INVALIDJOB", "message": str(asked)}])
        job = {"id": str(len(self.jobs)), "state": "Open", "polls": 0, **asked}
        self.jobs.append(job)
        return _json(200, job)

    def _upload(self, job, headers, body):
        if len(body) > self.most_bytes:
            return _json(413, [{"errorCode": "LIMIT_EXCEEDED", "message": "too large"}])
        if job["state"] != "Open" or "data" in job:
            return _json(400, [{"errorCode": "INVALIDJOBSTATE", "message": "again"}])
        if headers["Content-Type"] != "text/csv; charset=UTF-8":
            return _json(400, [{"errorCode": "INVALIDJOB", "message": "no CSV"}])
        job["data"] = body.decode()
        return 201, b"", {}

    def _close(self, job, asked):
        if asked["state"] == "Aborted":
            job["state"] = "Aborted"
        else:
            job["state"] = "UploadComplete"
        return _json(200, {"id": job["id"], "state": job["state"]})

    def _poll(self, job):
        if job["state"] == "UploadComplete":
            job["state"] = "InProgress"
        elif job["state"] == "InProgress":
            self._process(job)
        shown = {name: job[name] for name in ("id", "state")}
        return _json(
            200,
            {
                **shown,
                "errorMessage": job.get("errorMessage"),
                "numberRecordsFailed": job.get("failed", 0),
                "numberRecordsProcessed": job.get("processed", 0),
            },
        )

    def _process(self, job):
        data = job["data"]
        endings = set(re.findall(r"\r?\n", data))
        if endings != {{"LF": "\n", "CRLF": "\r\n"}[job["lineEnding"]]}:
            job |= {
                "state": "Failed",
                "errorMessage": "InvalidBatch : LineEnding is invalid on user data",
            }
            return
        rows = list(csv.DictReader(io.StringIO(data, newline="")))
        unknown = set(rows[0]) - set(self.fields) - {self.id_field}
        if unknown:
            told = f"InvalidBatch : Field name not found : {unknown.pop()}"
            job |= {"state": "Failed", "errorMessage": told}
            return
        good, bad, left = [], [], []
        for row in rows:
            if row[self.id_field] in self.not_told:
                continue
            if row[self.id_field] in self.not_processed:
                left.append(row)
                continue
            error = self._error(row)
            if error:
                bad.append({"sf__Id": "", "sf__Error": error, **row})
                continue
            record = self.records[row[self.id_field]]
            for name in self.fields:
                if row[name]:  # an empty cell leaves the field as it is
                    record[name] = None if row[name] == "#N/A" else row[name]
            good.append({"sf__Id": "001", "sf__Created": "false", **row})
        job |= {
            "state": "JobComplete",
            "failed": len(bad),
            "processed": len(rows),
            "successfulResults": _csv(reversed(good)),  # order is not promised
            "failedResults": _csv(bad),
            "unprocessedRecords": _csv(left),
        }
        if self.written is not None:
            self.written.set()

    def _error(self, row):
        if row[self.id_field] not in self.records:
            return "REQUIRED_FIELD_MISSING:Required fields are missing: [Name]:Name --"
        for name, problem in self.fields.items():
            if row[name] and row[name] != "#N/A" and problem(row[name]):
                return f"{problem(row[name])}:{name} --"
        return None


def _csv(rows) -> str:
    rows = list(rows)
    if not rows:
        return ""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


class HubspotServer(Server):
    """Batch updates of companies, by a property with unique values."""

    def __init__(
        self,
        fields: dict[str, Callable[[str], str | None]],
        id_property: str,
        names_failures: bool = True,
    ) -> None:
        """Without `names_failures`, ids that are not known are left out silently."""
        super().__init__()
        self.fields = fields
        self.id_property = id_property
        self.names_failures = names_failures

    def answer(self, method, path, headers, body):
        if headers.get("Authorization") != f"Bearer {TOKEN}":
            return _json(401, {"message": "Authentication credentials not found"})
        if (method, path) != ("POST", "/crm/v3/objects/companies/batch/update"):
            return _json(404, {"message": f"no {method} {path}"})
        inputs = json.loads(body)["inputs"]
        if len(inputs) > 100:
            return _json(400, {"message": "too many inputs, the limit is 100"})
        for one in inputs:
            invalid = self._invalid(one)
            if invalid:  # one refuses all
                return _json(
                    400,
                    {
                        "status": "error",
                        "category": "VALIDATION_ERROR",
                        "message": f"Property values were not valid: {invalid}",
                    },
                )
        known = [one for one in inputs if one["id"] in self.records]
        for one in known:
            self.records[one["id"]] |= {
                name: value or None for name, value in one["properties"].items()
            }
        if self.written is not None:
            self.written.set()
        missing = [one["id"] for one in inputs if one["id"] not in self.records]
        answer = {
            "status": "COMPLETE",
            "results": [{"id": "512", "properties": {}} for _ in known],
        }
        if not missing:
            return _json(200, answer)
        if self.names_failures:
            answer["results"] = [
                {"id": "512", "objectWriteTraceId": one["objectWriteTraceId"]}
                for one in known
            ]
            answer["numErrors"] = 1
            answer["errors"] = [
                {
                    "status": "error",
                    "category": "OBJECT_NOT_FOUND",
                    "message": "Could not get some COMPANY objects",
                    "context": {"ids": missing},
                }
            ]
        return _json(207, answer)

    def _invalid(self, one):
        if one.get("idProperty") != self.id_property:
            return f"no unique property {one.get('idProperty')}"
        for name, value in one["properties"].items():
            if name not in self.fields:
                return f'[{{"error": "PROPERTY_DOESNT_EXIST", "name": "{name}"}}]'
            if value and self.fields[name](value):
                return f'[{{"error": "{self.fields[name](value)}", "name": "{name}"}}]'
        return None
