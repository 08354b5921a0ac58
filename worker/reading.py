"""What one pass plans from: the mirror, brought up to the base once, and who its creators are.

A preview reads the base directly instead, and changes nothing.
"""

import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Protocol

from automations.identity import match_rows
from schemas.fields import Table
from schemas.hashes import stand_in
from schemas.outreach import Identified, KnownCreator
from schemas.parsing import Row
from schemas.problems import Problem
from schemas.records import CreatorRow, parse_creator
from schemas.rules import BASE_ID, LEDGER_GENERATION, LEDGER_ID, Rules, parse_rules
from schemas.tables import creators, operations, outreach
from worker import feed, needs
from worker.errors import Misconfigured
from worker.feed import Refreshed
from worker.generation import is_to_be_told
from worker.ledger import adoption, consent, deliveries, handles, people
from worker.ledger.adoption import Claimed
from worker.views import Direct, Members, Mirrored
from worker.wiring import Worker

AS_OF_TOLERANCE = timedelta(minutes=5)
WORKER_HELP = "The worker's own: do not edit."


class Source(Protocol):
    """Where rows and the members of views come from."""

    def rows(self, table: Table) -> tuple[Row, ...]: ...

    def members(self, table: Table, view: str, rows: Sequence[Row]) -> Members | None: ...

    def ask(self, table: Table, view: str, ids: Collection[str]) -> None: ...


@dataclass(slots=True)
class Reading:
    """A pass's view of the base; `remember` is off in previews, which change nothing.

    `poll` is off where the governor says that the feed is not due yet.
    """

    worker: Worker
    remember: bool = True
    poll: bool = True
    swept: bool = field(default=False, init=False)
    _rules: tuple[Rules, tuple[Problem, ...]] | None = None
    _rows: dict[str, tuple[Row, ...]] = field(default_factory=dict)
    _parsed: dict[str, tuple[Row, CreatorRow]] = field(default_factory=dict)
    _known: tuple[KnownCreator, ...] | None = None
    _contested: frozenset[str] = frozenset()  # handles that two creators could claim

    def begin(self) -> None:
        """Bring the mirror up to the base, at most once a pass."""
        if self.poll and self.remember:
            self.poll = False
            self.swept = feed.refresh(self.worker).swept

    def again(self) -> Refreshed:
        """Within a long pass: what changed meanwhile; nothing read before counts any more."""
        refreshed = feed.refresh(self.worker)
        self._rows, self._rules, self._known = {}, None, None
        return refreshed

    def rows(self, table: Table) -> tuple[Row, ...]:
        """The rows of a table, read at most once a pass."""
        self.begin()
        if table.name not in self._rows:
            self._rows[table.name] = self.source().rows(table)
        return self._rows[table.name]

    def forget(self, table: Table) -> None:
        """Read the table anew when it is next asked for: its cells have changed."""
        self._rows.pop(table.name, None)

    def members(self, table: Table, view: str) -> Members | None:
        """Who is in a view, as far as is known; None if there never was such a view."""
        return self.source().members(table, view, self.rows(table))

    def ask(self, table: Table, view: str, ids: Collection[str]) -> None:
        """Find out who of these records is in the view: one request per hundred."""
        self.source().ask(table, view, ids)

    def source(self) -> Source:
        """Where it reads: the mirror, or for a preview the base itself."""
        return Mirrored(self.worker) if self.remember else Direct(self.worker)

    def rules(self) -> tuple[Rules, tuple[Problem, ...]]:
        """The programme's rules, and what is wrong in Settings."""
        if self._rules is None:
            self._rules = parse_rules(self.rows(operations.SETTINGS))
        return self._rules

    def identified(
        self, among: Collection[str] | None = None
    ) -> tuple[tuple[Identified, ...], tuple[Problem, ...]]:
        """The creators (or those `among` these records), each found to be one of the ledger's."""
        rows = [
            self._creator(row)
            for row in self.rows(creators.TABLE)
            if among is None or row.id in among
        ]
        if self._known is None:
            with self.worker.ledger.reading() as connection:
                self._known = people.known_creators(connection, self.worker.base_id)
                self._contested = handles.contested(connection, self.worker.base_id)
        known = self._known
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

    def _creator(self, row: Row) -> CreatorRow:
        """The row parsed; once, however often it is asked for, until it changes."""
        before, creator = self._parsed.get(row.id, (None, None))
        if creator is None or before != row:
            creator = parse_creator(row)
            self._parsed[row.id] = (row, creator)
        return creator

    def _remember(
        self,
        worked: Sequence[Identified],
        left_alone: Sequence[Identified],
        known: Sequence[KnownCreator],
    ) -> None:
        """Who was seen, and who opted out: a tick counts on whichever row it was made."""
        worker, now = self.worker, self.worker.clock.now()
        torn = _claimed_twice(worked, left_alone)
        settled = self._contested - torn
        news = list(_with_news(worked, known, settled))
        opted_out = [one for one in (*worked, *left_alone) if one.row.opted_out]
        if not (news or opted_out or torn - self._contested):
            return
        told = consent.barred_here(worker.ledger, worker.base_id)
        told |= consent.lifted_of_late(worker.ledger, worker.base_id)
        with worker.ledger.writing() as connection:
            for one in news:
                people.remember_creator(connection, worker.base_id, one.creator, one.row, now)
                consent.keep_suppressed(connection, worker.base_id, one.creator)
                self._known = None
            for handle in torn - self._contested:
                handles.contest(connection, worker.base_id, handle, now)
                self._known = None
            for one in opted_out:
                if one.creator not in told:
                    consent.suppress_creator(
                        connection, worker.base_id, one.creator,
                        reason=consent.OPT_OUT, source="Opted out was ticked in Airtable", at=now,
                    )  # fmt: skip


def _claimed_twice(
    worked: Sequence[Identified], left_alone: Sequence[Identified]
) -> frozenset[str]:
    """The handles of creators that also stand on a row which may be somebody else's."""
    theirs = {one.row.handle: one.creator for one in worked if one.row.handle}
    return frozenset(
        one.row.handle
        for one in left_alone
        if one.creator != theirs.get(one.row.handle, one.creator)
    )


def _with_news(
    worked: Sequence[Identified], known: Sequence[KnownCreator], settled: Collection[str]
) -> Iterator[Identified]:
    """Those whose row states something the ledger does not know yet: nearly always nobody.

    `settled` are handles that two could claim until now.
    """
    stated = {
        one.id: (set(one.record_ids), {*one.record_ids, *one.open_ids, *one.handles, *one.emails})
        for one in known
    }
    left = {one.id: one.former for one in known if one.former}
    for one in worked:
        records, everything = stated.get(one.creator, (set(), set()))
        handle = one.row.handle
        is_back = handle in settled or handle in left.get(one.creator, ())
        if (
            is_back
            or records != {one.row.record_id}
            or any(
                value not in everything and stand_in(kind, value) not in everything
                for kind, value in people.identities_of(one.row)
            )
        ):
            yield one


def _new_id() -> str:
    return f"cr{uuid.uuid4().hex[:12]}"


def forbidden_because(reading: Reading) -> str:
    """Why this ledger may not act on this base; adopts a base that is new and without history."""
    worker = reading.worker
    for lacking in worker.base.lacking(needs.SETTINGS):
        return lacking.text
    known = adoption.adopted(worker.ledger, worker.base_id)
    settings = claimed_by(reading.rows(operations.SETTINGS))
    has_messages = known is None and bool(
        worker.base.read(outreach.MESSAGES, fields=[outreach.MESSAGE_KEY])
    )
    seen = worker.generations.seen(known.ledger) if known else 0
    newest = replace(settings, generation=max(settings.generation, seen))
    because = adoption.disagreement(worker.base_id, known, newest, has_messages=has_messages)
    if because or not reading.remember:
        return because
    if known is None:
        known = adoption.adopt(worker.ledger, worker.base_id, worker.clock.now())
    if (settings.ledger, settings.base) != (known.ledger, worker.base_id):
        write_claim(worker, known.ledger, known.generation)
    return ""


def check_clock(reading: Reading) -> None:
    """A set clock may only act near Airtable's present: the past cannot be mailed again."""
    worker = reading.worker
    if worker.clock.as_of is None:
        return
    reading.begin()
    there = worker.base.last_date()
    if there is not None and abs(worker.clock.as_of - there) > AS_OF_TOLERANCE:
        raise Misconfigured(
            f"--as-of {worker.clock.as_of.isoformat()} is more than five minutes from Airtable's "
            f"clock ({there.isoformat()}): use 'plan' to look at another time."
        )


def grow_generation(worker: Worker, sends: int) -> None:
    """Before a pass that means to send so often: count it in the ledger and in Redis.

    Settings are told only every ten minutes, or with twenty sends since. A ledger restored from an
    older copy is found out by Redis, however young the copy. What is risked: if Redis was lost as
    well and the copy is less than ten minutes old, nobody finds out, and the fewer than twenty
    sends since then, of which neither Settings nor the copy know, may be repeated.
    """
    grown = adoption.next_generation(worker.ledger, worker.base_id)
    known = adoption.adopted(worker.ledger, worker.base_id)
    if known is None:
        return
    worker.generations.grown(known.ledger, grown)
    told_at, now = worker.generations.told_at(), worker.clock.now()
    if told_at is not None:
        sends += deliveries.attempted_since(worker.ledger, worker.base_id, told_at)
    if is_to_be_told(told_at, sends, now):
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
    """Write whose this base is into Settings, and note the generation in Redis."""
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
    worker.generations.grown(ledger_id, generation)
    worker.generations.told(worker.clock.now())


def creator_rows(identified: Sequence[Identified]) -> dict[str, CreatorRow]:
    """The row of each creator, by the ledger's id."""
    return {one.creator: one.row for one in identified}
