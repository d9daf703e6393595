"""Writes raw tables to files, and soils them on purpose.

A table is a dictionary of `Column`s of equal length. Clean rows come from the
generators; this module adds what every real extract has: `updated_at`,
`_loaded_at` and `is_deleted`, late and doubled rows, older versions of a
record, soft-deleted records, and rows that cannot be used. It counts what it
added, per table and kind, for `_truth/truth.json`.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np

LATE_SHARE = 0.01
DOUBLED_SHARE = 0.002
OLDER_VERSION_SHARE = 0.02
SOFT_DELETED_SHARE = 0.003
DIRTY_SHARE = 0.005
SMALLEST_SOILED_TABLE = 100  # below this, a table stays clean

UNREADABLE_DATES = ("31.02.2025", "n/a")
FAR_FUTURE = "2199-06-15 12:00:00"


def random_generator(seed: int, name: str, chunk: int = 0) -> np.random.Generator:
    """A generator of its own per table and chunk, so that tables are independent."""
    return np.random.default_rng([seed, zlib.crc32(name.encode()), chunk])


@dataclass(frozen=True)
class Column:
    """Values of one column, and the SQL that turns them into what is written.

    `template` is SQL with `{}` in place of the values' name.
    """

    values: np.ndarray
    template: str = "{}"
    is_enum: bool = False

    def sql(self, name: str, as_text: bool) -> str:
        expression = self.template.format(f'"{name}"')
        return f"cast({expression} as varchar)" if as_text else expression

    def take(self, rows: np.ndarray) -> Column:
        return Column(self.values[rows], self.template, self.is_enum)


def identifier(prefix: str, numbers: np.ndarray, width: int = 6) -> Column:
    """Ids such as `acct_000042`; a negative number is null."""
    return Column(
        np.asarray(numbers),
        f"case when {{0}} >= 0 then '{prefix}_' || lpad({{0}}::varchar, "
        f"greatest({width}, length({{0}}::varchar))::integer, '0') end",
    )


def label(labels: Sequence[str], codes: np.ndarray, is_enum: bool = True) -> Column:
    """Words from a list, by position; a negative code is null."""
    quoted = ", ".join("'" + word.replace("'", "''") + "'" for word in labels)
    codes = np.asarray(codes).astype(np.int16)
    return Column(codes, f"[{quoted}][{{}} + 1]", is_enum)


def moment(values: np.ndarray) -> Column:
    """UTC timestamps; NaT is null."""
    return Column(values.astype("datetime64[s]"), "cast({} as timestamp)")


def day(values: np.ndarray) -> Column:
    """Dates; NaT is null."""
    return Column(values.astype("datetime64[s]"), "cast({} as date)")


def number(values: np.ndarray, decimals: int = 2) -> Column:
    """Decimal numbers; NaN is null."""
    return Column(np.round(np.asarray(values, dtype=np.float64), decimals))


def whole(values: np.ndarray, null_below: int | None = None) -> Column:
    """Whole numbers, null where they are below `null_below`."""
    template = (
        "{}" if null_below is None else f"nullif({{0}}, least({{0}}, {null_below - 1}))"
    )
    return Column(np.asarray(values).astype(np.int64), template)


def flag(values: np.ndarray) -> Column:
    return Column(np.asarray(values, dtype=bool))


def text(values: Sequence[str] | np.ndarray) -> Column:
    """Free text; an empty text is null."""
    return Column(np.asarray(values, dtype=object), "nullif({}, '')")


def quoted(path: Path) -> str:
    """A path as it stands between quotes in SQL."""
    return str(path).replace("'", "''")


@dataclass
class Dirt:
    """One kind of unusable or untidy row.

    `sql` replaces what `column` would hold; `{}` in it stands for that. In place
    means that a clean row is changed and stays usable; otherwise an altered copy
    with a key of its own is appended, so that no clean row is lost.
    """

    kind: str
    column: str
    sql: str
    in_place: bool = False
    only_rows: np.ndarray | None = None


@dataclass
class Table:
    """One raw table.

    key: the column that alone identifies a record, or none.
    happened: the column of the fact that made the row arrive.
    changed: last change of each row, for `updated_at`; none = rows never change.
    unknown_at_first: columns that an older version of a record did not have yet.
    arrives_after: days between what `happened` says and the row's arrival.
    orphans: column that gets ids that do not exist, and none at all.
    is_clean: whether the table is left without dirt.
    """

    source: str
    name: str
    columns: dict[str, Column]
    key: str | None = None
    happened: str | None = None
    changed: np.ndarray | None = None
    unknown_at_first: tuple[str, ...] = ()
    arrives_after: int = 0
    orphans: str | None = "account_id"
    dirt: list[Dirt] = field(default_factory=list)
    is_clean: bool = False

    @property
    def path(self) -> str:
        return f"{self.source}.{self.name}"

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())).values)


def latest(*moments: np.ndarray) -> np.ndarray:
    """The latest of several arrays of moments, skipping NaT. Shape as given."""
    return np.fmax.reduce([values.astype("datetime64[s]") for values in moments])


class RawWriter:
    """Writes tables below `folder`, and remembers rows per table and dirt per kind."""

    def __init__(
        self,
        folder: Path,
        seed: int,
        end_date: np.datetime64,
        on_written: Callable[[str], None],
    ) -> None:
        self.folder = folder
        self.seed = seed
        self.end = (end_date + 1).astype("datetime64[s]") - 1
        self.on_written = on_written
        self.connection = duckdb.connect()
        self.connection.execute("set threads = 2")
        self.rows: dict[str, int] = {}
        self.dirty_rows: dict[str, dict[str, int]] = {}

    def write_csv(self, table: Table) -> None:
        path = self.folder / table.source / f"{table.name}.csv"
        self._write(table, path, "format csv, header", chunk=0, as_text=True)
        self.on_written(table.path)

    def write_parquet(self, table: Table, chunk: int, chunks: int) -> None:
        path = self.folder / table.source / table.name
        path = (
            path / f"part-{chunk + 1:04d}.parquet"
            if chunks > 1
            else path.with_suffix(".parquet")
        )
        self._write(
            table, path, "format parquet, compression zstd", chunk, as_text=False
        )
        self.on_written(table.path)

    def _write(
        self,
        table: Table,
        path: Path,
        options: str,
        chunk: int,
        as_text: bool,
    ) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        generator = random_generator(self.seed, f"{table.path} soil", chunk)
        self._add_bookkeeping(table, generator)
        counts = self.dirty_rows.setdefault(table.path, {})
        dirt = (
            []
            if table.is_clean or len(table) < SMALLEST_SOILED_TABLE
            else _all_dirt(table)
        )
        base_marks, extra_rows, extra_marks, marks = self._soil(
            table, dirt, generator, counts
        )

        base = {name: column.values for name, column in table.columns.items()}
        base["_mark"] = base_marks
        base["_copy"] = np.zeros(len(table), dtype=np.int8)
        extra = {
            name: column.values[extra_rows] for name, column in table.columns.items()
        }
        extra["_mark"] = extra_marks
        extra["_copy"] = np.arange(len(extra_rows))
        self.connection.register("base", base)
        self.connection.register("extra", extra)
        # the large branch only needs what is changed in place
        in_place = {code: entry for code, entry in marks.items() if entry[0].in_place}
        self.connection.execute(
            f"copy (select {self._select(table, in_place, as_text)} from base "
            f"union all select {self._select(table, marks, as_text)} from extra) "
            f"to '{quoted(path)}' ({options})"
        )
        self.connection.unregister("base")
        self.connection.unregister("extra")
        self.rows[table.path] = (
            self.rows.get(table.path, 0) + len(table) + len(extra_rows)
        )

    def _add_bookkeeping(self, table: Table, generator: np.random.Generator) -> None:
        """Adds updated_at, _loaded_at and is_deleted where they make sense."""
        if table.happened is None:
            return
        rows = len(table)
        happened = table.columns[table.happened].values + np.timedelta64(
            table.arrives_after, "D"
        )
        delay = generator.integers(60, 5 * 3600, rows, dtype=np.int32)
        late = np.flatnonzero(generator.random(rows, dtype=np.float32) < LATE_SHARE)
        delay[late] = generator.integers(86_400, 10 * 86_400, len(late), dtype=np.int32)
        loaded = np.fmin(happened + delay.astype("timedelta64[s]"), self.end)
        counts = self.dirty_rows.setdefault(table.path, {})
        counts["late"] = counts.get("late", 0) + len(late)
        if table.changed is not None:
            changed = table.changed.astype("datetime64[s]")
            changed = np.where(np.isnat(changed), happened, np.fmax(changed, happened))
            changed = changed + generator.integers(60, 7200, rows).astype(
                "timedelta64[s]"
            )
            table.columns["updated_at"] = moment(np.fmin(changed, self.end))
            table.columns["is_deleted"] = flag(np.zeros(rows, dtype=bool))
        table.columns["_loaded_at"] = moment(loaded)

    def _soil(
        self,
        table: Table,
        dirt: list[Dirt],
        generator: np.random.Generator,
        counts: dict[str, int],
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, dict[int, list[Dirt]]]:
        """Chooses rows to alter and rows to copy.

        Returns the mark of each clean row, the rows to copy, the mark of each
        copy, and for each mark (a small number, 0 = unaltered) its alterations.
        """
        rows = len(table)
        base_marks = np.zeros(rows, dtype=np.int8)
        extra_rows: list[np.ndarray] = []
        extra_marks: list[np.ndarray] = []
        marks: dict[int, list[Dirt]] = {}

        def copy(kind: str, chosen: np.ndarray, alterations: list[Dirt]) -> None:
            mark = len(marks) + 1 if alterations else 0
            if alterations:
                marks[mark] = alterations
            extra_rows.append(chosen)
            extra_marks.append(np.full(len(chosen), mark, dtype=np.int8))
            counts[kind] = counts.get(kind, 0) + len(chosen)

        share = DIRTY_SHARE / max(1, len(dirt))
        for entry in dirt:
            eligible = (
                np.arange(rows)
                if entry.only_rows is None
                else np.flatnonzero(entry.only_rows)
            )
            if len(eligible) == 0:
                continue
            wanted = min(len(eligible), max(1, round(share * rows)))
            chosen = generator.choice(eligible, wanted, replace=False)
            if not entry.in_place:
                fresh = [] if table.key in (None, entry.column) else [_fresh_key(table)]
                copy(entry.kind, chosen, [entry, *fresh])
            else:
                chosen = chosen[base_marks[chosen] == 0]
                mark = len(marks) + 1
                marks[mark] = [entry]
                base_marks[chosen] = mark
                counts[entry.kind] = counts.get(entry.kind, 0) + len(chosen)

        if rows >= SMALLEST_SOILED_TABLE and not table.is_clean and table.happened:
            copy(
                "doubled",
                self._some(
                    np.flatnonzero(base_marks == 0), rows * DOUBLED_SHARE, generator
                ),
                [],
            )
            if table.changed is not None and table.key:
                self._add_versions(table, rows, base_marks, generator, copy)
        empty = np.zeros(0, dtype=np.int64)
        return (
            base_marks,
            np.concatenate([empty, *extra_rows]),
            np.concatenate([empty.astype(np.int8), *extra_marks]),
            marks,
        )

    @staticmethod
    def _some(
        eligible: np.ndarray, wanted: float, generator: np.random.Generator
    ) -> np.ndarray:
        size = min(len(eligible), max(1, round(wanted)))
        return generator.choice(eligible, size, replace=False)

    def _add_versions(
        self,
        table: Table,
        rows: int,
        base_marks: np.ndarray,
        generator: np.random.Generator,
        copy: Callable[[str, np.ndarray, list[Dirt]], None],
    ) -> None:
        """Older versions of records, and soft-deleted records (some once alive)."""
        first_seen = Dirt("", "updated_at", f'cast("{table.happened}" as timestamp)')
        older = [Dirt("", column, "null") for column in table.unknown_at_first]
        updated = (
            table.columns["updated_at"].values > table.columns[table.happened].values
        )
        chosen = self._some(
            np.flatnonzero(updated & (base_marks == 0)),
            rows * OLDER_VERSION_SHARE,
            generator,
        )
        copy("older_version", chosen, [first_seen, *older])
        chosen = self._some(
            np.flatnonzero(updated), rows * SOFT_DELETED_SHARE, generator
        )
        # the key is made from the row's values, so both versions get the same one
        key = Dirt("", table.key, "{} || 'd'")
        copy("soft_deleted", chosen, [Dirt("", "is_deleted", "true"), key])
        copy("soft_deleted_once_alive", chosen[::2], [first_seen, key])

    @staticmethod
    def _select(
        table: Table,
        marks: dict[int, list[Dirt]],
        as_text: bool,
    ) -> str:
        """The select list: each column as written, with its marks' replacements."""
        parts = []
        for name, column in table.columns.items():
            plain = column.sql(name, as_text)
            cases = ""
            for mark, alterations in marks.items():
                for alteration in alterations:
                    if alteration.column == name:
                        value = alteration.sql.replace("{}", plain)
                        value = f"cast({value} as varchar)" if as_text else value
                        cases += f" when {mark} then {value}"
            parts.append(
                f'case _mark{cases} else {plain} end as "{name}"'
                if cases
                else f'{plain} as "{name}"'
            )
        return ", ".join(parts)


def _fresh_key(table: Table) -> Dirt:
    return Dirt("", table.key, "{} || 'x' || _copy")


def _all_dirt(table: Table) -> list[Dirt]:
    """The table's own dirt, and the kinds that follow from its columns."""
    dirt = list(table.dirt)
    if table.key:
        dirt.append(Dirt("missing_key", table.key, "null"))
    if table.orphans in table.columns:
        if table.orphans != table.key and table.name != "market_events":
            dirt.append(Dirt("missing_account", table.orphans, "null"))
        prefix = "opp" if table.orphans == "opportunity_id" else "acct"
        if table.orphans != table.key:
            dirt.append(Dirt("orphan", table.orphans, f"'{prefix}_orphan_' || _copy"))
    is_text = table.path not in ("usage.events", "marketing.touches")
    if table.happened:
        if is_text:
            for position, written in enumerate(UNREADABLE_DATES):
                dirt.append(
                    Dirt(
                        f"unreadable_date_{position + 1}",
                        table.happened,
                        f"'{written}'",
                    )
                )
        dirt.append(
            Dirt("far_future_date", table.happened, f"timestamp '{FAR_FUTURE}'")
        )
    for name, column in table.columns.items():
        if column.is_enum:
            known = column.values >= 0
            unknown = "'Critical!'" if name == "priority" else "'to be confirmed'"
            dirt.append(Dirt(f"unknown_value_{name}", name, unknown, True, known))
            dirt.append(
                Dirt(
                    f"padded_{name}",
                    name,
                    "'  ' || upper(substr({}, 1, 1)) || substr({}, 2) || ' '",
                    True,
                    known,
                )
            )
            dirt.append(Dirt(f"upper_case_{name}", name, "upper({})", True, known))
    return dirt
