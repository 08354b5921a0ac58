"""Whether this ledger and this base belong together: the guard against a lost, older or copied one.

Settings holds the ledger's id, its last generation and the id of the base it was made for. The
ledger's generation grows before every pass that sends; a restored copy is behind Redis or Settings.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update

from worker.ledger.engine import Ledger, insert_new
from worker.ledger.tables import AIRTABLE_IDS, BASES


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a base's Settings say: ledger id, generation, base id (empty when never written)."""

    ledger: str
    generation: int
    base: str


@dataclass(frozen=True, slots=True)
class Adopted:
    """What this ledger says about a base."""

    ledger: str
    generation: int


def adopted(ledger: Ledger, base: str) -> Adopted | None:
    """What the ledger knows of the base; None if they never met."""
    with ledger.reading() as connection:
        row = connection.execute(select(BASES).where(BASES.c.base == base)).first()
    return None if row is None else Adopted(row.ledger, row.generation)


def adopt(ledger: Ledger, base: str, at: datetime) -> Adopted:
    """Make the base ours: from now on it belongs to this ledger."""
    with ledger.writing() as connection:
        first = connection.execute(select(BASES.c.ledger)).scalar()
        identity = first or uuid.uuid4().hex[:12]
        new = {"base": base, "ledger": identity, "generation": 0, "adopted_at": at}
        insert_new(connection, BASES, new)
    return Adopted(identity, 0)


def next_generation(ledger: Ledger, base: str) -> int:
    """Grow the generation before a pass that sends; the new number, to be written to Settings."""
    with ledger.writing() as connection:
        grown = (
            update(BASES)
            .where(BASES.c.base == base)
            .values(generation=BASES.c.generation + 1)
            .returning(BASES.c.generation)
        )
        return int(connection.execute(grown).scalar_one())


def set_generation(ledger: Ledger, base: str, generation: int) -> None:
    """After a rebuild: continue counting where Settings left off."""
    with ledger.writing() as connection:
        connection.execute(update(BASES).where(BASES.c.base == base).values(generation=generation))


def disagreement(base: str, known: Adopted | None, settings: Claimed, *, has_messages: bool) -> str:
    """Why nothing may be sent, posted or paid; "" when ledger and base belong together."""
    if settings.base and settings.base != base:
        return (
            f"Settings say this base was made from base {settings.base}: it is a copy. To use it "
            "on its own, clear the 'Worker:' rows in Settings and empty Messages."
        )
    if known is None and (settings.ledger or has_messages):
        return (
            "The ledger does not know this base, but the base has a history: the ledger was lost. "
            "Restore it, or run 'affiliate-ops deliveries rebuild' to read the history back."
        )
    if known is not None and settings.ledger and settings.ledger != known.ledger:
        return (
            f"Settings name ledger {settings.ledger}, this one is {known.ledger}. Point "
            "DATABASE_URL at the right ledger, or run 'affiliate-ops deliveries rebuild'."
        )
    if known is not None and settings.generation > known.generation:
        return (
            f"The ledger is an older copy (generation {known.generation}, the base has seen "
            f"{settings.generation}). Restore the newest ledger, or run 'affiliate-ops deliveries "
            "rebuild' to read back what was sent since."
        )
    return ""


class LedgerIds:
    """Airtable ids recorded in the ledger (an IdStore for the Airtable gateway)."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def load(self, base_id: str) -> Mapping[str, str]:
        """Everything recorded for the base: name → id."""
        with self._ledger.reading() as connection:
            rows = connection.execute(select(AIRTABLE_IDS).where(AIRTABLE_IDS.c.base == base_id))
            return {row.name: row.id for row in rows}

    def first_slug(self, base_id: str, record_id: str, slug: str, *, remember: bool) -> str:
        """The identity a sequence's row was first seen with: renaming it changes nothing."""
        name = f"sequence:{record_id}"
        known = self.load(base_id).get(name)
        if known is None and remember:
            self.save(base_id, {name: slug})
        return known or slug

    def forget(self, base_id: str, name: str) -> None:
        """Forget one recorded id, as if it had never been seen."""
        with self._ledger.writing() as connection:
            gone = (AIRTABLE_IDS.c.base == base_id) & (AIRTABLE_IDS.c.name == name)
            connection.execute(delete(AIRTABLE_IDS).where(gone))

    def save(self, base_id: str, ids: Mapping[str, str]) -> None:
        """Record names and ids; a known name keeps its newest id."""
        known = self.load(base_id)
        news = {name: found for name, found in ids.items() if known.get(name) != found}
        if not news:
            return
        with self._ledger.writing() as connection:
            for name, known_id in news.items():
                new = {"base": base_id, "name": name, "id": known_id}
                if not insert_new(connection, AIRTABLE_IDS, new):
                    connection.execute(
                        update(AIRTABLE_IDS)
                        .where(AIRTABLE_IDS.c.base == base_id, AIRTABLE_IDS.c.name == name)
                        .values(id=known_id)
                    )
