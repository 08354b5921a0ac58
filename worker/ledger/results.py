"""The facts that results are counted from: touches that left, and what followed."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from automations.results import Event, Happened, SentTouch
from schemas.outreach import DeliveryState
from schemas.stages import LADDER, Stage
from worker.ledger.engine import Ledger
from worker.ledger.tables import DELIVERIES, INBOUND
from worker.ledger.tables_pipeline import STAGE_MOVES

_OF_MAIL: Mapping[str, Happened] = {
    "human": Happened.REPLY,
    "opt-out": Happened.OPT_OUT,
    "complaint": Happened.OPT_OUT,
    "bounce": Happened.BOUNCE,
}
CONVERTED = tuple(stage.value for stage in LADDER[LADDER.index(Stage.ONBOARDED) :])


def sent_touches(
    ledger: Ledger, base: str, since: datetime, teammates: Mapping[str, str]
) -> tuple[SentTouch, ...]:
    """Touches since then that were sent, or refused by the address; `teammates`: names by id."""
    one = DELIVERIES.c
    states = (DeliveryState.SENT.value, DeliveryState.REFUSED.value)
    wanted = select(DELIVERIES).where(
        one.base == base, one.kind == "touch", one.state.in_(states), one.settled_at >= since
    )
    with ledger.reading() as connection:
        rows = connection.execute(wanted).all()
    return tuple(
        SentTouch(
            key=row.key, creator=row.creator or "", sequence=row.payload.get("sequence", ""),
            step=row.step or 0, at=row.settled_at, template=row.template, variant=row.variant,
            language=row.language, mailbox=row.mailbox or "",
            teammate=teammates.get(row.teammate, row.teammate),
            refused=row.state == DeliveryState.REFUSED.value,
        )
        for row in rows
    )  # fmt: skip


def events(ledger: Ledger, base: str, since: datetime) -> tuple[Event, ...]:
    """What creators did since then: mails by kind, and reaching Onboarded or a later stage."""
    mail, move = INBOUND.c, STAGE_MOVES.c
    mails = select(mail.kind, mail.creator, mail.at, mail.delivery).where(
        mail.base == base, mail.at >= since, mail.kind.in_(_OF_MAIL)
    )
    moves = select(move.creator, move.at).where(
        move.base == base,
        move.at >= since,
        move.to_stage.in_(CONVERTED),
        move.from_stage.not_in(CONVERTED),
        move.number > 1,  # the first is where the creator was first seen
    )
    with ledger.reading() as connection:
        written = connection.execute(mails).all()
        moved = connection.execute(moves).all()
    return (
        *(Event(_OF_MAIL[m.kind], m.creator or "", m.at, m.delivery or "") for m in written),
        *(Event(Happened.CONVERSION, m.creator, m.at) for m in moved),
    )
