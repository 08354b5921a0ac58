"""Statements in the ledger: made when their run is posted, and how far their money is since."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    case,
    func,
    insert,
    literal,
    select,
    update,
)

from automations.statement_holds import Due
from schemas.money import Money
from worker.ledger.tables_money import POSTED_LINES
from worker.ledger.tables_statements import AMOUNT_HOLDS, PAYMENTS, POSTED_STATEMENTS

POSTED, EXPORTED, PAID, FAILED, REVERSED = "posted", "exported", "paid", "failed", "reversed"
UNRECORDED = "unrecorded"  # posted before payments were recorded here
IN_ONE_STATEMENT = 500


class Run(Protocol):
    """What is needed of a run."""

    @property
    def key(self) -> str: ...

    @property
    def base(self) -> str: ...

    @property
    def period(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Statement:
    """A posted statement; the last attempt to pay it says the rest ("" and 0 before the first)."""

    key: str
    run: str
    period: str
    creator: str
    amount: Money
    carried: Money
    line_count: int
    state: str
    attempt: int = 0
    reference: str = ""
    paid_on: str = ""
    provider_reference: str = ""
    reason: str = ""

    @property
    def due(self) -> Due:
        """The statement as holds are judged."""
        return Due(self.key, self.creator, self.amount, self.state, self.attempt, self.reason)


def is_held(lines: Table) -> ColumnElement[bool]:
    """Whether a line belongs to a statement with an amount hold."""
    return (
        select(AMOUNT_HOLDS.c.statement)
        .where(
            AMOUNT_HOLDS.c.run == lines.c.run,
            AMOUNT_HOLDS.c.creator == lines.c.creator,
            AMOUNT_HOLDS.c.currency == lines.c.currency,
        )
        .exists()
    )


def post_statements(connection: Connection, run: Run, now: datetime) -> None:
    """Make the statements of the run's posted lines, in the transaction that posts them."""
    lines = POSTED_LINES.c
    carried_out = case(
        (lines.rule == literal("carry-over out ") + lines.currency, -lines.amount_minor), else_=0
    )
    made = (
        select(
            literal(f"statement:{run.key}:") + lines.creator + literal(":") + lines.currency,
            literal(run.base),
            literal(run.key),
            literal(run.period),
            lines.creator,
            lines.currency,
            func.sum(lines.amount_minor),
            func.sum(carried_out),
            func.count(),
            literal(POSTED),
            literal(now, POSTED_STATEMENTS.c.posted_at.type),
            literal(0),
        )
        .where(lines.run == run.key)
        .group_by(lines.creator, lines.currency)
    )
    names = [column.name for column in POSTED_STATEMENTS.columns]
    connection.execute(insert(POSTED_STATEMENTS).from_select(names, made))


def of_run(connection: Connection, run: str) -> tuple[Statement, ...]:
    """The statements posted with a run, by key."""
    return _read(connection, _query().where(POSTED_STATEMENTS.c.run == run))


def of_period(connection: Connection, base: str, period: str = "") -> tuple[Statement, ...]:
    """The statements of a month; without one, those of the run posted last."""
    if not period:
        newest = select(func.max(POSTED_STATEMENTS.c.period)).where(
            POSTED_STATEMENTS.c.base == base
        )
        period = connection.execute(newest).scalar() or ""
    query = _query().where(POSTED_STATEMENTS.c.base == base, POSTED_STATEMENTS.c.period == period)
    return _read(connection, query)


def by_keys(connection: Connection, keys: Collection[str]) -> tuple[Statement, ...]:
    """The statements of these keys."""
    ordered = sorted(keys)
    return tuple(
        found
        for start in range(0, len(ordered), IN_ONE_STATEMENT)
        for found in _read(
            connection,
            _query().where(POSTED_STATEMENTS.c.key.in_(ordered[start : start + IN_ONE_STATEMENT])),
        )
    )


def open_ones(connection: Connection, base: str, period: str = "") -> tuple[Statement, ...]:
    """Statements with something to pay that is neither on its way nor paid, oldest run first."""
    query = _query().where(
        POSTED_STATEMENTS.c.base == base,
        POSTED_STATEMENTS.c.state.in_((POSTED, FAILED, REVERSED, UNRECORDED)),
        POSTED_STATEMENTS.c.amount_minor > 0,
    )
    if period:
        query = query.where(POSTED_STATEMENTS.c.period == period)
    return _read(connection, query)


def sums(connection: Connection, base: str) -> Sequence[tuple[str, str, str, int, Money, Money]]:
    """By run period, state and currency: how many statements, their sum, and what they carry."""
    table = POSTED_STATEMENTS.c
    query = (
        select(
            table.period,
            table.state,
            table.currency,
            func.count().label("statements"),
            func.sum(table.amount_minor).label("minor"),
            func.sum(table.carried_minor).label("carried"),
        )
        .where(table.base == base)
        .group_by(table.period, table.state, table.currency)
        .order_by(table.period, table.state, table.currency)
    )
    return [
        (
            row.period, row.state, row.currency, row.statements,
            Money.from_minor(int(row.minor), row.currency),
            Money.from_minor(int(row.carried), row.currency),
        )
        for row in connection.execute(query)
    ]  # fmt: skip


def set_states(
    connection: Connection, states: Mapping[str, str], *, another_attempt: int = 0
) -> None:
    """Say how far the money of each statement is, and whether it was tried once more (1)."""
    by_state: dict[str, list[str]] = {}
    for key, state in sorted(states.items()):
        by_state.setdefault(state, []).append(key)
    for state, keys in by_state.items():
        for start in range(0, len(keys), IN_ONE_STATEMENT):
            some = keys[start : start + IN_ONE_STATEMENT]
            connection.execute(
                update(POSTED_STATEMENTS)
                .where(POSTED_STATEMENTS.c.key.in_(some))
                .values(state=state, attempt=POSTED_STATEMENTS.c.attempt + another_attempt)
            )


def _query() -> Select[Any]:
    statements, payments = POSTED_STATEMENTS.c, PAYMENTS.c
    return (
        select(
            POSTED_STATEMENTS,
            payments.reference,
            payments.paid_on,
            payments.provider_reference,
            payments.reason,
        )
        .select_from(POSTED_STATEMENTS)
        .outerjoin(
            PAYMENTS,
            (payments.statement == statements.key) & (payments.attempt == statements.attempt),
        )
        .order_by(statements.period, statements.key)
    )


def _read(connection: Connection, query: Select[Any]) -> tuple[Statement, ...]:
    return tuple(_statements(connection.execute(query).mappings()))


def _statements(rows: Iterable[Any]) -> Iterable[Statement]:
    for row in rows:
        currency = row["currency"]
        yield Statement(
            key=row["key"],
            run=row["run"],
            period=row["period"],
            creator=row["creator"],
            amount=Money.from_minor(row["amount_minor"], currency),
            carried=Money.from_minor(row["carried_minor"], currency),
            line_count=row["line_count"],
            state=row["state"],
            attempt=row["attempt"],
            reference=row["reference"] or "",
            paid_on=row["paid_on"] or "",
            provider_reference=row["provider_reference"] or "",
            reason=row["reason"] or "",
        )
