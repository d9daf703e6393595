"""The catalogue of signals says what the seeds say."""

import shutil

import pytest
from customer_health.signal_catalogue import CATALOGUE, catalogue
from laboratory import PROJECT


@pytest.fixture
def project(tmp_path):
    """A copy of what the catalogue is made from, to be changed."""
    for folder in ("seeds", "models/staging"):
        shutil.copytree(PROJECT / folder, tmp_path / folder)
    return tmp_path


def change(project, seed, before, after):
    file = project / "seeds" / f"{seed}.csv"
    text = file.read_text()
    assert text.count(before) == 1
    file.write_text(text.replace(before, after))


def row_of(signal, text):
    (row,) = [line for line in text.splitlines() if line.startswith(f"| `{signal}` |")]
    return row


def test_the_file_in_the_repository_is_current():
    """Catches a seed that was changed without scripts/generate_signal_catalogue."""
    assert (PROJECT / CATALOGUE).read_text() == catalogue(), (
        "run scripts/generate_signal_catalogue"
    )


def test_knots_and_weight_are_those_of_the_latest_published_version(project):
    """Another version of the scorecard shows, and one that is no more than a candidate
    does not. Catches a catalogue of the first version for ever."""
    version_1 = "default,1,login_days_28d,20,linear,2,10,18,,,redistribute\n"
    for version, weight in ((2, 33), (3, 77)):
        change(
            project,
            "scorecard_signals",
            version_1,
            version_1
            + f"default,{version},login_days_28d,{weight},linear,1,2,3,4,5,neutral\n",
        )
        change(
            project,
            "scorecard_dimensions",
            "default,1,adoption,24\n",
            f"default,1,adoption,24\ndefault,{version},adoption,50\n",
        )
    with (project / "seeds" / "scorecards.csv").open("a") as file:
        selectors = "," * 7
        for version, status in ((2, "published"), (3, "candidate")):
            file.write(
                f"default,{version},0,{selectors},2030-01-01,,{status},0.4,me,why\n"
            )
    row = row_of("login_days_28d", catalogue(project))
    assert "| days | more | 1 / 2 / 3 to 4, 0 from 5 | 33 (100.0) | neutral |" in row
    assert "not in default" in row_of("arr", catalogue(project))


def test_a_signal_without_weight_is_watched(project):
    """It is counted among the signals, not among those that count."""
    weighted = "default,1,login_days_28d,20,"
    assert "| watched |" not in row_of("login_days_28d", catalogue(project))
    before = catalogue(project).split(" count** in version")[0]
    change(project, "scorecard_signals", weighted, "default,1,login_days_28d,0,")
    after = catalogue(project).split(" count** in version")[0]
    assert "| watched |" in row_of("login_days_28d", catalogue(project))
    assert int(before.rsplit("**", 1)[1]) == int(after.rsplit("**", 1)[1]) + 1


def test_the_names_that_people_read_are_there(project):
    """Catches a catalogue that knows a signal by its id alone."""
    assert "| `login_days_28d` | Days with use | Days of the last 28" in catalogue(
        project
    )
    change(project, "signals", "login_days_28d,Days with use,", "login_days_28d,Use,")
    assert "| `login_days_28d` | Use | " in catalogue(project)


def test_every_signal_is_there_once():
    """Catches a dimension without a section."""
    signals = (PROJECT / "seeds" / "signals.csv").read_text().splitlines()[1:]
    for line in signals:
        row_of(line.split(",")[0], catalogue())
