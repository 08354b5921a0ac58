"""Held statements of a base as people look at them, and letting one go with a name and a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from automations.finance_files.references import reference
from automations.payout_rows import by_statement
from automations.statement_holds import Due, Hold, Holds
from schemas.money import Money, total
from worker import payout_review
from worker.ledger import payout_holds, payout_runs, posted_statements, shown_payouts
from worker.ledger.engine import Ledger
from worker.ledger.payout_holds import Release
from worker.ledger.payout_runs import Stale
from worker.payees import read_payees

REASON_LIMIT = 300
NEWEST_RUNS = 12


@dataclass(frozen=True, slots=True)
class HeldStatement:
    """One reason that holds one statement; `short` names the statement as files do."""

    key: str
    short: str
    period: str
    who: str
    amount: Money
    hold: Hold


def read_held(ledger: Ledger, base: str) -> tuple[HeldStatement, ...]:
    """Everything that is held: of runs not posted yet, and of posted statements not paid yet."""
    payees = read_payees(ledger, base)
    found: list[tuple[Due, str, Holds]] = []
    with ledger.reading() as connection:
        for run in payout_runs.newest(connection, base, NEWEST_RUNS):
            if run.state == payout_runs.POSTED:
                continue
            amounts = payout_holds.amount_holds(connection, run.key)
            dues = [
                Due(key, own[0].creator, total((ln.amount for ln in own), own[0].amount.currency))
                for key, own in by_statement(payout_runs.draft_lines(connection, run.key)).items()
            ]
            paying = payout_review.payment_holds(connection, base, dues, payees)
            both = {
                key: (*amounts.get(key, ()), *paying.get(key, ())) for key in {*amounts, *paying}
            }
            found += [(due, run.period, both) for due in dues]
        waiting = posted_statements.open_ones(connection, base)
        dues = [one.due for one in waiting]
        paying = payout_review.payment_holds(connection, base, dues, payees)
        found += [(one.due, one.period, paying) for one in waiting]
    names = payout_review.names_of(payees)
    return tuple(
        HeldStatement(
            due.key, reference(due.key, period, 1), period,
            names.get(due.creator, due.creator), due.amount, hold,
        )
        for due, period, holds in found
        for hold in holds.get(due.key, ())
    )  # fmt: skip


def release(
    ledger: Ledger,
    base: str,
    chosen: Sequence[HeldStatement],
    *,
    by: str,
    because: str,
    at: datetime,
) -> int:
    """Let these go in the name of `by`; how many were. Stale without a name and a reason."""
    who, why = " ".join(by.split()), " ".join(because.split())[:REASON_LIMIT]
    if not who or not why:
        raise Stale("Nothing was released: say who releases it, and why.")
    for one in chosen:
        if not one.hold.kind.can_be_released:
            raise Stale(
                f"Nothing was released: {one.hold.because}. Put it right in Creators; without an "
                "account there is nowhere to pay to."
            )
    gone = 0
    with ledger.writing() as connection:
        for one in chosen:
            given = Release(one.key, one.hold.kind.value, one.hold.about, who, why, at)
            gone += payout_holds.release(connection, base, given)
            run = payout_holds.run_of(one.key)
            posted = posted_statements.by_keys(connection, [one.key])
            shown_payouts.is_due(connection, base, [one.key if posted else run])
    return gone
