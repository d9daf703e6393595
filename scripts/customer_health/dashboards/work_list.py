"""work_list.html: whom to look at first, what happened, what to do."""

from datetime import timedelta
from pathlib import Path

from customer_health.dashboards import pages
from customer_health.dashboards.pages import Panel, Table, panel
from customer_health.dashboards.published import Published
from customer_health.formats import count, money


def write(published: Published, place: Path, days: int, currency: str) -> Path:
    return pages.write(
        published,
        place,
        "work_list",
        [
            _work_list(published, currency),
            _alerts(published, days, currency),
            _actions(published),
        ],
        heading="Work list",
        said=[
            "Choose your owner id to see your own accounts; a name leads to its page."
        ],
    )


def _work_list(published: Published, currency: str) -> Panel:
    rows = published.rows(
        "select place, account_id, account_name, owner_id, health_band, health_score,"
        " change_28d, arr, revenue_at_risk, open_alerts, severity, title, due_on,"
        " is_overdue, next_renewal_on, days_since_last_touch, hurting_signals"
        " from csm_work_list order by place",
        None,
        "csm_work_list",
    )
    risk = sum(row["revenue_at_risk"] or 0 for row in rows)
    return panel(
        "accounts",
        f"{count(len(rows))} accounts want attention: {currency} {money(risk)} at risk"
        if rows
        else "Accounts that want attention",
        rows,
        "No account wants attention today: no alert is open, nothing is called for.",
        "In the order of revenue at risk: ARR times the chance that it is lost.",
        table=Table(
            [
                ("place", "Place", "count"),
                ("account_name", "Account", "account"),
                ("owner_id", "Owner", "text"),
                ("health_band", "Band", "band"),
                ("health_score", "Score", "points"),
                ("change_28d", "In 28 days", "signed"),
                ("arr", f"ARR, {currency}", "money"),
                ("revenue_at_risk", f"At risk, {currency}", "money"),
                ("open_alerts", "Alerts", "count"),
                ("severity", "Severity", "text"),
                ("title", "What to do", "named"),
                ("due_on", "Due", "date"),
                ("is_overdue", "Overdue", "filter"),
                ("next_renewal_on", "Renewal", "date"),
                ("days_since_last_touch", "Days since last touch", "count"),
            ],
            rows,
            filters=["owner_id", "health_band", "severity", "is_overdue"],
        ),
    )


def _alerts(published: Published, days: int, currency: str) -> Panel:
    since = published.as_of - timedelta(days=days) if published.as_of else None
    rows = published.rows(
        "select alerts.account_id, present.account_name, alerts.owner_id, alerts.label,"
        " alerts.severity, alerts.sentence, alerts.first_day,"
        " case when not alerts.is_open then alerts.last_day end as ended_on,"
        " alerts.days_held, alerts.is_open, alerts.arr_at_stake"
        " from health_alerts as alerts"
        " inner join account_health_current as present"
        " on alerts.account_id = present.account_id"
        " where alerts.is_open or alerts.last_day >= ?"
        " order by alerts.is_open desc, alerts.sort_order, alerts.first_day desc",
        [since],
        "health_alerts",
    )
    is_open = [row for row in rows if row["is_open"]]
    new = sum(row["first_day"] == published.as_of for row in is_open)
    return panel(
        "alerts",
        f"{count(len(is_open))} alerts are open, {count(new)} of them new today",
        rows,
        f"No alert in the last {days} days.",
        f"Open ones first, then those that ended within {days} days.",
        table=Table(
            [
                ("account_name", "Account", "account"),
                ("owner_id", "Owner", "text"),
                ("label", "Alert", "named"),
                ("severity", "Severity", "text"),
                ("sentence", "In words", "long"),
                ("first_day", "Since", "date"),
                ("ended_on", "Ended", "date"),
                ("days_held", "Days", "count"),
                ("is_open", "Open", "flag"),
                ("arr_at_stake", f"ARR, {currency}", "money"),
            ],
            rows,
            filters=["owner_id", "severity", "label", "is_open"],
        ),
    )


def _actions(published: Published) -> Panel:
    rows = published.rows(
        "select actions.account_id, present.account_name, actions.owner_id,"
        " actions.title, actions.owner_role, actions.state, actions.called_since,"
        " actions.due_on, actions.is_overdue, actions.points_to_gain, actions.effort,"
        " actions.playbook, actions.score_change"
        " from recommended_actions as actions"
        " inner join account_health_current as present"
        " on actions.account_id = present.account_id"
        " order by actions.is_overdue desc nulls last, actions.points_to_gain desc"
        " nulls last, actions.account_id",
        None,
        "recommended_actions",
    )
    to_do = [row for row in rows if row["state"] in ("open", "in progress")]
    overdue = sum(bool(row["is_overdue"]) for row in to_do)
    return panel(
        "actions",
        f"{count(len(to_do))} actions are to be done, {count(overdue)} are overdue",
        rows,
        "Nothing is called for: no weighted signal hurts.",
        "Points to gain: what the account's score gains if the signals behind it were"
        " perfect. After: points by which the signal's score changed since then.",
        table=Table(
            [
                ("account_name", "Account", "account"),
                ("owner_id", "Owner", "text"),
                ("title", "What to do", "named"),
                ("owner_role", "By whom", "named"),
                ("state", "State", "text"),
                ("called_since", "Since", "date"),
                ("due_on", "Due", "date"),
                ("is_overdue", "Overdue", "flag"),
                ("points_to_gain", "Points to gain", "points"),
                ("effort", "Effort", "text"),
                ("playbook", "How", "long"),
                ("score_change", "After", "signed"),
            ],
            rows,
            filters=["owner_id", "title", "owner_role", "state"],
        ),
    )
