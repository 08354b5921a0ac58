"""Shows in Airtable what happened to runs and statements since they were last shown there.

An approval by link, a file made, a result recorded, a hold released or put right in Creators: all
of it is in the ledger first, and here it is told, ten rows a call.
"""

from collections.abc import Mapping, Sequence

from automations.payout_rows import Standing
from schemas.fields import Field
from schemas.problems import Problem
from schemas.tables import payouts as tables
from worker import payout_review, payouts
from worker.ledger import payout_runs, posted_statements, shown_payouts
from worker.ledger.posted_statements import Statement
from worker.payees import read_payees
from worker.payout_screen import said_of, show_statements
from worker.payouts import Desk
from worker.wiring import Worker


def is_due(worker: Worker) -> bool:
    """Whether anything may have to be shown: something changed, or a statement is not paid yet."""
    with worker.ledger.reading() as connection:
        return bool(
            shown_payouts.due(connection, worker.base_id)
            or posted_statements.open_ones(connection, worker.base_id)
        )


def catch_up(desk: Desk) -> tuple[int, tuple[Problem, ...]]:
    """Show what is due; how many statements were written, and what Airtable refused."""
    base, ledger = desk.base.base_id, desk.ledger
    payees = read_payees(ledger, base)
    with ledger.reading() as connection:
        due = shown_payouts.due(connection, base)
        waiting = {one.key for one in posted_statements.open_ones(connection, base)}
        runs = [run for key in sorted(due) if (run := payout_runs.find(connection, key))]
        keys = waiting | {key for key in due if key.startswith("statement:")}
        statements = posted_statements.by_keys(connection, keys)
        standing = payout_review.standings_of(connection, base, statements, payees)
        said = shown_payouts.said(connection, base, standing.keys())
    problems: list[Problem] = []
    for run in runs:
        problems += payouts.shown(desk, payouts.with_lines(desk, run)).problems
    news = {key: one for key, one in standing.items() if said.get(key) != said_of(one)}
    problems += _show(desk, [one for one in statements if one.key in news], news)
    return len(news), tuple(problems)


def _show(
    desk: Desk, statements: Sequence[Statement], standing: Mapping[str, Standing]
) -> Sequence[Problem]:
    rows: dict[str, Mapping[Field, object]] = {
        one.key: {
            tables.STATEMENT_PERIOD: one.period,
            tables.STATEMENT_CURRENCY: one.amount.currency,
            tables.STATEMENT_TOTAL: one.amount.amount,
            **standing[one.key].values(),
        }
        for one in statements
    }
    problems = show_statements(desk.base, rows)
    with desk.ledger.writing() as connection:
        told = {key: said_of(one) for key, one in standing.items()}
        shown_payouts.tell(connection, desk.base.base_id, told)
    return problems
