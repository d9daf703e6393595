"""What only the generator knows: latent health, outcomes, what was planted."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from . import crm, marketing, opportunities, raw_files, subscriptions, usage
from . import world as world_module
from .raw_files import Column, RawWriter, day, identifier, quoted, text
from .subscriptions import CHURNED, NON_PAYMENT, Outcomes
from .world import FOREVER, World

PLANTED = [
    {
        "predictor": "how-to questions",
        "source": "crm.cases.case_type = 'question' (opened_at)",
        "kind": "against convention",
        "direction": "more questions = healthier (rate grows by exp(0.3 x health)); "
        "seats drive the number too",
    },
    {
        "predictor": "feature requests",
        "source": "crm.cases.case_type = 'feature_request' (opened_at)",
        "kind": "against convention",
        "direction": "more requests = healthier (exp(0.2 x health))",
    },
    {
        "predictor": "e-mail click rate",
        "source": "marketing.touches 'email': action 'clicked' over 'delivered'",
        "kind": "against convention",
        "direction": "higher click rate = less healthy (log-odds -2.2 - 0.5 x health)",
    },
    {
        "predictor": "number of meetings",
        "source": "crm.activities.activity_type = 'meeting'",
        "kind": "best in the middle",
        "direction": "a lasting habit z per account: meetings grow by exp(0.9 z), "
        "baseline health loses 0.35 x (z squared - 1); no slope on health itself",
    },
    {
        "predictor": "visits to product pages",
        "source": "marketing.touches channel 'web', page_category 'product'",
        "kind": "no effect",
        "direction": "none (number depends on contacts only)",
    },
    {
        "predictor": "event attendance",
        "source": "marketing.touches channel 'event', action 'attended'",
        "kind": "no effect",
        "direction": "none (number depends on contacts only)",
    },
    {
        "predictor": "market index",
        "source": "marketing.market_events.event_kind = 'market_index' (value)",
        "kind": "no effect",
        "direction": "none (random walk per industry)",
    },
    {
        "predictor": "discount",
        "source": "billing.subscriptions: 1 - mrr / list_mrr",
        "kind": "no effect",
        "direction": "none (drawn once per subscription)",
    },
    {
        "predictor": "news",
        "source": "marketing.market_events.event_kind = 'news' (value)",
        "kind": "no effect",
        "direction": "none",
    },
    {
        "predictor": "lenient CSMs",
        "source": "crm.csm_assessments.assessed_by: emp_0000, emp_0007, emp_0014 …",
        "kind": "biased rater",
        "direction": "their ratings are 1.2 points too high, whatever the health",
    },
    {
        "predictor": "quiet accounts",
        "source": "no crm.activities, about 3 % of the usual usage.events",
        "kind": "no effect",
        "direction": "silence alone says nothing: their health is as everybody's",
    },
    {
        "predictor": "a customer's own habit of paying late",
        "source": "billing.payments.paid_at against invoices.due_at",
        "kind": "noise",
        "direction": "a lasting delay per account (standard deviation 5 days) "
        "without effect; only the part that changes with health matters",
    },
]


def write_truth(
    world: World, outcomes: Outcomes, writer: RawWriter, folder: Path
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    month_ends = _month_ends(world)
    _write_latent_health(world, month_ends, writer, folder / "latent_health.parquet")
    _write_outcomes(outcomes, writer, folder / "outcomes.csv")
    settings = world.settings
    facts = {
        "parameters": {
            "accounts": settings.accounts,
            "days": settings.days,
            "seed": settings.seed,
            "start_date": str(settings.start_date),
            "end_date": str(settings.end_date),
            "outage_day": str(world.latent.outage_day),
            "bad_releases": {
                f"prod_{product:02d}": str(date)
                for product, date in enumerate(world.latent.bad_releases)
            },
            **_constants(
                subscriptions,
                "CHURN_INTERCEPT",
                "CHURN_SLOPE",
                "DECISION_WEEKS",
                "YEARLY_NON_PAYMENT",
                "YEARLY_UPGRADES",
                "RETURNING_SHARE",
            ),
            **_constants(
                world_module,
                "LAGS",
                "UNKNOWN_CURRENCY_SHARE",
                "SEEN_AFTER_MERGE",
                "OUTGROWN_SHARE",
                "OUTGROWN_SLOPE",
            ),
            **_constants(
                usage,
                "EVENTS_PER_USER_WEEK",
                "RELEASE_DAYS",
                "TRIAL_SHARE",
                "TRIAL_SLOPE",
                "NEW_FEATURE_SHARE",
            ),
            **_constants(marketing, "CLICK_SHARE", "CLICK_SLOPE"),
            **_constants(
                crm, "REPLY_SHARE", "REPLY_SLOPE", "REPLY_HOURS", "REPLY_HOURS_SLOPE"
            ),
            **_constants(
                opportunities, "YEARLY_ATTEMPTS", "YEARLY_SALES", "SALES_SLOPE"
            ),
            "referral_slope": float(
                opportunities.SOURCE_SLOPES[
                    opportunities.LEAD_SOURCES.index("referral")
                ]
            ),
            **_constants(
                raw_files,
                "LATE_SHARE",
                "DOUBLED_SHARE",
                "OLDER_VERSION_SHARE",
                "SOFT_DELETED_SHARE",
                "DIRTY_SHARE",
            ),
        },
        "planted": PLANTED,
        "yearly_logo_churn": round(yearly_logo_churn(world), 4),
        "oracle": {
            f"churn_within_{horizon}_days": oracle_auc(world, month_ends, horizon)
            for horizon in (90, 180)
        },
        "rows": writer.rows,
        "dirty_rows": writer.dirty_rows,
    }
    (folder / "truth.json").write_text(
        json.dumps(facts, indent=2, default=list) + "\n", encoding="utf-8"
    )


def _constants(module: object, *names: str) -> dict[str, object]:
    return {name.lower(): getattr(module, name) for name in names}


def _month_ends(world: World) -> np.ndarray:
    first = world.settings.start_date.astype("datetime64[M]")
    ends = (
        np.arange(
            first + 1, (world.settings.end_date + 1).astype("datetime64[M]") + 1
        ).astype("datetime64[D]")
        - 1
    )
    return ends[ends <= world.settings.end_date]


def _customers_at(world: World, date: np.datetime64) -> np.ndarray:
    """Accounts that are customers on a day; merged accounts end with the merge."""
    times = world.customers
    return np.flatnonzero(
        ((times.start <= date) & (date < times.end))
        | ((times.second_start <= date) & (date < times.second_end))
    )


def _leaves_on(world: World, account: np.ndarray, date: np.datetime64) -> np.ndarray:
    """Date on which the present spell ends by churn; FOREVER if it does not."""
    times = world.customers
    second = times.second_start[account] <= date
    end = np.where(second, times.second_end[account], times.end[account])
    reason = np.where(
        second, times.second_end_reason[account], times.end_reason[account]
    )
    return np.where(np.isin(reason, (CHURNED, NON_PAYMENT)), end, FOREVER)


def oracle_auc(
    world: World, month_ends: np.ndarray, horizon: int
) -> dict[str, float | int | None]:
    """How well latent health at month-ends ranks who leaves within `horizon` days."""
    scores, labels = [np.zeros(0)], [np.zeros(0, dtype=bool)]
    for date in month_ends[month_ends + horizon <= world.settings.end_date]:
        account = _customers_at(world, date)
        leaves_on = _leaves_on(world, account, date)
        scores.append(-world.latent.at(account, np.full(len(account), date)))
        labels.append((leaves_on > date) & (leaves_on <= date + horizon))
    score, positive = np.concatenate(scores), np.concatenate(labels)
    positives, negatives = int(positive.sum()), int((~positive).sum())
    auc = None
    if positives and negatives:
        ranks = np.empty(len(score))
        ranks[np.argsort(score, kind="stable")] = np.arange(1, len(score) + 1)
        auc = round(
            float(
                (ranks[positive].sum() - positives * (positives + 1) / 2)
                / (positives * negatives)
            ),
            4,
        )
    return {"auc": auc, "positives": positives, "observations": len(score)}


def yearly_logo_churn(world: World) -> float:
    """Accounts that left over customer years, within the period."""
    times, settings = world.customers, world.settings
    left, customer_days = 0, 0
    for start, end, reason in (
        (times.start, times.end, times.end_reason),
        (times.second_start, times.second_end, times.second_end_reason),
    ):
        first, last = (
            np.maximum(start, settings.start_date),
            np.minimum(end, settings.end_date + 1),
        )
        customer_days += int(np.maximum((last - first).astype(np.int64), 0).sum())
        left += int(np.isin(reason, (CHURNED, NON_PAYMENT)).sum())
    return left / (customer_days / 365)


def _write_latent_health(
    world: World, month_ends: np.ndarray, writer: RawWriter, path: Path
) -> None:
    accounts = [_customers_at(world, date) for date in month_ends]
    sizes = [len(part) for part in accounts]
    account = np.concatenate([np.zeros(0, dtype=np.int64), *accounts])
    date = np.repeat(month_ends, sizes)
    health = world.latent.at(account, date) if len(account) else np.zeros(0)
    _copy(
        writer,
        {
            "account_id": identifier("acct", account),
            "month_end": day(date),
            "latent_health": Column(np.round(health, 4)),
        },
        path,
        "format parquet, compression zstd",
    )


def _write_outcomes(outcomes: Outcomes, writer: RawWriter, path: Path) -> None:
    """One row per outcome, its date in the column of its kind, all history."""
    kinds = ("churned", "contracted", "expanded", "reactivated", "merged")
    blocks = outcomes.blocks
    account = np.concatenate([block[0] for block in blocks])
    date = np.concatenate([block[1] for block in blocks])
    kind = np.concatenate(
        [np.full(len(block[0]), kinds.index(block[2])) for block in blocks]
    )
    cause = np.concatenate(
        [np.full(len(block[0]), block[3], dtype=object) for block in blocks]
    )
    order = np.lexsort((kind, date, account))
    columns = {"account_id": identifier("acct", account[order])}
    for code, word in enumerate(kinds):
        columns[f"{word}_on"] = day(
            np.where(kind[order] == code, date[order], np.datetime64("NaT", "D"))
        )
    columns["cause"] = text(cause[order])
    _copy(writer, columns, path, "format csv, header")


def _copy(
    writer: RawWriter, columns: dict[str, Column], path: Path, options: str
) -> None:
    writer.connection.register(
        "truth", {name: column.values for name, column in columns.items()}
    )
    select = ", ".join(
        f'{column.sql(name, as_text=False)} as "{name}"'
        for name, column in columns.items()
    )
    writer.connection.execute(
        f"copy (select {select} from truth) to '{quoted(path)}' ({options})"
    )
    writer.connection.unregister("truth")
