"""Fixtures: the laboratory, and one per scenario in scenarios.py.

All scenarios that the chosen tests need are begun at once, and made side by side. The
files of tests that need none go first, then those whose scenarios are made first.
"""

import shutil

import pytest
import scenarios
from laboratory import DATA_END, Laboratory

PLACES = {scenario.__name__: place for place, scenario in enumerate(scenarios.ALL)}


def scenarios_of(item) -> set[str]:
    """The scenarios that a test asks for, as fixtures or by name in its parameters."""
    parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
    asked = {*item.fixturenames, *(one for one in parameters if isinstance(one, str))}
    return asked & set(PLACES)


def pytest_collection_modifyitems(items):
    last_scenario = {}
    for item in items:
        needed = [PLACES[name] for name in scenarios_of(item)]
        if not needed:  # what builds by itself gets a processor after all scenarios
            needed = [len(PLACES) if "laboratory" in item.fixturenames else -1]
        last_scenario[item.path] = max(last_scenario.get(item.path, -1), *needed)
    items.sort(key=lambda item: last_scenario[item.path])


@pytest.fixture(scope="session", autouse=True)
def beginning(request):
    """Begins the scenarios, before tests that wait for none of them."""
    if any("laboratory" in item.fixturenames for item in request.session.items):
        request.getfixturevalue("laboratory")


@pytest.fixture(scope="session")
def laboratory(request, tmp_path_factory):
    made = Laboratory(tmp_path_factory.mktemp("laboratory"))
    made.demo_data("raw", accounts=100, days=420, seed=7, end_date=DATA_END)
    scenarios.plant(made.raw)
    needed = {name for item in request.session.items for name in scenarios_of(item)}
    for scenario in scenarios.ALL:
        if scenario.__name__ in needed:
            made.start(scenario)
    yield made
    made.close()
    if not request.session.testsfailed:
        shutil.rmtree(made.folder)


def _fixture_of(scenario):
    @pytest.fixture(scope="session", name=scenario.__name__)
    def made(laboratory):
        return laboratory.result(scenario)

    return made


for _scenario in scenarios.ALL:
    globals()[_scenario.__name__] = _fixture_of(_scenario)
