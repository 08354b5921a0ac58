"""The three-way check of one base: what differs is kept in the ledger and shown in Airtable.

It pays nothing and changes no payout; what people decided about an exception stays decided.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from automations.exception_queue import Standing, State, plan_queue, to_show
from automations.three_way import (
    Mismatch,
    MonthCheck,
    checked_months,
    order_mismatches,
    payment_mismatches,
)
from schemas.fields import Field
from schemas.money import Money
from schemas.parsing import Row
from schemas.problems import Problem
from schemas.rules import Rules
from schemas.tables import exceptions as table
from worker.ledger import exceptions, payment_facts, payout_facts, three_way_facts
from worker.ledger.engine import Ledger
from worker.ledger.three_way_facts import Differing
from worker.payout_screen import Screen

PATIENCE = timedelta(days=14)  # so long may an order be settled without being in a settlement
MOST_SHOWN = 200
IDLE = (table.OURS, table.THEIRS, table.STATE, table.NOTE, table.KIND)


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What the check found: both sides by month, the open exceptions, how many are explained.

    `unshown` open ones are not in Airtable, the largest being there; `silent` are the shops of
    which no settlement was ever imported.
    """

    months: tuple[MonthCheck, ...]
    open: tuple[Mismatch, ...]
    explained: int
    fixed: int
    unshown: int
    silent: tuple[str, ...]
    problems: tuple[Problem, ...] = ()


def reconcile(
    screen: Screen, ledger: Ledger, rules: Rules, now: datetime, *, patience: timedelta = PATIENCE
) -> Reconciled:
    """Compare everything imported and posted so far, and bring the queue of exceptions up to it."""
    base = screen.base_id
    with ledger.reading() as connection:
        found, whole, months = _found(connection, base, rules, (now, patience))
        stood = exceptions.read(connection, base)
        _, present = payout_facts.creators(connection, base)
        silent = {shop.name for shop in rules.shops} - {*three_way_facts.covered(connection, base)}
    rows = {str(row.cells.get(table.KEY, "")): row for row in screen.read(table.EXCEPTIONS)}
    queue = plan_queue(found=found, stood=_as_decided(stood, rows), whole=whole)
    with ledger.writing() as connection:
        fixed = exceptions.keep(connection, base, queue, now)
    shown, unshown = to_show(queue, rows, MOST_SHOWN)
    problems = _show(screen, [one for one in shown if _is_news(one, rows, present)], present)
    standing = [one.mismatch for one in queue.values() if one.state is State.OPEN]
    return Reconciled(
        months=months,
        open=tuple(sorted(standing, key=lambda one: (-abs(one.difference), one.key))),
        explained=sum(one.state is State.EXPLAINED for one in queue.values()),
        fixed=sum(one.state is State.FIXED for one in fixed.values()),
        unshown=unshown,
        silent=tuple(sorted(silent)),
        problems=problems,
    )


def _found(
    connection: Connection, base: str, rules: Rules, waits: tuple[datetime, timedelta]
) -> tuple[Sequence[Mismatch], bool, tuple[MonthCheck, ...]]:
    """What differs, whether that is all of it, and both sides by month."""
    now, patience = waits
    differing = three_way_facts.differing(connection, base, rules.shops, patience)
    statements = payment_facts.disagreeing(connection, base, now - patience)
    months = checked_months(
        three_way_facts.order_sums(connection, base, rules.shops),
        three_way_facts.settlement_sums(connection, base),
        _by_month(differing),
    )
    found = [
        *order_mismatches(one.sides for one in differing),
        *payment_mismatches(statements),
    ]
    whole = max(len(differing), len(statements)) < three_way_facts.MOST_ORDERS
    return found, whole, months


def _by_month(differing: Sequence[Differing]) -> Mapping[tuple[str, str, str], int]:
    """What orders that differ explain of a month: that of their statement, else of settling."""
    found: dict[tuple[str, str, str], int] = defaultdict(int)
    for one in differing:
        sides, month = one.sides, one.stated_month or one.settled_month
        found[sides.shop, sides.currency, month] += sides.theirs - sides.ours
    return found


def _as_decided(stood: Mapping[str, Standing], rows: Mapping[str, Row]) -> Mapping[str, Standing]:
    """What the ledger remembers, with what people chose in Airtable since."""
    decided = dict(stood)
    for key, before in stood.items():
        chosen = rows[key].cells.get(table.STATE) if key in rows else None
        if chosen in table.STATES:
            decided[key] = replace(before, state=State(str(chosen)))
    return decided


def _is_news(one: Standing, rows: Mapping[str, Row], present: Mapping[str, str]) -> bool:
    """Whether the row does not say so already."""
    row = rows.get(one.mismatch.key)
    if row is None:
        return True
    wanted = _cells(one, present)
    return any(_plain(row.cells.get(field)) != _plain(wanted[field]) for field in IDLE)


def _show(
    screen: Screen, standing: Sequence[Standing], present: Mapping[str, str]
) -> tuple[Problem, ...]:
    if not standing:
        return ()
    cells = [{table.KEY: one.mismatch.key, **_cells(one, present)} for one in standing]
    return screen.upsert(table.EXCEPTIONS, cells).problems


def _cells(one: Standing, present: Mapping[str, str]) -> Mapping[Field, object]:
    mismatch = one.mismatch

    def money(minor: int) -> object:
        return Money.from_minor(minor, mismatch.currency).amount

    record = present.get(mismatch.creator, "")
    return {
        table.KIND: mismatch.kind.value,
        table.SHOP: mismatch.shop,
        table.ORDER: mismatch.order,
        table.CREATOR: [record] if record else [],
        table.OURS: money(mismatch.ours),
        table.THEIRS: money(mismatch.theirs),
        table.DIFFERENCE: money(mismatch.difference),
        table.CURRENCY: mismatch.currency,
        table.BECAUSE: mismatch.because,
        table.STATE: one.state.value,
        table.NOTE: one.note,
    }


def _plain(value: object) -> str:
    """A cell as it is compared: Airtable gives numbers back as they come."""
    try:
        return f"{float(str(value)):.3f}"
    except ValueError:
        return str(value or "")
