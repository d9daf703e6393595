"""Alerts are history: told once, gone on with, and never rewritten unasked."""

import duckdb
from comparison import assert_same_rows
from laboratory import AS_OF, rows, value
from scenarios import ALERT_STEPS, RESTATED_DAY

ALERTS = "select * from health_alerts order by alert_id"
# all that tells of an alert on a day, but for the run that scored the day
OPEN_DAYS = (
    "select * exclude (run_id) from intermediate.int_open_alert_days "
    "where account_id is not null order by all"
)


def test_the_demo_data_has_alerts_that_last(told_alerts):
    """Alerts of most kinds, which begin before a step and end or go on after it;
    without them the other tests would prove little."""
    rules = rows(told_alerts.warehouse, "select distinct rule from health_alerts")
    assert len(rules) >= 6, rules
    for step in ALERT_STEPS[:-1]:
        assert value(
            told_alerts.warehouse,
            "select count(*) from health_alerts where first_day < ? and last_day > ?",
            step,
            step,
        )
    assert value(
        told_alerts.warehouse, "select count(*) from health_alerts where not is_open"
    )


def test_alerts_told_in_steps_equal_those_of_all_days_at_once(
    alerts_at_once, told_alerts
):
    """The last days of each step were others at first. Catches an alert that begins
    anew in each run, days that are looked back at too little, and what is left of days
    that were scored again."""
    assert_same_rows(alerts_at_once.warehouse, told_alerts.warehouse, ["health_alerts"])
    assert rows(alerts_at_once.warehouse, OPEN_DAYS) == rows(
        told_alerts.warehouse, OPEN_DAYS
    )


def test_a_restatement_tells_what_follows_anew(told_alerts):
    """A past day got other bands and caps: alerts are those that would have been told
    of this health from the beginning. Catches alerts that go on from what is no more.
    """
    assert rows(told_alerts.restated, ALERTS) == rows(told_alerts.told_again, ALERTS)
    assert rows(told_alerts.restated, OPEN_DAYS) == rows(
        told_alerts.told_again, OPEN_DAYS
    )
    assert rows(told_alerts.restated, ALERTS) != rows(told_alerts.warehouse, ALERTS)


def test_a_restatement_leaves_the_days_before_untouched(told_alerts):
    """Row by row, with their runs."""
    query = (
        "select * from intermediate.int_open_alert_days "
        f"where snapshot_date < '{RESTATED_DAY}' order by all"
    )
    assert rows(told_alerts.restated, query) == rows(told_alerts.warehouse, query)


def test_other_rules_do_not_rewrite_what_was_told(told_alerts):
    """Every rule has other words and another severity since, and the last one is gone:
    what began before the last day says what it said, also where the rule is gone.
    Catches sentences that are made anew of old numbers."""
    query = (
        "select alert_id, label, severity, sentence, first_day from health_alerts "
        f"where first_day < '{AS_OF}' order by 1"
    )
    assert rows(told_alerts.reworded, query) == rows(told_alerts.warehouse, query)
    with duckdb.connect(str(told_alerts.reworded), read_only=True) as connection:
        (gone,) = connection.execute(
            "select count(*) from health_alerts "
            "where rule not in (select rule from policy.alert_rules)"
        ).fetchone()
    assert gone
