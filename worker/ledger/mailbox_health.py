"""What a mailbox's health is judged by: touches sent, bounces and complaints about them."""

from datetime import datetime

from sqlalchemy import Connection, func, select, update

from automations.mailbox_health import Health
from schemas.outreach import DeliveryState
from worker.ledger.engine import Ledger, insert_new
from worker.ledger.tables import DELIVERIES, INBOUND, MAILBOXES_RESUMED


def health(ledger: Ledger, mailbox: str, since: datetime) -> Health:
    """Counts since then, or since a person last resumed the mailbox."""
    touch, mail = DELIVERIES.c, INBOUND.c
    with ledger.reading() as connection:
        resumed = connection.execute(
            select(MAILBOXES_RESUMED.c.at).where(MAILBOXES_RESUMED.c.mailbox == mailbox)
        ).scalar()
        since = max(since, resumed) if resumed else since

        def touches(state: DeliveryState) -> int:
            counted = select(func.count()).where(
                touch.kind == "touch", touch.mailbox == mailbox, touch.state == state.value,
                touch.settled_at >= since,
            )  # fmt: skip
            return int(connection.execute(counted).scalar_one())

        def mails(kind: str) -> int:
            counted = select(func.count()).where(
                mail.mailbox == mailbox, mail.kind == kind, mail.at >= since
            )
            return int(connection.execute(counted).scalar_one())

        refused = touches(DeliveryState.REFUSED)
        sent = touches(DeliveryState.SENT) + refused
        return Health(sent, refused + mails("bounce"), mails("complaint"))


def resumed(connection: Connection, mailbox: str, at: datetime) -> None:
    """A person looked and resumed it: what was before is not held against it again."""
    if not insert_new(connection, MAILBOXES_RESUMED, {"mailbox": mailbox, "at": at}):
        connection.execute(
            update(MAILBOXES_RESUMED).where(MAILBOXES_RESUMED.c.mailbox == mailbox).values(at=at)
        )
