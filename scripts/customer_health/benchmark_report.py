"""The results of scripts/benchmark as Markdown, with the machine they are from."""

import os
import platform
import subprocess
from datetime import date
from importlib.metadata import version
from pathlib import Path
from statistics import median

import duckdb

from customer_health.dbt import PROJECT

BEGIN = "<!-- scripts/benchmark --readme writes from here -->"
END = "<!-- to here -->"
# of a load average, and of all processors: what an idle machine does for itself
QUIET_LOAD = 0.5
QUIET_SHARE = 0.05


def machine() -> dict[str, object]:
    """What results depend on besides the project: those of others are not kept."""
    with duckdb.connect() as connection:
        (limit,) = connection.execute(
            "select current_setting('memory_limit')"
        ).fetchone()
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "processors": f"{os.cpu_count()} × {_processor()}",
        "memory": f"{memory / 1e9:.0f} GB, of which DuckDB may use {limit}",
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
        "commit": _git("rev-parse", "--short", "HEAD")
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
    """All measurements, each with its table and ratios."""
    parts = [
        ", ".join(
            f"{name} {value}" if name not in ("processors", "system") else str(value)
            for name, value in results["machine"].items()
        )
        + "."
    ]
    for measurement in results["measurements"].values():
        parts += [
            f"**{measurement['title']}**",
            _table(measurement["columns"], measurement["rows"]),
            *(
                "\n".join(f"- {_told(ratio)}" for ratio in measurement["ratios"])
                for _ in [0]
                if measurement.get("ratios")
            ),
            _circumstances(measurement),
        ]
    return "\n\n".join(parts) + "\n"


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


def _told(ratio: dict) -> str:
    """A ratio in a sentence, and whether it meets its target."""
    pairs = ratio["pairs"]
    said = f"{ratio['what']}: **{median(pairs):.2f}**"
    if len(pairs) > 1:
        said += f" (median of {len(pairs)} pairs, {min(pairs):.2f} to {max(pairs):.2f})"
    if ratio["target"]:
        is_met = median(pairs) <= ratio["target"]
        said += f", target at most {ratio['target']:g}: {'met' if is_met else 'missed'}"
    return said


def _circumstances(measurement: dict) -> str:
    """Command, date and commit, and whether the machine did anything else."""
    samples = [one for of in measurement["samples"].values() for one in of]
    others = [one["others_share"] for one in samples if one["others_share"] is not None]
    said = "`{command}` on {date}, commit {commit}".format(**measurement)
    said += f", load {measurement['load']:.2f} at the start"
    if others:
        said += f"; other programs used at most {max(others):.0%} of the processors"
    if measurement["load"] > QUIET_LOAD or max(others, default=0) > QUIET_SHARE:
        said += (
            ". **The machine was not quiet**: figures are too high, ratios uncertain"
        )
    return f"{said}."


def put_into_readme(text: str, readme: Path) -> None:
    """Replaces what stands between the two marks. Raises ValueError without them."""
    before, _, rest = readme.read_text().partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError(f"{readme} lacks the lines\n{BEGIN}\n{END}")
    readme.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}")
