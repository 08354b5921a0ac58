"""Keeps the mirror up to the base: one webhook, polled; cells are taken over as it tells them.

Rows it does not tell whole, new ones above all, are read once, by id.

Whole tables are read when the feed cannot tell what changed: at first, after a gap, once a day
(UTC, as views that say TODAY() change then). A crash loses nothing: rows and cursor are committed
together, so what was not taken in is told again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from automations.approvals import Editor
from schemas.base import MIRRORED
from schemas.fields import Field, Owner, Table
from schemas.parsing import Row
from schemas.problems import Problem
from schemas.rules import WORKER_ROWS
from schemas.tables import creators, operations, outreach, payouts, pipeline
from worker.airtable import Base
from worker.airtable_cells import as_declared, is_odd
from worker.airtable_hooks import HookGone, Hooks, NoHook
from worker.airtable_ids import field_key, table_key
from worker.airtable_names import is_select
from worker.errors import OutcomeUnknown
from worker.feed_payloads import Changes, TableChanges, plain
from worker.ledger import feeds, history, mirror, run_editors
from worker.ledger.engine import Ledger
from worker.ledger.feeds import FeedState
from worker.wiring import Worker

log = structlog.get_logger()

MOST_PAGES = 40  # payloads beyond this many pages cost more than reading whole tables
LATE_SWEEP = 4  # calls of a sweep beside the pages: what tables there are, and the webhook
KEPT_FOR = timedelta(days=6)  # Airtable keeps payloads for seven days
FIRST = "this base was never read before"
DAILY = "a day has passed"
RESTORED = "what was deleted is there again"
GAP = "Whole tables were read again, which costs calls"
_WITHOUT_LOSS = ("", FIRST, DAILY, RESTORED)
JOB = "feed"
# Not mirrored; people decide things there.
DECIDED_IN = (outreach.MESSAGES, operations.RUNS, pipeline.TASKS)


@dataclass(frozen=True, slots=True)
class Refreshed:
    """Creators whose rows changed, whether anything changed that plans are made by, and whether
    whole tables were read.
    """

    creators: frozenset[str] = frozenset()
    rules: bool = False
    swept: bool = False


def refresh(worker: Worker) -> Refreshed:
    """Take in what changed since the last time; raises like every call to Airtable."""
    was_told = worker.pings.is_waiting()
    worker.pings.begin_poll()
    try:
        changes, refreshed = _refresh(worker)
    except BaseException:
        if was_told:
            worker.pings.arrived()  # whatever it told of was not read
        raise
    worker.pings.polled(oldest=changes.people_from, now=worker.clock.now(), was_told=was_told)
    return refreshed


def _refresh(worker: Worker) -> tuple[Changes, Refreshed]:
    state = feeds.load(worker.ledger, worker.base_id)
    hooks = Hooks(worker.base.api, worker.base_id)
    now = worker.clock.now()
    why = _why_sweep(state, now)
    if why and not (state.hook and hooks.is_alive(state.hook)):
        state = _with_hook(worker, hooks, state)
    try:
        changes, state = _poll(hooks, state)
    except HookGone as gone:
        why = f"Airtable stopped telling what changes ({gone})"
        hooks.delete(state.hook)
        state, changes = _with_hook(worker, hooks, replace(state, hook="")), Changes()
    if changes is None:
        why, changes = "more changed than Airtable's feed tells at once", Changes()
    if not why and not state.hook:
        why = "there is no webhook, see affiliate-ops doctor"
    if changes.is_about_fields:
        worker.base.look()
    if worker.base.names.restored:
        why = why or RESTORED
    refreshed = _take_in(worker, changes, replace(state, gap=why))
    if why:
        _sweep(worker, hooks, why, changes)
        everybody = mirror.record_ids(worker.ledger, worker.base_id, creators.TABLE)
        refreshed = Refreshed(everybody, rules=True, swept=True)
    wrong = () if why in _WITHOUT_LOSS else (Problem("", "", f"{GAP}: {why}."),)
    history.replace_problems(worker.ledger, worker.base_id, JOB, wrong, worker.clock.now())
    return changes, refreshed


def _why_sweep(state: FeedState, now: datetime) -> str:
    if state.swept_at is None or state.read_at is None:
        return FIRST
    if state.gap:
        return state.gap
    if now - state.read_at > KEPT_FOR:
        return "nothing was read for days, and Airtable does not keep changes longer"
    return DAILY if state.swept_at.date() < now.date() else ""


def _with_hook(worker: Worker, hooks: Hooks, state: FeedState) -> FeedState:
    """The state with a new webhook, or without one if Airtable makes none."""
    try:
        hook = hooks.make(worker.ping_url)
    except (NoHook, OutcomeUnknown) as why:
        log.warning("feed", base=worker.name, why=str(why))
        return replace(state, hook="", mac_secret="", cursor=1)
    return replace(state, hook=hook.id, mac_secret=hook.mac_secret, cursor=1)


def _poll(hooks: Hooks, state: FeedState) -> tuple[Changes | None, FeedState]:
    """What the feed tells since the cursor; None for too much. Raises HookGone."""
    changes = Changes()
    if not state.hook:
        return changes, state
    for _ in range(MOST_PAGES):
        page = hooks.payloads(state.hook, state.cursor)
        if page.cursor - state.cursor > len(page.payloads):
            raise HookGone("payloads were dropped before they were read")
        changes.take(page.payloads)
        state = replace(state, cursor=page.cursor)
        if not page.more:
            return changes, state
    return None, state


def _take_in(worker: Worker, changes: Changes, state: FeedState) -> Refreshed:
    """Take over what changed, some of it read by id, and commit it with the feed's new place."""
    ledger, base = worker.ledger, worker.base_id
    read = {
        table: _reread(worker, table, news)
        for table, news in _by_table(worker, changes)
        if table in MIRRORED
    }
    people_at = changes.people_at or state.people_at
    with ledger.writing() as connection:
        if state.gap not in _WITHOUT_LOSS:
            run_editors.forget(connection, base)  # others may have edited since, untold
        for table, news in _by_table(worker, changes):
            if table == payouts.RUNS:
                _remember_editors(worker, connection, news)
            if table in MIRRORED:
                mirror.save(connection, base, table, read[table].rows)
                mirror.remove(connection, base, table, read[table].gone)
                mirror.unknow(connection, base, read[table].moved)
            elif table in DECIDED_IN and _by_people(worker, table, news):
                mirror.touch(connection, base, (table,))
        feeds.save(
            connection, base, hook=state.hook, mac_secret=state.mac_secret, cursor=state.cursor,
            gap=state.gap, read_at=worker.clock.now(), people_at=people_at,
        )  # fmt: skip
    changed = {table for table, one in read.items() if one.gone or any(map(_by_a_person, one.rows))}
    who = read[creators.TABLE] if creators.TABLE in read else _Reread()
    ids = frozenset(row.id for row in who.rows) | who.gone
    return Refreshed(ids, rules=bool(changed - {creators.TABLE}))


def _remember_editors(worker: Worker, connection: Connection, news: TableChanges) -> None:
    """Who chose a payout run's State: money is approved in the name of whoever did it."""
    ids = worker.base.known_ids()
    fields = {field: ids.get(field_key(payouts.RUNS, field), "") for field in payouts.RUN_DEEDS}
    for record, told in news.cells.items():
        cells = _told_cells(worker, payouts.RUNS, told)
        field = next((field for field in payouts.RUN_DEEDS if field in cells), None)
        if field is None:
            continue
        chosen = payouts.RUN_DEEDS[field] or str(cells[field] or "")
        who = Editor(*news.users.get((record, fields[field]), ("", "")))
        remember = run_editors.remember if field is payouts.RUN_STATE else run_editors.correct
        remember(connection, worker.base_id, record, chosen, who)


def _by_a_person(row: Row) -> bool:
    """Whether plans are made by this row: the worker's own rows in Settings are no rules."""
    return row.cells.get(operations.SETTING_NAME) not in WORKER_ROWS


@dataclass(frozen=True, slots=True)
class _Reread:
    """Rows read again, ids of rows that are gone, ids whose views are not known any more."""

    rows: tuple[Row, ...] = ()
    gone: frozenset[str] = frozenset()
    moved: frozenset[str] = frozenset()


def _reread(worker: Worker, table: Table, news: TableChanges) -> _Reread:
    fields = _fields_by_id(worker, table)
    known = {row.id: row for row in mirror.rows(worker.ledger, worker.base_id, table, news.cells)}
    told = {one: _told_cells(worker, table, cells) for one, cells in news.cells.items()}
    stale = [one for one, cells in told.items() if _differs(known.get(one), cells)]
    taken = {one: _as_told(known[one], told[one]) for one in stale if _suffices(known, one, told)}
    unknown = [one for one in stale if one not in taken]
    read = worker.base.read(table, ids=unknown)
    rows = (*taken.values(), *read)
    gone = frozenset(unknown) - {row.id for row in read}
    # A field of the team's own may be what a view filters on.
    foreign = {one for one, cells in news.cells.items() if not cells.keys() <= fields.keys()}
    return _Reread(rows, gone | news.gone, frozenset(stale) | foreign)


def _suffices(
    known: Mapping[str, Row], record: str, told: Mapping[str, Mapping[Field, object]]
) -> bool:
    """Whether the feed tells enough of a row: one the mirror has, with cells it could hold."""
    return record in known and not any(
        is_odd(one, value, one.choices if is_select(one) else None)
        for one, value in told[record].items()
        if not mirror.is_empty(value)
    )


def _as_told(row: Row, told: Mapping[Field, object]) -> Row:
    cells = {**row.cells, **told}
    return Row(row.id, row.created_at, {f: v for f, v in cells.items() if not mirror.is_empty(v)})


def _told_cells(
    worker: Worker, table: Table, cells: Mapping[str, object]
) -> Mapping[Field, object]:
    """The feed's cells of our fields as the mirror has them: choices by their declared names."""
    fields, names = _fields_by_id(worker, table), worker.base.names
    return {
        field: as_declared(
            plain(value, is_link=bool(field.links_to)),
            names.current(table, field) if is_select(field) else {},
        )
        for field_id, value in cells.items()
        if (field := fields.get(field_id))
    }


def _differs(row: Row | None, told: Mapping[Field, object]) -> bool:
    """Whether the feed tells something of a row that its mirror does not say: not our own write."""
    if row is None:
        return True
    return any(
        value != row.cells.get(field)
        and not (mirror.is_empty(value) and mirror.is_empty(row.cells.get(field)))
        for field, value in told.items()
    )


def _by_people(worker: Worker, table: Table, news: TableChanges) -> bool:
    """Whether a field changed that is not the worker's alone: a person decided something."""
    fields = _fields_by_id(worker, table)
    theirs = {id_ for id_, field in fields.items() if field.owner is not Owner.WORKER}
    return any(theirs & cells.keys() for cells in news.cells.values())


def _by_table(worker: Worker, changes: Changes) -> Iterator[tuple[Table, TableChanges]]:
    ids = worker.base.known_ids()
    declared = {ids.get(table_key(table), ""): table for table in worker.base.tables}
    for table_id, news in changes.tables.items():
        if table_id in declared:
            yield declared[table_id], news


def _fields_by_id(worker: Worker, table: Table) -> Mapping[str, Field]:
    ids = worker.base.known_ids()
    found = {ids.get(field_key(table, field), ""): field for field in table.fields}
    return {field_id: field for field_id, field in found.items() if field_id}


def _sweep(worker: Worker, hooks: Hooks, why: str, told: Changes) -> None:
    """Read whole tables, page by page; what the feed should have told shows whether it is alive."""
    worker.base.look()
    there = [table for table in MIRRORED if worker.base.names.table(table)]
    missed = frozenset[str]().union(
        *(sweep_table(worker.ledger, worker.base, table) for table in there)
    )
    state = feeds.load(worker.ledger, worker.base_id)
    if why == DAILY and missed and state.hook:
        missed -= _told(told)
        state = _if_alive(worker, hooks, state, missed)
    with worker.ledger.writing() as connection:
        mirror.unknow_all(connection, worker.base_id)
        mirror.touch(connection, worker.base_id, DECIDED_IN)
        feeds.save(
            connection, worker.base_id, hook=state.hook, mac_secret=state.mac_secret,
            cursor=state.cursor, gap="", swept_at=worker.clock.now(),
        )  # fmt: skip
    worker.base.names.read_again()
    log.info("sweep", base=worker.name, why=why)


def _if_alive(worker: Worker, hooks: Hooks, state: FeedState, missed: frozenset[str]) -> FeedState:
    """The state, with a new webhook if this one kept silent about rows that changed."""
    since, _ = _poll(hooks, state)
    late = _told(since or Changes())
    if since is None or missed <= late:
        return state
    log.warning("feed", base=worker.name, why="the webhook kept silent", rows=len(missed))
    hooks.delete(state.hook)
    return _with_hook(worker, hooks, state)


def _told(changes: Changes) -> frozenset[str]:
    every = changes.tables.values()
    return frozenset(one for news in every for one in (*news.cells, *news.gone))


def sweep_table(ledger: Ledger, from_base: Base, table: Table) -> frozenset[str]:
    """Bring one table's mirror up to the base; the ids of rows that it did not know like that.

    Page by page: fifty thousand rows never stand in memory at once.
    """
    base = from_base.base_id
    before = mirror.record_ids(ledger, base, table)
    seen: set[str] = set()
    news: set[str] = set()
    for page in from_base.pages(table):
        ids = [row.id for row in page]
        known = {row.id: row for row in mirror.rows(ledger, base, table, ids)}
        changed = [row for row in page if known.get(row.id) != row]
        with ledger.writing() as connection:
            mirror.save(connection, base, table, changed)
        seen.update(ids)
        news.update(row.id for row in changed)
    with ledger.writing() as connection:
        mirror.remove(connection, base, table, before - seen)
    return frozenset(news | (before - seen))
