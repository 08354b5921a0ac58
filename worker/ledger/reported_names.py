"""The handles in reported figures: hidden under a stand-in once their creator was forgotten.

The sums stay; titles and links of content, which name the creator as well, do not.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, or_, select, update

from schemas.hashes import stand_in
from worker.ledger import people
from worker.ledger.tables import CREATOR_HANDLES
from worker.ledger.tables_exports import METRICS, REPORTED_ORDERS

_SPANS = (
    (METRICS, METRICS.c.since, METRICS.c.until),
    (REPORTED_ORDERS, REPORTED_ORDERS.c.ordered_on, REPORTED_ORDERS.c.ordered_on),
)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The stand-ins of forgotten handles; and the days (ISO) on which one was somebody else's."""

    stand_ins: frozenset[str]
    of_others: Mapping[str, Sequence[tuple[str, str]]]

    def hides(self, handle: str, day: str) -> bool:
        """Whether what was reported of the handle that day may not name it."""
        if not self.stand_ins or stand_in("handle", handle) not in self.stand_ins:
            return False
        spans = self.of_others.get(handle, ())
        return not any(since <= day <= (until or day) for since, until in spans)


def forgotten(connection: Connection, base: str) -> Forgotten:
    """Who may not be named in what is imported into the base."""
    stand_ins = people.forgotten_handles(connection, base)
    if not stand_ins:
        return Forgotten(stand_ins, {})
    of_others: dict[str, list[tuple[str, str]]] = {}
    spans = select(CREATOR_HANDLES).where(CREATOR_HANDLES.c.base == base)
    for span in connection.execute(spans):
        days = (_day(span.since), _day(span.until) if span.until else "")
        of_others.setdefault(span.handle, []).append(days)
    return Forgotten(stand_ins, of_others)


def _day(at: datetime) -> str:
    return at.date().isoformat()


def hide(
    connection: Connection, base: str, handle: str, since: datetime, until: datetime | None
) -> None:
    """Put a stand-in in place of the handle in what was reported of that time."""
    for table, first, last in _SPANS:
        mine = [table.c.base == base, table.c.handle == handle]
        mine.append(or_(last.is_(None), last >= _day(since)))
        if until is not None:
            mine.append(or_(first.is_(None), first <= _day(until)))
        here = select(*table.primary_key.columns, table.c.rest).where(*mine)
        for row in connection.execute(here).all():
            key = [column == getattr(row, column.name) for column in table.primary_key.columns]
            under = {"handle": stand_in("handle", handle), "rest": without_words(row.rest)}
            connection.execute(update(table).where(*key).values(**under))


def without_words(rest: str) -> str:
    """The numbers alone of what a row said beside its columns (JSON in, JSON out)."""
    said = json.loads(rest)
    return json.dumps({name: value for name, value in said.items() if isinstance(value, int)})
