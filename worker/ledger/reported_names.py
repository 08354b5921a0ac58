"""The handles in reported figures: hidden under a stand-in once their creator was forgotten.

The sums stay; titles and links of content, which name the creator as well, do not.
"""

import json
from datetime import datetime

from sqlalchemy import Connection, or_, select, update

from schemas.hashes import stand_in
from worker.ledger.tables_exports import METRICS, REPORTED_ORDERS

_SPANS = (
    (METRICS, METRICS.c.since, METRICS.c.until),
    (REPORTED_ORDERS, REPORTED_ORDERS.c.ordered_on, REPORTED_ORDERS.c.ordered_on),
)


def hide(
    connection: Connection, base: str, handle: str, since: datetime, until: datetime | None
) -> None:
    """Put a stand-in in place of the handle in what was reported of that time."""
    for table, first, last in _SPANS:
        mine = [table.c.base == base, table.c.handle == handle]
        mine.append(or_(last.is_(None), last >= since.date().isoformat()))
        if until is not None:
            mine.append(or_(first.is_(None), first <= until.date().isoformat()))
        here = select(*table.primary_key.columns, table.c.rest).where(*mine)
        for row in connection.execute(here).all():
            key = [column == getattr(row, column.name) for column in table.primary_key.columns]
            under = {"handle": stand_in("handle", handle), "rest": without_words(row.rest)}
            connection.execute(update(table).where(*key).values(**under))


def without_words(rest: str) -> str:
    """The numbers alone of what a row said beside its columns (JSON in, JSON out)."""
    said = json.loads(rest)
    return json.dumps({name: value for name, value in said.items() if isinstance(value, int)})
