"""The results of scripts/benchmark as Markdown, with the machine they are from."""

import os
import platform
import subprocess
from collections.abc import Collection, Iterable
from datetime import date
from importlib.metadata import version
from pathlib import Path
from statistics import median

import duckdb
import yaml

from customer_health.dbt import PROJECT

BEGIN = "<!-- scripts/benchmark --readme writes from here -->"
END = "<!-- to here -->"
# of a load average, and of all processors: what an idle machine does for itself
QUIET_LOAD = 0.5
QUIET_SHARE = 0.05
# the measurements whose times are in the README
SUMMARISED = ("daily", "year")


def machine() -> dict[str, object]:
    """What results depend on besides the project: those of others are not kept."""
    profile = yaml.safe_load((PROJECT / "profiles.yml").read_text())
    session = profile["customer_health"]["outputs"]["duckdb"]
    with duckdb.connect() as connection:
        (limit,) = connection.execute(
            "select current_setting('memory_limit')"
        ).fetchone()
    limit = session.get("settings", {}).get("memory_limit", limit)
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "processors": f"{os.cpu_count()} × {_processor()}",
        "memory": f"{memory / 1e9:.0f} GB, of which DuckDB may use {limit}",
        "dbt threads": session["threads"],
        "system": f"{_system()}, {platform.machine()}",
        "python": platform.python_version(),
        **{name: version(name) for name in ("dbt-core", "dbt-duckdb", "duckdb")},
    }


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return f"{platform.system()} {platform.release()}"


def stamp() -> dict[str, object]:
    """When and of what a measurement is: date, commit, load of the machine before."""
    return {
        "date": str(date.today()),
        "commit": (_git("rev-parse", "--short", "HEAD") or "unknown")
        + (" with changes" if _git("status", "--porcelain", "-uno") else ""),
        "load": os.getloadavg()[0],
    }


def _git(*arguments: str) -> str:
    """What git says; nothing in a copy of the project without its repository."""
    said = subprocess.run(
        ["git", *arguments], cwd=PROJECT, capture_output=True, text=True
    )
    return said.stdout.strip() if said.returncode == 0 else ""


def markdown(results: dict) -> str:
    """All measurements, each with its table, its ratios and how it came about."""
    parts = ["# How fast", _machine(results)]
    for measurement in results["measurements"].values():
        parts += [
            f"## {measurement['title']}",
            _table(measurement["columns"], measurement["rows"]),
            _ratios([measurement]),
            _circumstances(measurement),
        ]
    return "\n\n".join(part for part in parts if part) + "\n"


def summary(results: dict) -> str:
    """The builds that everybody waits for in a table, and the ratios of all."""
    known = results["measurements"]
    rows = [
        [
            f"{known[name]['title']}: {label}",
            *(
                median(one[figure] for one in samples)
                for figure in ("seconds", "model_seconds")
            ),
            gigabytes(samples),
        ]
        for name in SUMMARISED
        if name in known
        for label, samples in known[name]["samples"].items()
    ]
    parts = [
        _table(["", "seconds", "of which models", "peak memory, GB"], rows),
        _ratios(known.values()),
        _reservations(known.values()),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def gigabytes(samples: list[dict]) -> float | None:
    """The highest peak memory of samples; None where it could not be measured."""
    peaks = [one["peak_bytes"] for one in samples if one["peak_bytes"]]
    return max(peaks) / 1e9 if peaks else None


def _machine(results: dict) -> str:
    """The machine in a sentence."""
    return "; ".join(f"{name}: {value}" for name, value in results["machine"].items())


def _table(columns: list[str], rows: list[list]) -> str:
    lines = [
        " | ".join(columns),
        " | ".join(["---", *["---:"] * (len(columns) - 1)]),
        *(" | ".join(_figure(value) for value in row) for row in rows),
    ]
    return "\n".join(f"| {line} |" for line in lines)


def _figure(value: object) -> str:
    """A value of a table; a number with three digits or all before the point."""
    if value is None:
        return "unknown"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.{2 if value < 10 else 1 if value < 100 else 0}f}"
    return str(value)


def _ratios(measurements: Iterable[dict]) -> str:
    """A line per ratio, with its target met or missed, and per note."""
    return "\n".join(
        f"- {line}"
        for measurement in measurements
        for line in (
            *map(_told, measurement.get("ratios", [])),
            *measurement.get("notes", []),
        )
    )


def _told(ratio: dict) -> str:
    pairs = ratio["pairs"]
    said = f"{ratio['what']}: **{median(pairs):.2f}**"
    if len(pairs) > 1:
        said += f" (median of {len(pairs)} pairs, {min(pairs):.2f} to {max(pairs):.2f})"
    if ratio["target"]:
        is_met = median(pairs) <= ratio["target"]
        said += f", target at most {ratio['target']:g}: {'met' if is_met else 'missed'}"
    return said


def _circumstances(measurement: dict) -> str:
    """Command, date, commit, and whether the machine did anything else."""
    return (
        "`{command}` on {date}, commit {commit}, load {load:.2f} before; ".format(
            **measurement
        )
        + f"{_quietness(measurement)}."
    )


def _reservations(measurements: Collection[dict]) -> str:
    """How many of the measurements were disturbed, in a sentence."""
    disturbed = sum(not _is_quiet(one) for one in measurements)
    return (
        f"On {disturbed} of {len(measurements)} measurements others used the machine"
        " too, so that times are too long and ratios uncertain; docs/benchmark.md"
        " says which, on what machine and of which commit."
    )


def _most_used_by_others(measurement: dict) -> float:
    """The largest share of the processors that other programs had."""
    shares = [
        one["others_share"]
        for samples in measurement["samples"].values()
        for one in samples
        if one["others_share"] is not None
    ]
    return max(shares, default=0)


def _is_quiet(measurement: dict) -> bool:
    return (
        measurement["load"] <= QUIET_LOAD
        and _most_used_by_others(measurement) <= QUIET_SHARE
    )


def _quietness(measurement: dict) -> str:
    if _is_quiet(measurement):
        return "the machine was quiet"
    return (
        "**the machine was not quiet**, others used up to"
        f" {_most_used_by_others(measurement):.0%} of the processors: times are too"
        " long, ratios uncertain"
    )


def put_into_readme(text: str, readme: Path, begin: str = BEGIN) -> None:
    """Replaces what stands between the two marks. Raises ValueError without them."""
    before, _, rest = readme.read_text().partition(begin)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError(f"{readme} lacks the lines\n{begin}\n{END}")
    readme.write_text(f"{before}{begin}\n\n{text}\n{END}{after}")
