"""Which notice tells which fact: decided with the claim, and kept until the notice is settled."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, func, select

from schemas.outreach import DeliveryState
from worker.ledger.engine import Ledger, insert_new
from worker.ledger.tables import DELIVERIES
from worker.ledger.tables_pipeline import NOTICE_LINES

_SLICE = 500  # facts asked for at once


def cover(connection: Connection, base: str, notice: str, facts: Sequence[str]) -> bool:
    """Give these facts to the notice, in the claim's transaction.

    False if another notice tells one of them: then the claim must fail and roll back.
    """
    for fact in facts:
        insert_new(connection, NOTICE_LINES, {"fact": fact, "base": base, "notice": notice})
    mine = 0
    for asked in _slices(facts):
        ours = select(func.count()).where(
            NOTICE_LINES.c.fact.in_(asked), NOTICE_LINES.c.notice == notice
        )
        mine += int(connection.execute(ours).scalar_one())
    return mine == len(set(facts))


def untold(ledger: Ledger, facts: Sequence[str]) -> Mapping[str, str]:
    """The facts still to be told: fact → the notice it was given to ("" if none yet).

    A fact is left out when its notice is out, under way, in doubt or refused.
    """
    given: dict[str, tuple[str, str | None]] = {}
    with ledger.reading() as connection:
        for asked in _slices(facts):
            lines = (
                select(NOTICE_LINES.c.fact, NOTICE_LINES.c.notice, DELIVERIES.c.state)
                .outerjoin(DELIVERIES, DELIVERIES.c.key == NOTICE_LINES.c.notice)
                .where(NOTICE_LINES.c.fact.in_(asked))
            )
            given |= {row.fact: (row.notice, row.state) for row in connection.execute(lines)}
    return {
        fact: given[fact][0] if fact in given else ""
        for fact in facts
        if fact not in given or given[fact][1] == DeliveryState.DUE.value
    }


def _slices(facts: Sequence[str]) -> list[Sequence[str]]:
    unique = sorted(set(facts))
    return [unique[start : start + _SLICE] for start in range(0, len(unique), _SLICE)]
