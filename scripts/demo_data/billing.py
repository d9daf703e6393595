"""Raw tables of the source `billing`."""

from __future__ import annotations

import numpy as np

from .raw_files import (
    Dirt,
    Table,
    day,
    flag,
    identifier,
    label,
    latest,
    moment,
    number,
    text,
    whole,
)
from .subscriptions import END_REASONS, NON_PAYMENT
from .world import (
    CURRENCIES,
    CURRENCY_FACTORS,
    FOREVER,
    PRODUCT_COUNT,
    World,
    add_months,
    at_office_hours,
    days,
    logistic,
)

PRODUCTS = (
    # name, impact area, team that benefits, segments that may buy it
    (
        "Core Platform",
        "efficiency",
        "operations",
        "enterprise|mid_market|small_business",
    ),
    ("Insights", "revenue", "sales", "enterprise|mid_market|small_business"),
    ("Automation", "efficiency", "engineering", "enterprise|mid_market"),
    (
        "Service Desk",
        "customer_satisfaction",
        "support",
        "enterprise|mid_market|small_business",
    ),
    ("Compliance", "risk", "finance", "enterprise|mid_market"),
    ("Engage", "revenue", "marketing", "enterprise|mid_market|small_business"),
)
PAYMENT_STATUS = ("succeeded", "failed", "refunded", "disputed")
SUCCEEDED, FAILED, REFUNDED, DISPUTED = range(4)


def billing_tables(world: World, versions: dict[str, np.ndarray]) -> list[Table]:
    invoices, invoice_table = _invoices(world, versions)
    return [
        _products(),
        _subscriptions(world, versions),
        invoice_table,
        _payments(world, invoices),
        _service_costs(world),
    ]


def _products() -> Table:
    return Table(
        "billing",
        "products",
        {
            "product_id": identifier("prod", np.arange(PRODUCT_COUNT), 2),
            "product_name": text([row[0] for row in PRODUCTS]),
            "impact_area": text([row[1] for row in PRODUCTS]),
            "benefactor_team": text([row[2] for row in PRODUCTS]),
            "eligible_segments": text([row[3] for row in PRODUCTS]),
        },
        is_clean=True,
    )


def _subscriptions(world: World, versions: dict[str, np.ndarray]) -> Table:
    accounts = world.accounts
    factor = CURRENCY_FACTORS[accounts.currency[versions["account"]]]
    return Table(
        "billing",
        "subscriptions",
        {
            "subscription_id": identifier("sub", versions["subscription"]),
            "account_id": identifier("acct", versions["account"]),
            "product_id": identifier("prod", versions["product"], 2),
            "valid_from": day(versions["valid_from"]),
            "valid_to": day(versions["valid_to"]),
            "term_start": day(versions["term_start"]),
            "term_end": day(versions["term_end"]),
            "quantity": whole(versions["quantity"]),
            "mrr": number(versions["mrr"] * factor),
            "list_mrr": number(versions["list_mrr"] * factor),
            "currency": label(
                CURRENCIES, accounts.currency[versions["account"]], is_enum=False
            ),
            "billing_period_months": whole(
                accounts.billing_months[versions["account"]]
            ),
            "auto_renew": flag(versions["auto_renew"]),
            "ended_at": day(versions["ended_at"]),
            "end_reason": label(END_REASONS, versions["end_reason"]),
        },
        key="subscription_id",
        happened="valid_from",
        changed=latest(versions["valid_from"], versions["valid_to"]),
        unknown_at_first=("valid_to", "ended_at", "end_reason"),
    )


def _invoices(
    world: World, versions: dict[str, np.ndarray]
) -> tuple[dict[str, np.ndarray], Table]:
    """One invoice per subscription and billing period, and some credit notes."""
    generator = world.settings.generator("invoices")
    accounts, settings = world.accounts, world.settings
    until = np.where(
        np.isnat(versions["valid_to"]), settings.end_date + 1, versions["valid_to"]
    )
    rows = np.flatnonzero(until > settings.start_date - 60)
    period = accounts.billing_months[versions["account"][rows]]
    term_start = versions["term_start"][rows]
    months = (
        until[rows].astype("datetime64[M]") - term_start.astype("datetime64[M]")
    ).astype(np.int64)
    count = months // period + 1
    version = np.repeat(rows, count)
    step = np.arange(len(version)) - np.repeat(np.cumsum(count) - count, count)
    period = np.repeat(period, count)
    issued = add_months(versions["term_start"][version], step * period)
    keep = (
        (issued >= versions["valid_from"][version])
        & (issued < until[version])
        & (issued >= settings.start_date - 60)
        & (issued <= settings.end_date)
        & (issued < versions["term_end"][version])
    )
    version, issued, period = version[keep], issued[keep], period[keep]
    account = versions["account"][version]
    amount = (
        versions["mrr"][version] * period * CURRENCY_FACTORS[accounts.currency[account]]
    )

    health = world.latent.at(account, issued, "payments")
    credited = np.flatnonzero(
        generator.random(len(issued)) < 0.02 * np.exp(-0.4 * np.clip(health, -2.5, 2.5))
    )
    credit_on = issued[credited] + generator.integers(5, 40, len(credited))
    credited, credit_on = (
        credited[credit_on <= settings.end_date],
        credit_on[credit_on <= settings.end_date],
    )
    credit = -amount[credited] * generator.uniform(0.05, 0.5, len(credited))
    invoices = {
        "account": np.concatenate([account, account[credited]]),
        "issued": np.concatenate([issued, credit_on]),
        "amount": np.round(np.concatenate([amount, credit]), 2),
    }
    net_days = np.where(accounts.segment[invoices["account"]] == 2, 14, 30)
    invoices["due"] = invoices["issued"] + net_days
    table = Table(
        "billing",
        "invoices",
        {
            "invoice_id": identifier("inv", np.arange(len(invoices["account"]))),
            "account_id": identifier("acct", invoices["account"]),
            "issued_at": day(invoices["issued"]),
            "due_at": day(invoices["due"]),
            "amount": number(invoices["amount"]),
            "currency": label(
                CURRENCIES, accounts.currency[invoices["account"]], is_enum=False
            ),
        },
        key="invoice_id",
        happened="issued_at",
        changed=invoices["issued"],
    )
    return invoices, table


def _payments(world: World, invoices: dict[str, np.ndarray]) -> Table:
    """Attempts to pay each positive invoice, then disputes and refunds."""
    generator = world.settings.generator("payments")
    accounts, customers = world.accounts, world.customers
    positive = np.flatnonzero(invoices["amount"] > 0)
    account, due = invoices["account"][positive], invoices["due"][positive]
    count = len(positive)
    health = np.clip(world.latent.at(account, due, "payments"), -2.5, 2.5)
    late_by = (
        -9
        + accounts.payer_delay[account]
        + generator.exponential(6 * np.exp(-0.45 * health))
    )
    tried_at = np.maximum(
        at_office_hours(due, generator) + days(late_by),
        at_office_hours(invoices["issued"][positive], generator),
    )

    never_paid = generator.random(count) < 0.006 * np.exp(-0.6 * health)
    for end, reason in (
        (customers.end, customers.end_reason),
        (customers.second_end, customers.second_end_reason),
    ):
        unpaid_end = np.where(reason == NON_PAYMENT, end, FOREVER)[account]
        never_paid |= (due > unpaid_end - 150) & (due < unpaid_end + 60)
    fails = never_paid | (generator.random(count) < logistic(-3.6 - 0.7 * health))
    paid_at = tried_at + np.where(
        fails, days(generator.uniform(2, 12, count)), days(np.zeros(count))
    )
    disputed = ~never_paid & (generator.random(count) < logistic(-4.2 - 0.8 * health))
    disputed_at = paid_at + days(generator.uniform(4, 30, count))
    refunded = (disputed & (generator.random(count) < 0.5)) | (
        ~never_paid & (generator.random(count) < 0.004)
    )
    refunded_at = disputed_at + days(generator.uniform(3, 25, count))

    everything = np.arange(count)
    blocks = [
        (everything[fails], tried_at, FAILED),
        (everything[~never_paid], paid_at, SUCCEEDED),
        (everything[disputed], disputed_at, DISPUTED),
        (everything[refunded], refunded_at, REFUNDED),
    ]
    rows = np.concatenate([block[0] for block in blocks])
    when = np.concatenate([block[1][block[0]] for block in blocks])
    status = np.concatenate([np.full(len(block[0]), block[2]) for block in blocks])
    happened = when <= world.settings.end
    rows, when, status = rows[happened], when[happened], status[happened]
    order = np.lexsort((when, rows))
    rows, when, status = rows[order], when[order], status[order]
    return Table(
        "billing",
        "payments",
        {
            "payment_id": identifier("pay", np.arange(len(rows))),
            "invoice_id": identifier("inv", positive[rows]),
            "account_id": identifier("acct", account[rows]),
            "paid_at": moment(when),
            "amount": number(invoices["amount"][positive[rows]]),
            "currency": label(
                CURRENCIES, accounts.currency[account[rows]], is_enum=False
            ),
            "status": label(PAYMENT_STATUS, status),
        },
        key="payment_id",
        happened="paid_at",
        changed=when,
        dirt=[Dirt("missing_invoice", "invoice_id", "null")],
    )


def _service_costs(world: World) -> Table:
    """Cost to serve per account and whole month, in USD; more for the unhealthy."""
    generator = world.settings.generator("service costs")
    settings, accounts = world.settings, world.accounts
    months = np.arange(
        settings.start_date.astype("datetime64[M]"),
        settings.end_date.astype("datetime64[M]"),
    )
    account = np.repeat(np.arange(len(accounts)), len(months))
    month = np.tile(months.astype("datetime64[D]"), len(accounts))
    active = world.customers.is_active(account, month)
    account, month = account[active], month[active]
    health = world.latent.at(account, month, "support")
    seats_cost = accounts.seats[account] * 4.0 + 40
    amount = seats_cost * np.exp(
        0.35 * generator.standard_normal(len(account)) - 0.15 * health
    )
    return Table(
        "billing",
        "service_costs",
        {
            "account_id": identifier("acct", account),
            "month": day(month),
            "amount": number(amount),
            "currency": label(CURRENCIES, np.zeros(len(account)), is_enum=False),
        },
        happened="month",
        arrives_after=32,
    )
