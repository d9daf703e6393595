"""The scores are what the rules in words say, computed again in plain Python."""

from collections import defaultdict
from dataclasses import astuple
from datetime import date, timedelta

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from laboratory import AS_OF, PROJECT, rows
from scores import (
    COMPARISONS,
    SHARE_TOLERANCE,
    TOLERANCE,
    Cap,
    Knots,
    Policy,
    Scores,
    policy,
)

SCORE = {"abs": TOLERANCE}
SHARE = {"abs": SHARE_TOLERANCE}


def assert_close(found: object, expected: object, tolerance: dict, place: object):
    """Both null, or numbers within the tolerance."""
    if found is None or expected is None:
        assert found is expected, place
    else:
        assert found == pytest.approx(expected, **tolerance), place


def compare(expected: Scores, signals: list, dimensions: list, health: list) -> None:
    """Compares what the project computed with what Python did."""
    for account, day, signal, score, weight, contribution in signals:
        place = account, day, signal
        by_hand = expected.signals[place]
        assert_close(score, by_hand.score, SCORE, place)
        assert_close(weight, by_hand.weight, SHARE, place)
        assert_close(contribution, by_hand.contribution, SCORE, place)
    for account, day, dimension, score, weight, coverage, contribution in dimensions:
        place = account, day, dimension
        by_hand = expected.dimensions[place]
        assert_close(score, by_hand.score, SCORE, place)
        assert_close(weight, by_hand.weight, SHARE, place)
        assert_close(coverage, by_hand.coverage, SHARE, place)
        assert_close(contribution, by_hand.contribution, SCORE, place)
    for account, day, score, coverage, applicable, band, *others in health:
        place = account, day
        relation, impact, capped, cap, quadrant = others
        by_hand = expected.health[place]
        assert_close(score, by_hand.health_score, SCORE, place)
        assert_close(capped, by_hand.capped_score, SCORE, place)
        assert_close(coverage, by_hand.coverage, SHARE, place)
        assert_close(applicable, by_hand.applicable_share, SHARE, place)
        assert_close(relation, by_hand.relationship_score, SCORE, place)
        assert_close(impact, by_hand.impact_score, SCORE, place)
        # a score that lies on a limit may fall to either side of it
        assert band in {
            expected.rules.band(capped),
            expected.rules.band(by_hand.capped_score),
        }, place
        assert quadrant in {
            expected.rules.quadrant(relation, impact),
            expected.rules.quadrant(by_hand.relationship_score, by_hand.impact_score),
        }, place
        # nor does a score that is as high as the cap tell whether it holds
        if cap != by_hand.cap:
            assert abs(score - capped) <= TOLERANCE, place


@pytest.mark.parametrize(
    "scenario", ["base", "dead_feed", "one_silent", "by_activity", "new_version"]
)
def test_all_scores_equal_an_independent_computation(request, scenario):
    """Every signal score, weight, contribution, dimension score, coverage, health
    score, band and axis score of all account-days, from the seeds and the measured
    values alone; on stale and absent sources as well. Catches any slip in the SQL that
    scores, and any scorecard row that is not used."""
    built = request.getfixturevalue(scenario)
    warehouse = built.warehouse
    signals = rows(
        warehouse,
        """
        select account_id, snapshot_date, signal, score, weight, contribution
        from signal_scores_daily
        union all
        select account_id, snapshot_date, signal, score, weight, contribution
        from intermediate.int_signal_contributions
        """,
    )
    dimensions = rows(
        warehouse,
        "select account_id, snapshot_date, dimension, score, weight, coverage, "
        "contribution from dimension_scores_daily",
    )
    health = rows(
        warehouse,
        "select account_id, snapshot_date, uncapped_health_score, coverage, "
        "applicable_share, health_band, relationship_score, impact_score, "
        "health_score, cap, quadrant from account_health_daily",
    )
    expected = Scores.of(warehouse, project=getattr(built, "project", PROJECT))
    assert len(dimensions) == len(expected.dimensions)
    assert len(health) == len(expected.health)
    assert {row[:3] for row in signals} == set(expected.signals)
    compare(expected, signals, dimensions, health)


SETTLE_DAYS = 3


@pytest.mark.parametrize(
    "scenario", ["base", "nightly", "late", "restated", "carried", "gap", "new_version"]
)
def test_settled_bands_follow_the_rule(request, scenario):
    """A band settles on the third day in a row that it holds; before the first time it
    is the first band. From all of history at once, where the project looks back three
    days only; catches whatever one run does not take over from another."""
    bands = {
        (account, day): (band, settled)
        for account, day, band, settled in rows(
            request.getfixturevalue(scenario).warehouse,
            "select account_id, snapshot_date, health_band, settled_band "
            "from account_health_daily",
        )
    }
    expected: dict = {}
    for account, day in sorted(bands):
        band = bands[account, day][0]
        before = [(account, day - timedelta(days=n)) for n in range(1, SETTLE_DAYS)]
        in_a_row = all(key in bands and bands[key][0] == band for key in before)
        known = expected.get((account, day - timedelta(days=1)))
        expected[account, day] = band if in_a_row or known is None else known
    assert {key: settled for key, (_, settled) in bands.items()} == expected


def test_every_weighted_signal_tells_accounts_apart(base):
    """On the demo data each signal with weight has more than one score; catches a
    signal that is always null or always the same: a broken join, or knots far from any
    value."""
    weighted = {
        signal for signal, knots in policy().knots["default 1"].items() if knots.weight
    }
    distinct = dict(
        rows(
            base.warehouse,
            "select signal, count(distinct score) from signal_scores_daily "
            "where status = 'measured' group by signal",
        )
    )
    alike = {signal for signal in weighted if distinct.get(signal, 0) < 2}
    assert not alike


# Signals that may be the same for all in a hundred accounts, and why
ALIKE: dict[str, str] = {}


def test_every_signal_tells_accounts_apart(base):
    """On the demo data each signal, watched ones included, has more than one value on
    the last day, of all accounts whatever their scorecard; catches a signal that is
    always null or always the same, and demo data on which nobody could see that."""
    distinct = dict(
        rows(
            base.warehouse,
            "select signal, count(distinct value) from intermediate.int_signal_values "
            "where snapshot_date = ? group by signal",
            AS_OF,
        )
    )
    assert set(distinct) == set(policy().signals)
    alike = {signal for signal, values in distinct.items() if values < 2}
    assert alike == set(ALIKE)


# Any policy, any values: the compiled models of scoring, on invented tables

MODELS = (
    "int_scorecard_signals",
    "int_health_bands",
    "int_scorecard_signal_days",
    "int_signal_measurements",
    "int_peer_scores",
    "int_signal_scores",
    "int_dimension_scores",
    "int_signal_contributions",
    "int_account_day_caps",
    "int_account_scores",
)
SOURCES = ("crm.one", "crm.two", "crm.three")
DIMENSIONS = {"adoption": "impact", "support": "relationship", "impact": "impact"}

number = st.integers(-400, 400).map(lambda whole: whole / 4)


@st.composite
def knots(draw) -> Knots:
    """Knots in order, either way round, with or without the optional ones."""
    points = sorted(draw(st.sets(number, min_size=5, max_size=5)))
    has_middle = draw(st.booleans())
    best_in_the_middle = draw(st.booleans())
    if draw(st.booleans()):
        points = points[::-1]
    zero_at, fifty_at, hundred_at, hundred_until, zero_again_at = points
    return Knots(
        weight=draw(st.sampled_from([0.0, 0.35, 1.0, 20.0])),
        shape=draw(st.sampled_from(["linear", "step"])),
        zero_at=zero_at,
        fifty_at=fifty_at if has_middle else None,
        hundred_at=hundred_at,
        hundred_until=hundred_until if best_in_the_middle else None,
        zero_again_at=zero_again_at if best_in_the_middle else None,
        missing_policy=draw(
            st.sampled_from(["redistribute", "peer_median", "neutral", "penalise"])
        ),
    )


@st.composite
def situations(draw):
    """A policy with one scorecard, the state of the sources, and values per account."""
    rules = Policy(
        axes=DIMENSIONS, bands=[(0.0, "low"), (37.5, "middle"), (80.0, "high")]
    )
    rules.minimum_coverage = {"any 1": draw(st.sampled_from([0.0, 0.4, 0.8]))}
    names = [f"signal_{place}" for place in range(draw(st.integers(1, 6)))]
    for name in names:
        rules.signals[name] = {
            "dimension": draw(st.sampled_from(sorted(DIMENSIONS))),
            "governing_source": draw(st.sampled_from(SOURCES)),
        }
    rules.dimension_weights = {
        "any 1": {name: draw(st.sampled_from([0.0, 3.0, 24.0])) for name in DIMENSIONS}
    }
    rules.knots = {"any 1": {name: draw(knots()) for name in names}}
    rules.quadrants = {
        (relationship, impact): f"{relationship} {impact}"
        for relationship in (False, True)
        for impact in (False, True)
    }
    rules.caps = [
        Cap(
            f"cap_{place}",
            draw(st.sampled_from(names)),
            draw(st.sampled_from([*COMPARISONS])),
            draw(number),
            draw(st.sampled_from([20.0, 37.5, 60.0])),
        )
        for place in range(draw(st.integers(0, 2)))
    ]
    rules.alarming = draw(st.sets(st.sampled_from(names), max_size=2))
    states = {
        source: draw(st.sampled_from(["fresh", "fresh", "stale", None]))
        for source in SOURCES
    }
    values = {
        f"account_{place}": {
            # on a knot as often as anywhere else
            name: draw(
                st.one_of(
                    st.none(),
                    number,
                    st.sampled_from(
                        [
                            rules.knots["any 1"][name].zero_at,
                            rules.knots["any 1"][name].hundred_at,
                        ]
                    ),
                )
            )
            for name in names
        }
        for place in range(draw(st.integers(1, 7)))
    }
    return rules, states, values


@pytest.fixture(scope="module")
def compiled_models(base) -> dict[str, str]:
    """The SQL of the scoring models, as dbt compiled it."""
    nodes = base.run.manifest()["nodes"]
    return {
        name: (
            base.run.target
            / "compiled"
            / node["package_name"]
            / node["original_file_path"]
        ).read_text()
        for name in MODELS
        for node in [nodes[f"model.customer_health.{name}"]]
    }


@pytest.fixture(scope="module")
def empty_warehouse():
    """Memory under the name of the warehouse that the models were compiled for."""
    connection = duckdb.connect()
    connection.execute("attach ':memory:' as base")
    connection.execute("create schema base.intermediate")
    connection.execute("create schema base.policy")
    yield connection
    connection.close()


def fill(connection, table: str, columns: str, content: list[tuple]) -> None:
    names = ", ".join(column.split()[0] for column in columns.split(", "))
    connection.execute(f"create or replace table base.{table} ({columns})")
    if content:
        marks = ", ".join("?" * (columns.count(", ") + 1))
        connection.executemany(
            f"insert into base.{table} ({names}) values ({marks})", content
        )


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    database=None,
)
@given(situation=situations())
def test_the_scoring_models_follow_the_rules_for_any_policy(
    compiled_models, empty_warehouse, situation
):
    """Any weights, knots, shapes, policies for what is missing, and sources that are
    stale or absent: the models score like Python. Catches what the shipped seeds do not
    use, such as steps, values on a knot, and penalties."""
    rules, states, values = situation
    connection = empty_warehouse
    fill(
        connection,
        "policy.scorecards",
        "scorecard text, version int, minimum_coverage double",
        [("any", 1, rules.minimum_coverage["any 1"])],
    )
    fill(
        connection,
        "policy.dimensions",
        "dimension text, axis text",
        list(DIMENSIONS.items()),
    )
    fill(
        connection,
        "policy.scorecard_dimensions",
        "scorecard text, version int, dimension text, weight double",
        [("any", 1, *row) for row in rules.dimension_weights["any 1"].items()],
    )
    fill(
        connection,
        "policy.signals",
        "signal text, dimension text, governing_source text",
        [
            (name, row["dimension"], row["governing_source"])
            for name, row in rules.signals.items()
        ],
    )
    fill(
        connection,
        "policy.scorecard_signals",
        "scorecard text, version int, signal text, weight double, shape text, "
        "zero_at double, fifty_at double, hundred_at double, hundred_until double, "
        "zero_again_at double, missing_policy text",
        [
            (
                "any",
                1,
                name,
                row.weight,
                row.shape,
                row.zero_at,
                row.fifty_at,
                row.hundred_at,
                row.hundred_until,
                row.zero_again_at,
                row.missing_policy,
            )
            for name, row in rules.knots["any 1"].items()
        ],
    )
    fill(
        connection,
        "policy.health_bands",
        "band text, min_score double, effective_from date",
        [(band, at, date(1900, 1, 1)) for at, band in rules.bands],
    )
    fill(
        connection,
        "intermediate.int_account_days",
        "account_id text, snapshot_date date, scorecard text, scorecard_version int",
        [(account, AS_OF, "any", 1) for account in values],
    )
    fill(
        connection,
        "intermediate.int_account_day_ids",
        "account_id text, snapshot_date date, source_account_id text",
        [(account, AS_OF, account) for account in values],
    )
    fill(
        connection,
        "policy.quadrants",
        "quadrant text, relationship text, impact text",
        [
            (quadrant, *["high" if is_high else "low" for is_high in place])
            for place, quadrant in rules.quadrants.items()
        ],
    )
    fill(
        connection,
        "intermediate.int_signal_values",
        "account_id text, snapshot_date date, scorecard text, scorecard_version int, "
        "signal text, value double",
        [
            (account, AS_OF, "any", 1, name, value)
            for account, of_account in values.items()
            for name, value in of_account.items()
        ],
    )
    fill(
        connection,
        "policy.score_caps",
        "cap text, signal text, comparison text, threshold double, cap_at double, "
        "account_id text, effective_from date, effective_to date",
        [(*astuple(cap), None, date(1900, 1, 1), None) for cap in rules.caps],
    )
    fill(
        connection,
        "policy.alert_rules",
        "rule text, signal text",
        [(signal, signal) for signal in rules.alarming],
    )
    fill(
        connection,
        "intermediate.int_days_to_score",
        "snapshot_date date",
        [(AS_OF,)],
    )
    fill(
        connection,
        "intermediate.int_source_states",
        "source_table text, snapshot_date date, source_state text",
        [(source, AS_OF, state) for source, state in states.items() if state],
    )
    for name in MODELS:
        connection.execute(
            f"create or replace table base.intermediate.{name} as "
            f"{compiled_models[name]}"
        )

    measurements = defaultdict(dict)
    for account, of_account in values.items():
        for name, value in of_account.items():
            state = states[rules.signals[name]["governing_source"]]
            status = {None: "not applicable", "stale": "stale source"}.get(
                state, "missing" if value is None else "measured"
            )
            measurements[account, AS_OF][name] = (
                status,
                value if status == "measured" else None,
            )
    expected = Scores(
        rules, {(account, AS_OF): "any 1" for account in values}, measurements
    )

    def found(columns: str, table: str) -> list[tuple]:
        return connection.execute(
            f"select account_id, snapshot_date, {columns} "
            f"from base.intermediate.{table}"
        ).fetchall()

    signals = found("signal, score, weight, contribution", "int_signal_contributions")
    assert {row[:3] for row in signals} == set(expected.signals)
    compare(
        expected,
        signals,
        found(
            "dimension, score, weight, coverage, contribution", "int_dimension_scores"
        ),
        found(
            "uncapped_health_score, coverage, applicable_share, health_band, "
            "relationship_score, impact_score, health_score, cap, quadrant",
            "int_account_scores",
        ),
    )
