"""What one pass reads from Airtable, each table once, and whom its creator rows turn out to be."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from automations.identity import match_rows
from schemas.fields import Table
from schemas.outreach import Identified, KnownCreator
from schemas.parsing import Row
from schemas.problems import Problem
from schemas.records import CreatorRow, parse_creator
from schemas.rules import BASE_ID, LEDGER_GENERATION, LEDGER_ID, Rules, parse_rules
from schemas.tables import creators, operations, outreach
from worker.airtable_errors import ViewGone
from worker.errors import Misconfigured
from worker.ledger import adoption, consent, people
from worker.ledger.adoption import Claimed
from worker.wiring import Worker

AS_OF_TOLERANCE = timedelta(minutes=5)
WORKER_HELP = "The worker's own: do not edit."


@dataclass(slots=True)
class Reading:
    """A pass's view of the base; `remember` is off in previews, which change nothing."""

    worker: Worker
    remember: bool = True
    _rules: tuple[Rules, tuple[Problem, ...]] | None = None
    _rows: dict[tuple[str, str], tuple[Row, ...]] = field(default_factory=dict)

    def rows(self, table: Table, view: str = "") -> tuple[Row, ...]:
        """The rows of a table or of one of its views, read at most once a pass."""
        key = (table.name, view)
        if key not in self._rows:
            self._rows[key] = self.worker.base.read(table, view=view or None)
        return self._rows[key]

    def forget(self, table: Table) -> None:
        """Read the table anew when it is next asked for: its cells have changed."""
        self._rows = {key: rows for key, rows in self._rows.items() if key[0] != table.name}

    def members(self, view: str) -> frozenset[str] | None:
        """The record ids in a view of Creators; None if there is no such view."""
        key = (creators.TABLE.name, f"members of {view}")
        if key not in self._rows:
            try:
                rows = self.worker.base.read(creators.TABLE, view=view, fields=[creators.NAME])
            except (KeyError, ViewGone):  # a rule that names it becomes a Problem
                return None
            self._rows[key] = rows
        return frozenset(row.id for row in self._rows[key])

    def rules(self) -> tuple[Rules, tuple[Problem, ...]]:
        """The programme's rules, and what is wrong in Settings."""
        if self._rules is None:
            self._rules = parse_rules(self.rows(operations.SETTINGS))
        return self._rules

    def identified(self, view: str = "") -> tuple[tuple[Identified, ...], tuple[Problem, ...]]:
        """The creators of a view (or all), each found to be one creator of the ledger."""
        rows = [parse_creator(row) for row in self.rows(creators.TABLE, view)]
        worker = self.worker
        with worker.ledger.reading() as connection:
            known = people.known_creators(connection, worker.base_id)
        matched = match_rows(rows, known)
        fresh = [
            [Identified(creator, row) for row in group]
            for group in matched.fresh
            for creator in (_new_id(),)
        ]
        worked = (*matched.identified, *(group[0] for group in fresh))
        if self.remember:
            left_alone = (*matched.unworked, *(one for group in fresh for one in group[1:]))
            self._remember(worked, left_alone, known)
        return worked, matched.problems

    def _remember(
        self,
        worked: Sequence[Identified],
        left_alone: Sequence[Identified],
        known: Sequence[KnownCreator],
    ) -> None:
        """Who was seen, and who opted out: a tick counts on whichever row it was made."""
        worker, now = self.worker, self.worker.clock.now()
        suppressed = consent.suppressed_creators(worker.ledger, worker.base_id)
        with worker.ledger.writing() as connection:
            for one in _with_news(worked, known):
                people.remember_creator(connection, worker.base_id, one.creator, one.row, now)
            for one in (*worked, *left_alone):
                if one.row.opted_out and one.creator not in suppressed:
                    consent.suppress_creator(
                        connection, worker.base_id, one.creator,
                        reason="opt-out", source="Opted out was ticked in Airtable", at=now,
                    )  # fmt: skip


def _with_news(worked: Sequence[Identified], known: Sequence[KnownCreator]) -> Iterator[Identified]:
    """Those whose row states something the ledger does not know yet: nearly always nobody."""
    stated = {
        one.id: (set(one.record_ids), {*one.record_ids, *one.open_ids, *one.handles, *one.emails})
        for one in known
    }
    for one in worked:
        records, everything = stated.get(one.creator, (set(), set()))
        values = {value for _, value in people.identities_of(one.row)}
        if records != {one.row.record_id} or not values <= everything:
            yield one


def _new_id() -> str:
    return f"cr{uuid.uuid4().hex[:12]}"


def forbidden_because(reading: Reading) -> str:
    """Why this ledger may not act on this base; adopts a base that is new and without history."""
    worker = reading.worker
    known = adoption.adopted(worker.ledger, worker.base_id)
    settings = claimed_by(reading.rows(operations.SETTINGS))
    has_messages = known is None and bool(
        worker.base.read(outreach.MESSAGES, fields=[outreach.MESSAGE_KEY])
    )
    because = adoption.disagreement(worker.base_id, known, settings, has_messages=has_messages)
    if because or not reading.remember:
        return because
    if known is None:
        known = adoption.adopt(worker.ledger, worker.base_id, worker.clock.now())
    if settings != Claimed(known.ledger, known.generation, worker.base_id):
        write_claim(worker, known.ledger, known.generation)
    return ""


def check_clock(reading: Reading) -> None:
    """A set clock may only act near Airtable's present: the past cannot be mailed again."""
    worker = reading.worker
    if worker.clock.as_of is None:
        return
    reading.rules()
    there = worker.base.last_date()
    if there is not None and abs(worker.clock.as_of - there) > AS_OF_TOLERANCE:
        raise Misconfigured(
            f"--as-of {worker.clock.as_of.isoformat()} is more than five minutes from Airtable's "
            f"clock ({there.isoformat()}): use 'plan' to look at another time."
        )


def grow_generation(worker: Worker) -> None:
    """Before a pass that sends: count it in the ledger, then say so in Settings."""
    grown = adoption.next_generation(worker.ledger, worker.base_id)
    known = adoption.adopted(worker.ledger, worker.base_id)
    if known is not None:
        write_claim(worker, known.ledger, grown)


def claimed_by(rows: Sequence[Row]) -> Claimed:
    """What Settings say of the ledger and the base they were made for."""
    name, value = operations.SETTING_NAME, operations.SETTING_VALUE
    said = {str(row.cells.get(name)): str(row.cells.get(value, "")) for row in rows}
    generation = said.get(LEDGER_GENERATION, "0")
    return Claimed(
        ledger=said.get(LEDGER_ID, ""),
        generation=int(generation) if generation.isdecimal() else 0,
        base=said.get(BASE_ID, ""),
    )


def write_claim(worker: Worker, ledger_id: str, generation: int) -> None:
    """Write whose this base is into Settings."""
    claimed = {
        LEDGER_ID: ledger_id,
        LEDGER_GENERATION: str(generation),
        BASE_ID: worker.base_id,
    }
    worker.base.upsert(
        operations.SETTINGS,
        [
            {
                operations.SETTING_NAME: name,
                operations.SETTING_VALUE: value,
                operations.SETTING_HELP: WORKER_HELP,
            }
            for name, value in claimed.items()
        ],
    )


def creator_rows(identified: Sequence[Identified]) -> dict[str, CreatorRow]:
    """The row of each creator, by the ledger's id."""
    return {one.creator: one.row for one in identified}
