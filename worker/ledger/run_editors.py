"""Who chose a run's State in Airtable, as the change feed named them; until it was answered."""

from sqlalchemy import Connection, delete, insert, select, update

from automations.approvals import Editor
from worker.ledger.tables_statements import RUN_EDITORS


def remember(connection: Connection, base: str, record_id: str, typed: str, who: Editor) -> None:
    """They chose this State of this row, last."""
    forget(connection, base, record_id)
    row = {
        "base": base, "record_id": record_id, "typed": typed, "email": who.email,
        "name": who.name,
    }  # fmt: skip
    connection.execute(insert(RUN_EDITORS), row)


def correct(connection: Connection, base: str, record_id: str, typed: str, who: Editor) -> None:
    """They named who does it, while the row asks for this State: now it is they who ask."""
    connection.execute(
        update(RUN_EDITORS)
        .where(
            RUN_EDITORS.c.base == base,
            RUN_EDITORS.c.record_id == record_id,
            RUN_EDITORS.c.typed == typed,
        )
        .values(email=who.email, name=who.name)
    )


def who_chose(connection: Connection, base: str, record_id: str, typed: str) -> Editor | None:
    """Who chose this very State of the row; None if the feed did not tell."""
    query = select(RUN_EDITORS.c.email, RUN_EDITORS.c.name).where(
        RUN_EDITORS.c.base == base,
        RUN_EDITORS.c.record_id == record_id,
        RUN_EDITORS.c.typed == typed,
    )
    row = connection.execute(query).first()
    return Editor(row.email, row.name) if row else None


def forget(connection: Connection, base: str, record_id: str = "") -> None:
    """What was told of this row (or of all) says nothing any more."""
    query = delete(RUN_EDITORS).where(RUN_EDITORS.c.base == base)
    if record_id:
        query = query.where(RUN_EDITORS.c.record_id == record_id)
    connection.execute(query)
