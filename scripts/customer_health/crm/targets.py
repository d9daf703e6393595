"""What a CRM gets, by seeds/crm_targets.csv and seeds/crm_fields.csv."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from customer_health.crm import CannotPush

NUMBERS = ("number", "percent")
LINE_ENDINGS = {"LF": "\n", "CRLF": "\r\n"}
# The day of the values moves every night: it is sent, but it is no change.
DATE_COLUMN = "snapshot_date"

# Field by field what the CRM gets; None clears a field.
Fields = dict[str, str | None]


@dataclass(frozen=True)
class Field:
    """A field of the CRM and the column that it is written from."""

    column: str
    name: str
    label: str
    kind: str
    max_length: int | None
    decimals: int | None
    scale: Decimal
    not_scored: str | None
    """What is written for an account that is in scope no longer; None clears it."""

    @property
    def is_number(self) -> bool:
        return self.kind in NUMBERS

    def text(self, value: object) -> str | None:
        """A value as the CRM reads it."""
        if value is None:
            return None
        if self.is_number:
            number = Decimal(str(value)) * self.scale
            if self.decimals is not None:
                number = number.quantize(
                    Decimal(1).scaleb(-self.decimals), ROUND_HALF_UP
                )
            return f"{number if number else abs(number):f}"  # no -0.0
        if isinstance(value, date):
            return value.isoformat()
        # a line break or a null character in a text would be one in the CSV as well
        words = " ".join(str(value).replace("\0", " ").split())
        return shortened(words, self.max_length) or None


@dataclass(frozen=True)
class Target:
    """A CRM, and the fields of its accounts that are written."""

    name: str
    object: str
    id_field: str
    operation: str
    api_version: str
    rows_per_request: int
    line_ending: str
    most_retries: int
    most_gone_share: float
    fields: tuple[Field, ...]

    @property
    def columns(self) -> list[str]:
        """Columns of the mart that are sent."""
        return [field.column for field in self.fields]

    def row(self, values: Mapping[str, object]) -> Fields:
        """What is written for an account with these values by column."""
        return {field.name: field.text(values[field.column]) for field in self.fields}

    def not_scored(self, as_of: date) -> Fields:
        """What is written for an account that is in scope no longer."""
        return {
            field.name: as_of.isoformat()
            if field.column == DATE_COLUMN
            else field.not_scored
            for field in self.fields
        }

    def without_date(self, fields: Fields) -> Fields:
        """What decides whether something has changed."""
        dates = {field.name for field in self.fields if field.column == DATE_COLUMN}
        return {name: text for name, text in fields.items() if name not in dates}


def shortened(text: str, most: int | None) -> str:
    """A text of at most so many characters, cut after a word where there is one."""
    if most is None or len(text) <= most:
        return text
    head = text[: most - 3]
    at_word = head.rsplit(" ", 1)[0]
    return (at_word if len(at_word) > most // 2 else head) + "..."


def read_target(seeds: Path, name: str) -> Target:
    """A target of the seeds. Raises CannotPush when they cannot be right."""
    targets = {row["target"]: row for row in _rows(seeds / "crm_targets.csv")}
    if name not in targets:
        raise CannotPush(f"seeds/crm_targets.csv has no target {name}.")
    row = targets[name]
    fields = tuple(
        Field(
            column=field["column_name"],
            name=field["field"],
            label=field["label"],
            kind=field["field_type"],
            max_length=_integer(field["max_length"]),
            decimals=_integer(field["decimals"]),
            scale=Decimal(field["scale"] or "1"),
            not_scored=field["not_scored"] or None,
        )
        for field in _rows(seeds / "crm_fields.csv")
        if field["target"] == name
    )
    target = Target(
        name=name,
        object=row["object"],
        id_field=row["id_field"],
        operation=row["operation"],
        api_version=row["api_version"],
        rows_per_request=int(row["rows_per_request"]),
        line_ending=row["line_ending"],
        most_retries=int(row["most_retries"]),
        most_gone_share=float(row["most_gone_share"]),
        fields=fields,
    )
    _check(target)
    return target


def _check(target: Target) -> None:
    names = [target.id_field, *(field.name for field in target.fields)]
    twice = sorted({name for name in names if names.count(name) > 1})
    problems = {
        "has no field": not target.fields,
        f"writes {', '.join(twice)} more than once": bool(twice),
        "needs operation update or upsert": target.operation
        not in ("update", "upsert"),
        "needs line_ending LF or CRLF": target.line_ending not in LINE_ENDINGS,
        "needs at least one row per request": target.rows_per_request < 1,
        "can have at most 100 rows per request": target.name == "hubspot"
        and target.rows_per_request > 100,
        "can update by Id only: another field needs upsert": target.name == "salesforce"
        and target.operation == "update"
        and target.id_field != "Id",
    }
    for problem, is_so in problems.items():
        if is_so:
            raise CannotPush(
                f"In seeds/crm_targets.csv and crm_fields.csv, {target.name} {problem}."
            )


def _integer(text: str) -> int | None:
    return int(text) if text else None


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
