"""Every way the worker calls Airtable, as a table: what it does, and what it leaves when it did."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sandbox.airtable.store import Store
from schemas.tables.creators import NAME, TOUCHES
from schemas.tables.creators import TABLE as CREATORS
from schemas.tables.operations import RUN_JOB, RUN_KEY, RUNS
from tests.builders_sandbox import BASE_ID
from worker.airtable import Base

PEOPLE = ("Jane Rivera", "Rosa Nova", "Theo Blanchet")
State = Sequence[tuple[str, object]]


@dataclass(frozen=True, slots=True)
class Way:
    """One kind of call: the request it makes, how it is made, and what it leaves behind."""

    name: str
    event: str
    call: Callable[[Base, Sequence[str]], object]
    leaves: Callable[[Store], State]
    done: State
    undone: State


def people(store: Store) -> State:
    """Creators, with their touches."""
    return [_pair(row, NAME.name, TOUCHES.name) for row in store.rows(BASE_ID, CREATORS.name)]


def runs(store: Store) -> State:
    """Runs, with their jobs."""
    return [_pair(row, RUN_KEY.name, RUN_JOB.name) for row in store.rows(BASE_ID, RUNS.name)]


def _pair(row: Mapping[str, object], key: str, value: str) -> tuple[str, object]:
    fields: dict[str, object] = row["fields"]  # type: ignore[assignment]  # JSON-shaped
    return str(fields.get(key)), fields.get(value)


_JANE, _ROSA, _THEO = ((name, None) for name in PEOPLE)
GET = Way(
    "GET",
    "GET /v0/",
    lambda base, _ids: base.read(CREATORS, fields=[NAME]),
    people,
    [_JANE, _ROSA, _THEO],
    [_JANE, _ROSA, _THEO],
)
PATCH = Way(
    "PATCH",
    "PATCH /v0/",
    lambda base, ids: base.update(CREATORS, {ids[0]: {TOUCHES: 3}, ids[2]: {TOUCHES: 1}}),
    people,
    [(PEOPLE[0], 3), _ROSA, (PEOPLE[2], 1)],
    [_JANE, _ROSA, _THEO],
)
DELETE = Way(
    "DELETE",
    "DELETE /v0/",
    lambda base, ids: base.delete(CREATORS, [ids[0], ids[2]]),
    people,
    [_ROSA],
    [_JANE, _ROSA, _THEO],
)
UPSERT = Way(
    "upsert",
    "PATCH /v0/",
    lambda base, _ids: base.upsert(
        RUNS, [{RUN_KEY: "run:1", RUN_JOB: "replies"}, {RUN_KEY: "run:2", RUN_JOB: "outreach"}]
    ),
    runs,
    [("run:1", "replies"), ("run:2", "outreach")],
    [],
)
CREATE = Way(
    "create",
    "POST /v0/",
    lambda base, _ids: base.create(CREATORS, [{NAME: "Aitana Vidal"}]),
    people,
    [_JANE, _ROSA, _THEO, ("Aitana Vidal", None)],
    [_JANE, _ROSA, _THEO],
)
REPEATABLE = (GET, PATCH, DELETE, UPSERT)
WAYS = (*REPEATABLE, CREATE)
