"""`payouts reconcile`: order files against settlements against payouts."""

from datetime import timedelta
from typing import Annotated

import typer
from rich.markup import escape

from automations.three_way import MonthCheck
from schemas.money import Money
from schemas.parsing import BadCell
from schemas.payout_cells import parse_period
from schemas.tables import creators
from schemas.tables import exceptions as tables
from worker import needs
from worker.airtable_names import Choices, Needs, raise_gone
from worker.cli.output import AsJson, OneBase, as_json, console, finish, table, tell, workers
from worker.errors import Misconfigured
from worker.reading import Reading, forbidden_because
from worker.three_way import PATIENCE, Reconciled, reconcile

MOST_ROWS = 40  # on the screen; Airtable has the largest 200, --json all


NEEDS: Needs = (
    *needs.SETTINGS,
    (creators.TABLE, needs.IDENTITY),
    (
        tables.EXCEPTIONS,
        (tables.KEY, tables.OURS, tables.THEIRS, tables.DIFFERENCE, tables.STATE, tables.BECAUSE),
    ),
)
CHOICES: Choices = ((tables.EXCEPTIONS, tables.STATE, tables.STATES),)


def register(group: typer.Typer) -> None:
    """Add the command to `payouts`."""
    group.command("reconcile")(reconcile_payouts)


def reconcile_payouts(
    period: Annotated[str, typer.Option(help="Show only this month's sums, like 2026-10.")] = "",
    after_days: Annotated[
        int, typer.Option(min=0, help="Days an order or a payment may wait for the other side.")
    ] = PATIENCE.days,
    base: OneBase = "",
    json: AsJson = False,
) -> None:
    """Compare order files, settlements and payouts; what differs goes to Payout exceptions."""
    waiting: list[object] = []
    month = _month(period)
    with workers(base) as each:
        for worker in each:
            reading = Reading(worker)
            if because := forbidden_because(reading):
                raise Misconfigured(because)
            raise_gone(worker.base.lacking(NEEDS, CHOICES))
            worker.base.need(NEEDS)
            rules, wrong = reading.rules()
            reading.identified()
            found = reconcile(
                worker.base, worker.ledger, rules, worker.clock.now(),
                patience=timedelta(days=after_days),
            )  # fmt: skip
            waiting += (*found.open, *wrong, *found.problems)
            if json:
                as_json({"base": worker.name} | _as_json(found, month))
            else:
                _show(worker.name, found, month)
                tell((*wrong, *found.problems))
    finish(waiting)


def _month(period: str) -> str:
    try:
        return parse_period(period) if period else ""
    except BadCell as bad:
        raise Misconfigured(f"--period: {bad}") from bad


def _show(base: str, found: Reconciled, month: str) -> None:
    sums = [_sums(one) for one in found.months if month in ("", one.month)]
    columns = ("Shop", "Month", "Orders", "Settlements", "Differs", "Timing", "Partners")
    table(f"{base}: commission in order files and settlements", columns, sums)
    for shop in found.silent:
        console.print(
            f"[yellow]![/yellow] {escape(shop)}: no settlement was imported; nothing to compare."
        )
    for one in found.open[:MOST_ROWS]:
        difference = Money.from_minor(one.difference, one.currency)
        where = f"{one.kind.value} · {one.shop} {one.order}".strip()
        console.print(f"[yellow]![/yellow] {escape(where)} · {difference}: {escape(one.because)}")
    more = len(found.open) - MOST_ROWS
    if more > 0:
        console.print(f"… and {more} more; Payout exceptions has the largest.")
    if found.unshown:
        console.print(f"{found.unshown} open exceptions are too small to be in Airtable yet.")
    console.print(
        f"{escape(base)}: {len(found.open)} open, {found.explained} explained, "
        f"{found.fixed} newly gone."
    )


def _sums(one: MonthCheck) -> tuple[str, ...]:
    sums = (one.orders, one.settlements, one.mismatched, one.timing, one.partners)
    shown = (str(Money.from_minor(minor, one.currency)) for minor in sums)
    return (one.shop, one.month or "no day", *shown)


def _as_json(found: Reconciled, month: str) -> dict[str, object]:
    return {
        "months": [
            dict(
                zip(
                    ("shop", "month", "orders", "settlements", "differs", "timing",
                     "partners"),
                    _sums(one),
                    strict=True,
                )
            )
            for one in found.months
            if month in ("", one.month)
        ],
        "open": [
            {
                "key": one.key, "kind": one.kind.value, "shop": one.shop, "order": one.order,
                "creator": one.creator,
                "ours": str(Money.from_minor(one.ours, one.currency)),
                "theirs": str(Money.from_minor(one.theirs, one.currency)),
                "difference": str(Money.from_minor(one.difference, one.currency)),
                "because": one.because,
            }
            for one in found.open
        ],
        "explained": found.explained,
        "newly gone": found.fixed,
        "not shown in Airtable": found.unshown,
        "shops without settlements": found.silent,
        "problems": [problem.text for problem in found.problems],
    }  # fmt: skip
