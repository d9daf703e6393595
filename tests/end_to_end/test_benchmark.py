"""The benchmark still runs, and its figures mean what they say."""

import sys

import pytest
from customer_health.benchmark import ratio
from customer_health.benchmark_report import (
    BEGIN,
    END,
    markdown,
    put_into_readme,
)
from customer_health.measure import PHASES, measured, shared_seconds


@pytest.mark.parametrize("measurement", ["year", "daily"])
def test_the_benchmark_measures(benchmarked, measurement):
    """A year in miniature, in two runs of dbt, and a day on top of it: every phase took
    time, and together they took as long as the whole. Catches a change of the build, of
    dbt's files or of the folders of models that the benchmark does not know."""
    results = benchmarked["measurements"][measurement]
    (samples,) = results["samples"].values()
    (sample,) = samples
    assert sample["runs_of_dbt"] == {"year": 2, "daily": 1}[measurement]
    assert set(sample["phases"]) == set(PHASES)
    assert all(seconds > 0 for seconds in sample["phases"].values()), sample["phases"]
    assert sum(sample["phases"].values()) == pytest.approx(sample["seconds"])
    assert 0 < sample["model_seconds"] < sample["seconds"]


def test_the_daily_run_goes_on_from_the_first_build(benchmarked):
    """The day is added to the history of the same size that the first build left: it
    has a few more account-days. Catches a daily run that
    builds all days, or that finds none to add."""
    account_days = {
        name: samples[0]["account_days"]
        for name, results in benchmarked["measurements"].items()
        for samples in results["samples"].values()
    }
    assert account_days["year"] < account_days["daily"] < account_days["year"] * 1.2


def test_nodes_that_run_side_by_side_share_the_clock():
    """Catches time that is counted twice, or lost in a pause."""
    shares = shared_seconds([("one", 0, 4), ("other", 2, 6), ("one", 10, 11)])
    assert shares == {"one": 2 + 1 + 1, "other": 1 + 2}


def test_memory_is_that_of_all_processes_of_a_command():
    """A child that holds 200 MB, begun by a command that holds little."""
    child = "import time; held = bytes(10**6) * 200; time.sleep(1)"
    parent = (
        f"import subprocess, sys; subprocess.run([sys.executable, '-c', '{child}'])"
    )
    taken = measured([sys.executable, "-c", parent], tell=print)
    if taken["peak_bytes"] is None:
        pytest.skip("no /proc on this system")
    assert 200e6 < taken["peak_bytes"] < 400e6
    assert taken["seconds"] > 1


@pytest.mark.parametrize(("slower", "is_met"), [(1.0, True), (1.2, False)])
def test_ratios_are_told_with_their_target(slower, is_met):
    """The median of pairs, not the ratio of medians; met and missed are told apart."""
    sample = {"others_share": 0.0}
    found = ratio(
        "Long over short",
        [{"model_seconds": slower * seconds} for seconds in (2.0, 30.0, 4.0)],
        [{"model_seconds": seconds} for seconds in (2.0, 10.0, 8.0)],
        target=1.1,
    )
    text = markdown(
        {
            "machine": {},
            "measurements": {
                "history": {
                    "title": "History",
                    "columns": ["seconds"],
                    "rows": [],
                    "ratios": [found],
                    "samples": {"one": [sample]},
                    "command": "scripts/benchmark history",
                    "date": "2026-06-30",
                    "commit": "abc",
                    "load": 0.0,
                }
            },
        }
    )
    assert f"**{slower:.2f}**" in text
    assert f"target at most 1.1: {'met' if is_met else 'missed'}" in text
    assert "not quiet" not in text


def test_the_readme_keeps_what_stands_around_the_results(tmp_path):
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    put_into_readme("new\n", readme)
    assert readme.read_text() == f"before\n{BEGIN}\n\nnew\n\n{END}\nafter\n"
    readme.write_text("no marks\n")
    with pytest.raises(ValueError):
        put_into_readme("new\n", readme)
    assert readme.read_text() == "no marks\n"
