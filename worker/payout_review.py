"""A run between its calculation and its posting: what holds its statements and what it changes.

Drafts are stored with their holds in one transaction; the rest is read for whoever approves.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, delete, insert, select

from automations.payout_rows import Standing, by_statement, statement_key
from automations.payouts import Line
from automations.run_changes import compare_runs, explain
from automations.run_words import Review
from automations.statement_holds import (
    Due,
    Holds,
    plan_amount_holds,
    plan_payment_holds,
    without,
)
from automations.statement_states import stands_left_out, stands_posted, stands_unposted
from schemas.money import total
from schemas.records_payees import Payee
from schemas.records_payouts import RunState
from worker.ledger import payments, payout_holds, payout_runs, posted_statements
from worker.ledger.engine import Ledger
from worker.ledger.payout_runs import PayoutRun
from worker.ledger.posted_statements import Statement
from worker.ledger.tables_statements import RECALCULATIONS

Payees = Mapping[str, Payee]
SHOWN_AS = {
    payout_runs.CALCULATED: RunState.CALCULATED,
    payout_runs.APPROVED: RunState.APPROVED,
    payout_runs.POSTED: RunState.POSTED,
}
_MOST_KEPT = 500


def draft(
    connection: Connection,
    fresh: PayoutRun,
    lines: Sequence[Line],
    payees: Payees,
    crossed: Mapping[str, str],
) -> PayoutRun:
    """Store the run's draft with its holds, and what it changes against its last calculation.

    `crossed` says of rules, by title, why their budget would be crossed.
    """
    found = plan_amount_holds(lines=lines, payees=payees, crossed=crossed)
    before = payout_runs.find(connection, fresh.key)
    if before and before.facts_hash != fresh.facts_hash:
        drafted = payout_runs.draft_lines(connection, fresh.key)
        said = explain(lines, drafted, names_of(payees))
        _remember(connection, fresh, said[:_MOST_KEPT])
    run = payout_runs.draft(connection, fresh, lines)
    return payout_holds.replace(connection, run, found)


def hold_more(
    connection: Connection, run: PayoutRun, lines: Sequence[Line], payees: Payees
) -> None:
    """Before posting: a dispute opened since the calculation holds its statement as well."""
    found = plan_amount_holds(lines=lines, payees=payees, crossed={})
    payout_holds.add(connection, run, found)


def review(ledger: Ledger, run: PayoutRun, lines: Sequence[Line], payees: Payees) -> Review:
    """The run as its approver sees it."""
    with ledger.reading() as connection:
        amounts = payout_holds.amount_holds(connection, run.key)
        before = payout_runs.posted_lines(connection, run.based_on) if run.based_on else ()
        wanted = select(RECALCULATIONS.c.said).where(RECALCULATIONS.c.run == run.key)
        said = connection.execute(wanted).scalar() or ""
        held = payment_holds(connection, run.base, _dues(connection, run, lines), payees)
    kept = [line for line in lines if statement_key(line) not in amounts]
    return Review(
        amounts=amounts,
        payments={key: own for key, own in held.items() if key not in amounts},
        changes=compare_runs(lines, before, kept),
        explained=tuple(said.split("\n")) if said else (),
        names=names_of(payees),
        after=run.based_on.rsplit("/", 1)[-1],
    )


def standings(
    ledger: Ledger, run: PayoutRun, lines: Sequence[Line], payees: Payees
) -> Mapping[str, Standing]:
    """How far each statement of the run is, by its key."""
    with ledger.reading() as connection:
        amounts = payout_holds.amount_holds(connection, run.key)
        if run.state == payout_runs.POSTED:
            posted = posted_statements.of_run(connection, run.key)
            return stands_left_out(amounts) | _posted(connection, run.base, posted, payees)
        held = payment_holds(connection, run.base, _dues(connection, run, lines), payees)
    return stands_unposted(SHOWN_AS[run.state], lines, amounts, held)


def standings_of(
    connection: Connection, base: str, statements: Sequence[Statement], payees: Payees
) -> Mapping[str, Standing]:
    """How far posted statements are, by key."""
    return _posted(connection, base, statements, payees)


def payment_holds(connection: Connection, base: str, due: Sequence[Due], payees: Payees) -> Holds:
    """The payment holds in force: found on today's cells, and not released."""
    found = plan_payment_holds(due=due, payees=payees, paid_to=payments.paid_to(connection, base))
    return without(found, payout_holds.released(connection, base))


def names_of(payees: Payees) -> Mapping[str, str]:
    """What creators are called."""
    return {creator: payee.shown_as for creator, payee in payees.items()}


def _posted(
    connection: Connection, base: str, statements: Sequence[Statement], payees: Payees
) -> dict[str, Standing]:
    held = payment_holds(connection, base, [one.due for one in statements], payees)
    return {
        one.key: stands_posted(
            one.state, one.carried, held.get(one.key, ()),
            reference=one.reference, paid_on=one.paid_on,
        )
        for one in statements
    }  # fmt: skip


def _dues(connection: Connection, run: PayoutRun, lines: Sequence[Line]) -> Sequence[Due]:
    if run.state == payout_runs.POSTED:
        return [one.due for one in posted_statements.of_run(connection, run.key)]
    return [
        Due(key, own[0].creator, total((line.amount for line in own), own[0].amount.currency))
        for key, own in by_statement(lines).items()
    ]


def _remember(connection: Connection, run: PayoutRun, said: Sequence[str]) -> None:
    connection.execute(delete(RECALCULATIONS).where(RECALCULATIONS.c.run == run.key))
    row = {"run": run.key, "base": run.base, "at": run.calculated_at, "said": "\n".join(said)}
    connection.execute(insert(RECALCULATIONS), row)
