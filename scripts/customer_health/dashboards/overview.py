"""index.html: what is where, and the figures that matter most."""

from pathlib import Path

from customer_health.dashboards import pages
from customer_health.dashboards.pages import Table, panel
from customer_health.dashboards.portfolio import NO_ACCOUNT, poor_bands
from customer_health.dashboards.published import Published
from customer_health.formats import count, money

WHAT = {
    "portfolio": "How all accounts are, how bands and scores move, which segments,"
    " owners and renewals hold the risk.",
    "work_list": "Whom to call first, by owner: accounts by revenue at risk, open"
    " alerts, what to do.",
    "account": "One account: its score day by day, what helps and hurts, what changed"
    " and why, down to single signals.",
    "validation": "What earlier scores said against what happened: losses by band, how"
    " far ahead, against simpler figures, signals, drift.",
    "data": "Which data arrived, how fresh it is, what was set aside, what history was"
    " scored with.",
}


def write(published: Published, place: Path, currency: str) -> Path:
    poor = poor_bands(published)
    (row,) = published.rows(
        "select count(*) as accounts, sum(arr) as arr, avg(health_score) as score,"
        " count(*) filter (where list_contains(?::varchar[], health_band)) as poor,"
        " sum(arr) filter (where list_contains(?::varchar[], health_band)) as poor_arr,"
        " count(*) filter (where health_score is null) as unscored"
        " from account_health_current",
        [poor, poor],
    )
    labels = " or ".join(
        band.label.lower() for band in published.bands if band.band in poor
    )
    numbers = [
        (count(row["accounts"]), "accounts"),
        (f"{currency} {money(row['arr'])}", "annual recurring revenue (ARR)"),
        (
            "none" if row["score"] is None else f"{row['score']:.1f}",
            "mean score of 100",
        ),
        (count(row["poor"]), f"accounts {labels}"),
        (f"{currency} {money(row['poor_arr'] or 0)}", f"ARR of accounts {labels}"),
        (count(row["unscored"]), "accounts without a score"),
    ]
    for mart, condition, what in (
        ("health_alerts", "is_open", "open alerts"),
        ("health_alerts", f"first_day = '{published.as_of}'", "alerts new on this day"),
        ("recommended_actions", "is_overdue", "actions overdue"),
        ("data_inventory", "freshness in ('stale', 'disappeared')", "sources stale"),
    ):
        found = published.rows(
            f"select count(*) as number from {mart} where {condition}", None, mart
        )
        numbers += [(count(one["number"]), what) for one in found]
    worst = published.rows(
        "select account_id, account_name, owner_id, health_band, health_score, arr,"
        " revenue_at_risk, title from csm_work_list order by place limit 10",
        None,
        "csm_work_list",
    )
    return pages.write(
        published,
        place,
        "index",
        [
            panel(
                "first",
                "Ten accounts to look at first",
                worst,
                NO_ACCOUNT if not row["accounts"] else "Nobody needs anything today.",
                "By revenue at risk: ARR times the chance that it is lost.",
                table=Table(
                    [
                        ("account_name", "Account", "account"),
                        ("owner_id", "Owner", "text"),
                        ("health_band", "Band", "band"),
                        ("health_score", "Score", "points"),
                        ("arr", f"ARR, {currency}", "money"),
                        ("revenue_at_risk", f"At risk, {currency}", "money"),
                        ("title", "What to do", "text"),
                    ],
                    worst,
                ),
            )
        ],
        numbers=numbers,
        what=WHAT,
    )
