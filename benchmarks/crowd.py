"""A base with very many creators, as it is in the middle of a programme."""

from datetime import UTC, datetime, timedelta

from sandbox.airtable.store import Store
from sandbox.people import invented
from sandbox.seed import OPENED, fill
from schemas.tables import creators as c
from schemas.tables import operations, outreach

LAST_REPLY = "Thank you for the sample! I will film it on the weekend and send you the link. " * 4


def crowd(store: Store, base_id: str, count: int, *, enrolled: bool = True) -> None:
    """Fill the base with every brake open, and add `count` creators whose rows are nearly full.

    Links are set without their other side, which would be one list of all creators.
    """
    fill(store, base_id, OPENED)
    sequence, owner = (
        str(store.rows(base_id, table.name)[0]["id"])
        for table in (outreach.SEQUENCES, operations.TEAM)
    )
    table = store.table(base_id, c.TABLE.name)
    links = {c.OWNER.name: [owner]} | ({c.SEQUENCE.name: [sequence]} if enrolled else {})
    linked = {table.field(name): value for name, value in links.items()}
    began = datetime(2026, 9, 1, 15, tzinfo=UTC)
    for number, person in enumerate(invented(count)):
        touched = began + timedelta(minutes=number)
        row = {
            c.NAME.name: person.name,
            c.HANDLE.name: f"@{person.handle}",
            c.EMAIL.name: person.email,
            c.COUNTRY.name: person.country,
            c.TIME_ZONE.name: person.time_zone or None,
            c.LANGUAGE.name: person.language,
            c.FOLLOWERS.name: person.followers,
            c.SOURCE.name: "Creator marketplace",
            c.STAGE.name: "Contacted",
            c.STAGE_SINCE.name: touched.isoformat(),
            c.TOUCHES.name: 1 + number % 3,
            c.LAST_TOUCH_AT.name: touched.isoformat(),
            c.LAST_REPLY.name: LAST_REPLY if number % 5 == 0 else None,
        }
        record = table.rows[store.create_record(base_id, c.TABLE.name, row)]
        record.cells.update({field.id: value for field, value in linked.items() if field})
