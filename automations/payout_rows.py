"""How a payout run looks in Airtable: its statements, their lines, and its own row.

Order lines never go there. A line or statement that a recalculation no longer has is withdrawn:
its amount becomes 0, so that every statement stays the sum of its lines.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from automations.payouts import CARRY_OVER, Line
from automations.plan import UpsertRow
from schemas.fields import Field
from schemas.money import Money, total
from schemas.records_payouts import RunState
from schemas.tables import payouts as tables

HELD = "Held"


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a statement's money is, and what keeps it there."""

    state: str
    holds: str = ""
    reference: str = ""
    paid_on: str = ""

    def values(self) -> dict[Field, object]:
        """As the row of the statement shows it."""
        return {
            tables.STATEMENT_STATE: self.state,
            tables.STATEMENT_HOLDS: self.holds,
            tables.STATEMENT_REFERENCE: self.reference,
            tables.STATEMENT_PAID_ON: self.paid_on or None,
        }


@dataclass(frozen=True, slots=True)
class Shown:
    """A run as it is to be shown; `creators` and `statements` give record ids where known.

    `standing` is how far each statement is, by its key; the run's state where it says nothing.
    """

    key: str
    period: str
    state: RunState
    calculated_at: datetime
    posted_at: datetime | None = None
    record_id: str = ""
    creators: Mapping[str, str] = field(default_factory=dict)
    statements: Mapping[str, str] = field(default_factory=dict)
    standing: Mapping[str, Standing] = field(default_factory=dict)

    def stands(self, key: str) -> Standing:
        """How far the statement of that key is."""
        return self.standing.get(key, Standing(self.state.value))


def statement_key(line: Line) -> str:
    """The identity of the statement a line belongs to."""
    return f"statement:{line.run}:{line.creator}:{line.amount.currency}"


def by_statement(lines: Sequence[Line]) -> Mapping[str, Sequence[Line]]:
    """The lines of each statement."""
    found: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        found[statement_key(line)].append(line)
    return found


def plan_statements(
    *, run: Shown, lines: Sequence[Line], gone: Sequence[str] = ()
) -> tuple[UpsertRow, ...]:
    """A row per statement; those in `gone` (keys shown before) are withdrawn."""
    statements = by_statement(lines)
    because = f"Payout run {run.period} is {run.state.value.lower()}."
    return (
        *(
            UpsertRow(key, because, tables.STATEMENTS, _statement(run, own))
            for key, own in statements.items()
        ),
        *(
            UpsertRow(key, "No longer part of the run.", tables.STATEMENTS, _NO_STATEMENT)
            for key in gone
            if key not in statements
        ),
    )


def plan_lines(
    *, run: Shown, lines: Sequence[Line], gone: Sequence[str] = ()
) -> tuple[UpsertRow, ...]:
    """A row per line; those in `gone` (keys shown before) are withdrawn."""
    keys = {line.key for line in lines}
    return (
        *(UpsertRow(line.key, line.because, tables.LINES, _line(run, line)) for line in lines),
        *(
            UpsertRow(key, "No longer part of the run.", tables.LINES, _NO_LINE)
            for key in gone
            if key not in keys
        ),
    )


def run_values(*, run: Shown, lines: Sequence[Line]) -> dict[Field, object]:
    """What the worker writes on the run's own row."""
    statements = by_statement(lines)
    held = {key for key in statements if run.stands(key).state == HELD}
    kept = [line for line in lines if statement_key(line) not in held]
    values: dict[Field, object] = {
        tables.RUN_KEY: run.key,
        tables.RUN_STATE: run.state.value,
        tables.RUN_CALCULATED_AT: run.calculated_at,
        tables.RUN_STATEMENTS: len(statements),
        tables.RUN_TOTALS: _by_currency(kept),
        tables.RUN_HELD: _by_currency([line for line in lines if statement_key(line) in held]),
        tables.RUN_CARRIED: _by_currency([line for line in kept if carried_out(line)], -1),
    }
    if run.posted_at is not None:
        values[tables.RUN_POSTED_AT] = run.posted_at
    return values


def totals(lines: Sequence[Line]) -> tuple[Money, ...]:
    """What the lines sum to, by currency."""
    currencies = sorted({line.amount.currency for line in lines})
    return tuple(
        total((line.amount for line in lines if line.amount.currency == currency), currency)
        for currency in currencies
    )


_NO_STATEMENT: Mapping[Field, object] = {
    tables.STATEMENT_TOTAL: Decimal(0),
    tables.STATEMENT_CARRIED: Decimal(0),
    tables.STATEMENT_LINES: 0,
    **Standing("Withdrawn").values(),
}
_NO_LINE: Mapping[Field, object] = {
    tables.LINE_AMOUNT: Decimal(0),
    tables.LINE_KIND: "Withdrawn",
    tables.LINE_BECAUSE: "Withdrawn: the run was calculated again without it.",
}


def _statement(run: Shown, lines: Sequence[Line]) -> Mapping[Field, object]:
    currency = lines[0].amount.currency
    carried = total((-line.amount for line in lines if carried_out(line)), currency)
    return {
        tables.STATEMENT_RUN: _link(run.record_id),
        tables.STATEMENT_CREATOR: _link(run.creators.get(lines[0].creator, "")),
        tables.STATEMENT_PERIOD: run.period,
        tables.STATEMENT_CURRENCY: currency,
        tables.STATEMENT_TOTAL: total((line.amount for line in lines), currency).amount,
        tables.STATEMENT_CARRIED: carried.amount,
        tables.STATEMENT_LINES: len(lines),
        **run.stands(statement_key(lines[0])).values(),
    }


def _line(run: Shown, line: Line) -> Mapping[Field, object]:
    values: dict[Field, object] = {
        tables.LINE_STATEMENT: _link(run.statements.get(statement_key(line), "")),
        tables.LINE_CREATOR: _link(run.creators.get(line.creator, "")),
        tables.LINE_RULE: f"{line.rule} v{line.version}" if line.terms else line.kind,
        tables.LINE_WINDOW: line.window,
        tables.LINE_KIND: line.kind,
        tables.LINE_AMOUNT: line.amount.amount,
        tables.LINE_CURRENCY: line.amount.currency,
        tables.LINE_PAID_BY: line.paid_by,
        tables.LINE_COUNT: line.count,
        tables.LINE_RATE: line.rate,
        tables.LINE_BECAUSE: line.because,
    }
    if line.basis is not None:
        values[tables.LINE_BASIS] = line.basis.amount
    return values


def carried_out(line: Line) -> bool:
    """Whether the line moves a statement's balance to a later run."""
    return line.kind == CARRY_OVER and line.rule.startswith("carry-over out")


def _by_currency(lines: Sequence[Line], sign: int = 1) -> str:
    return "; ".join(str(amount.times(sign)) for amount in totals(lines))


def _link(record_id: str) -> list[str]:
    return [record_id] if record_id else []
