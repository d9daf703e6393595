"""History is complete, is never rewritten unasked, and survives interruptions."""

from datetime import timedelta

import pytest
from comparison import HISTORY_MARTS, assert_same_rows
from customer_health.build import ranges
from hypothesis import given
from hypothesis import strategies as st
from laboratory import AS_OF, CLOSED_DAYS, DAYS, rows, value
from scenarios import RESTATE_REASON

KEEPS_HISTORY = {
    "account_health_daily": "snapshot_date",
    "dimension_scores_daily": "snapshot_date",
    "signal_scores_daily": "snapshot_date",
    "int_user_feature_days": "event_date",
    "int_raw_record_days": "source_table",
    "int_usage_event_rejects": "record_date",
    "history_ledger": None,
    "policy_ledger": None,
    "int_account_ancestor_days": "snapshot_date",
    "int_open_alert_days": "snapshot_date",
    "portfolio_health_daily": "snapshot_date",
    "parent_account_health_daily": "snapshot_date",
    "account_peer_ranks_daily": "snapshot_date",
    "source_freshness_daily": "snapshot_date",
    "backtest_metrics": "evaluated_on",
    "backtest_bands": "evaluated_on",
    "scorecard_what_if": "evaluated_on",
    "scorecard_what_if_accounts": "evaluated_on",
    "scorecard_what_if_summary": "evaluated_on",
    "signal_predictiveness": "evaluated_on",
    "signal_courses": "evaluated_on",
    "score_drift": "evaluated_on",
    "band_outcomes": "evaluated_on",
    "renewal_forecast_backtest": "evaluated_on",
    "watermelon_register": "evaluated_on",
    "watermelon_signals": "evaluated_on",
}
# What follows from the history marts, day by day.
ROLL_UPS = (
    "portfolio_health_daily",
    "parent_account_health_daily",
    "account_peer_ranks_daily",
    "source_freshness_daily",
)
# From them follow alerts, a row for all their days.
FOLLOWING = (*ROLL_UPS, "health_alerts")
LEDGER = "select * from history_ledger order by snapshot_date, recorded_at"


def test_the_plain_build_passes_on_the_demo_data(plain_build):
    """Every unit and data test passes in an empty warehouse; catches tests that need
    what an earlier run left, or that are not run at all, besides failures."""
    assert plain_build.run.code == 0, plain_build.run.output[-4000:]
    results = plain_build.run.results()
    kinds = [result["unique_id"].split(".")[0] for result in results]
    assert kinds.count("unit_test") >= 100
    assert kinds.count("test") >= 100
    assert {result["status"] for result in results} <= {"success", "pass", "no-op"}
    assert rows(
        plain_build.warehouse,
        "select distinct snapshot_date from account_health_daily order by 1",
    ) == [(day,) for day in DAYS]


def test_the_demo_data_has_what_the_other_tests_need(base):
    """A demo company without merges, returns or currencies would prove little."""
    assert {
        scorecard
        for (scorecard,) in rows(
            base.warehouse, "select distinct scorecard from account_health_daily"
        )
    } == {
        "default",
        "template_5",
        "small_business_low_touch",
        "enterprise_high_touch",
        "onboarding",
    }
    # several settled bands differ from the band of the day, and a cap holds
    assert value(
        base.warehouse,
        "select count(*) from account_health_daily where settled_band <> health_band",
    )
    assert value(
        base.warehouse,
        "select count(*) from account_health_daily as today "
        "inner join account_health_daily as before using (account_id) "
        "where today.snapshot_date = before.snapshot_date + 1 "
        "and today.settled_band <> before.settled_band",
    )
    assert value(base.warehouse, "select count(cap) from account_health_daily")
    assert value(
        base.warehouse,
        "select count(*) from staging.stg_crm__accounts "
        "where merged_into_account_id is not null",
    )
    # customers that came back, and late records of subscriptions
    assert (
        value(
            base.warehouse,
            "select max(spell_number) from intermediate.int_account_spells",
        )
        > 1
    )
    for table in ("int_account_spells", "int_subscription_versions"):
        assert value(
            base.warehouse,
            f"select count(*) from intermediate.{table} "
            "where known_before < '9999-01-01'",
        )
    assert (
        value(
            base.warehouse,
            "select count(distinct currency) from staging.stg_billing__subscriptions",
        )
        > 2
    )
    assert value(base.warehouse, "select sum(rejected_rows) from data_inventory") > 100
    assert (
        value(
            base.warehouse,
            "select max(opened_on) from staging.stg_crm__cases",
        )
        > AS_OF
    )


def test_running_twice_changes_only_the_stamps(base, publication):
    """Catches anything that depends on when or how often it runs, and rows that double
    on every run."""
    assert_same_rows(
        base.warehouse,
        publication.warehouse,
        [
            *HISTORY_MARTS,
            "account_health_current",
            "data_inventory",
            "rejected_records",
            "manual_rating_audit",
            *FOLLOWING,
            "expansion_opportunities",
            "advocacy_candidates",
            "feature_health",
        ],
    )
    assert (
        value(
            publication.warehouse,
            "select count(distinct run_id) from account_health_daily",
        )
        == 2
    )


def test_running_twice_adds_nothing_to_the_ledger(base, publication):
    """Catches fingerprints that depend on the order of rows or on the run, and policy
    that is recorded in every run."""
    assert rows(publication.warehouse, LEDGER) == rows(base.warehouse, LEDGER)
    policy = "select * from policy_ledger order by all"
    assert rows(publication.warehouse, policy) == rows(base.warehouse, policy)


def test_one_night_at_a_time_equals_all_at_once(base, nightly):
    """Night by night, on the files as they were on each night, gives what one run over
    the final files gives. Catches look-ahead, and late data that is handled differently
    in the first and in a later run."""
    assert_same_rows(base.warehouse, nightly.warehouse)


def test_roll_ups_of_one_night_at_a_time_equal_all_at_once(base, nightly):
    """Catches days that a roll-up does not make anew when they were scored again, and
    parents or sources as they are today on days of the past."""
    assert_same_rows(base.warehouse, nightly.warehouse, FOLLOWING)


def test_roll_ups_heal_with_a_gap(base, gap):
    """A day that was lost and came back; catches a roll-up that keeps its old rows by
    another run, or has none."""
    assert_same_rows(base.warehouse, gap.warehouse, FOLLOWING)


def test_roll_ups_follow_a_restatement(late, restated):
    """Days that were restated are rolled up anew, by the run that restated them, and
    closed days beside them are the very rows; catches roll-ups that keep a day's rows
    of before, or make all of history anew."""
    for mart in ROLL_UPS:
        assert_same_rows(
            late.warehouse,
            restated.warehouse,
            [mart],
            days=[CLOSED_DAYS[2]],
            with_stamps=True,
        )
        runs = rows(
            restated.warehouse,
            f"select distinct run_id from {mart} where snapshot_date <= ?",
            CLOSED_DAYS[1],
        )
        assert runs == rows(
            restated.warehouse,
            "select distinct run_id from account_health_daily where snapshot_date = ?",
            CLOSED_DAYS[0],
        ), mart


def test_a_skipped_night_closes_no_day_early(base, nightly):
    """Cases of the third day arrive three days later, just in time, but the first run
    after that is the one after the skipped night: it must still let them in. Catches
    days that are closed by the calendar while no run looks."""
    assert_same_rows(base.warehouse, nightly.warehouse, days=[DAYS[2]])


def test_a_skipped_night_heals(nightly):
    """The night of the fifth day was skipped; catches a spine that only scores the last
    day."""
    scored_by = rows(
        nightly.warehouse,
        "select distinct snapshot_date, run_id from account_health_daily order by 1",
    )
    assert [day for day, _ in scored_by] == DAYS
    assert scored_by[4][1] == scored_by[5][1]


def test_a_gap_heals_with_the_same_rows(base, gap):
    """A day that was lost from the middle of history comes back; catches a spine that
    only looks past the newest day."""
    assert_same_rows(base.warehouse, gap.warehouse)
    assert_same_rows(base.warehouse, gap.warehouse, ["history_ledger"])


def test_healing_a_gap_leaves_closed_days_untouched(base, gap):
    """The closed days beside the gap are the very rows; catches needless rewriting."""
    others = [CLOSED_DAYS[0], CLOSED_DAYS[2]]
    assert_same_rows(base.warehouse, gap.warehouse, days=others, with_stamps=True)


def test_each_night_leaves_closed_days_untouched(nightly):
    """A day is computed for the last time two nights later; catches a window of open
    days that is too long."""
    runs = rows(
        nightly.warehouse,
        """
        select snapshot_date, dense_rank() over (order by min(computed_at)), count(*)
        from (
            select distinct snapshot_date, run_id, computed_at
            from account_health_daily
        )
        group by snapshot_date, run_id order by snapshot_date
        """,
    )
    assert [count for *_, count in runs] == [1] * len(DAYS)
    # by the third and the fourth run, and the others by the fifth, which came after the
    # skipped night
    assert [rank for _, rank, _ in runs] == [1, 2, 3, 3, 3, 3]


# Late records


def signal(built, signal_name, account, day):
    return value(
        built.warehouse,
        "select value from signal_scores_daily "
        "where signal = ? and account_id = ? and snapshot_date = ?",
        signal_name,
        account,
        day,
    )


def test_a_late_event_changes_its_open_day(base, late):
    """Usage and a case of the fifth day, which arrive after it was scored, are in it;
    catches a window for late data that does nothing."""
    day = DAYS[4]
    assert signal(late, "seat_utilisation_28d", late.used, day) > signal(
        base, "seat_utilisation_28d", late.used, day
    )
    assert (
        signal(late, "urgent_cases_open", late.urgent, day)
        == signal(base, "urgent_cases_open", late.urgent, day) + 1
    )
    reasons = rows(
        late.warehouse,
        "select reason from history_ledger where snapshot_date = ? "
        "order by recorded_at",
        day,
    )
    assert [reason for (reason,) in reasons] == [
        "first computed",
        "computed again while open for late records",
    ]


def test_an_older_event_changes_no_closed_day(base, late):
    """Usage and a case of the first day, which is closed, leave all closed days as they
    are, stamps and ledger included; catches a rewriting of closed history."""
    assert_same_rows(
        base.warehouse,
        late.warehouse,
        [*HISTORY_MARTS, *ROLL_UPS],
        days=CLOSED_DAYS,
        with_stamps=True,
    )
    assert_same_rows(
        base.warehouse, late.warehouse, ["history_ledger"], days=CLOSED_DAYS
    )


def test_an_older_event_does_not_change_reduced_usage(base, late):
    """int_user_feature_days, which windows of later days read, keeps closed days."""
    query = """
        select * from intermediate.int_user_feature_days
        where event_date <= ? order by all
    """
    assert rows(late.warehouse, query, CLOSED_DAYS[-1]) == rows(
        base.warehouse, query, CLOSED_DAYS[-1]
    )


def test_what_was_set_aside_and_healed_is_gone(late):
    """The day has no unusable events any more; catches rejects that stay for ever,
    since only days with rejects are replaced. The run reconciled every table."""
    assert late.mended
    assert not value(
        late.warehouse,
        "select count(*) from rejected_records where source = 'usage' "
        f"and table_name = 'events' and record_date = '{DAYS[5]}'",
    )


# Restatement


def test_a_restatement_without_a_reason_is_refused(restated):
    """It stops before anything is built and says what is missing."""
    assert restated.refused.code != 0
    assert "restate_reason" in restated.refused.output
    assert not (restated.refused.target / "run_results.json").exists()


def test_a_restatement_with_a_reason_changes_the_closed_days(base, restated):
    """What arrived too late is in the restated days; catches a restatement that leaves
    out records that arrived late, or usage that was reduced long ago."""
    first, second = CLOSED_DAYS[:2]
    for day in (first, second):
        account = restated_account(restated, "late_" + str(first))
        assert (
            signal(restated, "urgent_cases_open", account, day)
            == signal(base, "urgent_cases_open", account, day) + 1
        )
    user = value(
        restated.warehouse,
        "select count(*) from intermediate.int_user_feature_days "
        "where user_id like 'late_user_%' and event_date = ?",
        first,
    )
    assert user == 40


def restated_account(built, case):
    return value(
        built.warehouse,
        "select account_id from staging.stg_crm__cases where case_id = ?",
        case,
    )


def test_a_restatement_leaves_other_closed_days_untouched(base, restated):
    """Only what was asked for; catches a range that is off by one."""
    assert_same_rows(
        base.warehouse, restated.warehouse, days=[CLOSED_DAYS[2]], with_stamps=True
    )


def test_a_restatement_is_in_the_ledger_with_its_reason(late, restated):
    """A further row per restated day, the earlier rows kept; catches an overwritten
    ledger, and a reason with an apostrophe."""
    before, after = rows(late.warehouse, LEDGER), rows(restated.warehouse, LEDGER)
    assert set(before) <= set(after)
    added = rows(
        restated.warehouse,
        "select snapshot_date, reason from history_ledger "
        "where run_id = (select max_by(run_id, recorded_at) from history_ledger) "
        "order by 1",
    )
    assert [(day, RESTATE_REASON) for day in CLOSED_DAYS[:2]] == [
        row for row in added if row[0] in CLOSED_DAYS
    ]


# Settings that protect history


def test_full_refresh_does_not_erase_history(base, full_refresh):
    """After --full-refresh all days are there, the closed ones untouched; catches a
    model that lost full_refresh: false."""
    marts = [*HISTORY_MARTS, *ROLL_UPS]
    assert_same_rows(
        base.warehouse, full_refresh.warehouse, [*HISTORY_MARTS, *FOLLOWING]
    )
    assert_same_rows(
        base.warehouse,
        full_refresh.warehouse,
        marts,
        days=CLOSED_DAYS,
        with_stamps=True,
    )
    assert rows(full_refresh.warehouse, LEDGER) == rows(base.warehouse, LEDGER)
    usage_days = "select count(distinct event_date) from intermediate."
    assert value(full_refresh.warehouse, usage_days + "int_user_feature_days") == value(
        base.warehouse, usage_days + "int_user_feature_days"
    )


def test_the_settings_that_protect_history_are_in_force(base):
    """dbt accepts misspelt settings without a word; catches every one of them."""
    nodes = {
        node["name"]: node
        for node in base.run.manifest()["nodes"].values()
        if node["resource_type"] == "model"
    }
    marked = {
        name
        for name, node in nodes.items()
        if node["config"]["meta"].get("keeps_history")
    }
    incremental = {
        name
        for name, node in nodes.items()
        if node["config"]["materialized"] == "incremental"
    }
    assert marked <= set(KEEPS_HISTORY)
    assert incremental == set(KEEPS_HISTORY)
    for name, unique_key in KEEPS_HISTORY.items():
        config = nodes[name]["config"]
        assert config["materialized"] == "incremental", name
        assert config["full_refresh"] is False, name
        assert config["on_schema_change"] == "fail", name
        assert config["unique_key"] == unique_key, name
        assert config["incremental_strategy"] == (
            "delete+insert" if unique_key else "append"
        ), name
    for name in marked | set(HISTORY_MARTS):
        assert nodes[name]["config"]["contract"]["enforced"] is True, name


GATES = (
    "bands_stages_and_caps_are_sound",
    "contact_and_word_policy_is_sound",
    "contributions_add_up_to_the_score",
    "every_account_day_is_scored_once",
    "every_customer_has_a_scorecard_and_attributes",
    "policy_is_sound",
    "policy_that_scored_is_unchanged",
    "scorecards_are_sound",
    "signals_are_computed_and_described",
    "the_batch_has_not_shrunk",
)


@pytest.mark.parametrize("gate", GATES)
def test_what_fails_a_gate_is_not_stored(base, gate):
    """dbt holds back only what descends from all that a test looks at; catches a test
    that looks at something which a history mart does not stand on."""
    parents = base.run.manifest()["parent_map"]
    seen_by_gate = set(parents[f"test.customer_health.{gate}"])
    for mart in (*HISTORY_MARTS, "history_ledger"):
        ancestors, found = set(), {f"model.customer_health.{mart}"}
        while found:
            ancestors |= found
            found = {up for node in found for up in parents[node]} - ancestors
        assert seen_by_gate <= ancestors, mart


# Interruption


def test_killed_runs_leave_nothing_wrong_behind(base, interrupted):
    """Two runs were killed, the same command again gives the history of an undisturbed
    build; catches half-written days that count as done."""
    print("killed at:", *interrupted.killed, sep="\n  ")
    assert_same_rows(
        base.warehouse, interrupted.warehouse, [*HISTORY_MARTS, *FOLLOWING]
    )
    fingerprints = """
        select snapshot_date, max_by(
            (account_fingerprint, dimension_fingerprint, signal_fingerprint),
            recorded_at
        )
        from history_ledger group by 1 order by 1
    """
    assert rows(interrupted.warehouse, fingerprints) == rows(
        base.warehouse, fingerprints
    )


# Restating a long range in several runs


@given(
    first=st.dates(max_value=AS_OF),
    length=st.integers(1, 3000),
    at_most=st.integers(1, 500),
)
def test_ranges_cover_every_day_once(first, length, at_most):
    """A restatement of a long range is split into runs; catches a day that falls
    between two of them or is computed twice."""
    last = first + timedelta(days=length - 1)
    parts = ranges(first, last, at_most)
    assert parts[0][0] == first
    assert parts[-1][1] == last
    for begin, end in parts:
        assert 1 <= (end - begin).days + 1 <= at_most
    for (_, end), (begin, _) in zip(parts, parts[1:], strict=False):
        assert begin - end == timedelta(days=1)


# What happens later


def test_what_happens_later_changes_nothing(base, without_future):
    """Files that end with the last scored day give the same history; catches every
    signal that reads a later event, or a current state that was set later."""
    assert_same_rows(
        base.warehouse, without_future.warehouse, [*HISTORY_MARTS, *FOLLOWING]
    )


def test_no_signal_knows_what_happens_later(base, without_future):
    """The same for every signal on every day, with weight or without; the marts have
    watched signals at the ends of months alone. Sums differ in their last digits."""
    everything = (
        "select account_id, snapshot_date, signal, round(round(value, 9), 6) "
        "from intermediate.int_signal_values"
    )
    found = rows(base.warehouse, everything)
    assert len(found) > 50_000
    differing = set(found) ^ set(rows(without_future.warehouse, everything))
    assert not differing, sorted({signal for _, _, signal, _ in differing})


def test_the_order_of_rows_and_columns_does_not_matter(base, shuffled):
    """Catches reading by position, and results that hang on which of two equal rows
    comes first."""
    assert_same_rows(base.warehouse, shuffled.warehouse)
    others = [*FOLLOWING, "expansion_opportunities", "advocacy_candidates"]
    assert_same_rows(
        base.warehouse,
        shuffled.warehouse,
        [*others, "feature_health", "data_inventory"],
    )
