"""Writing back 300 touches: as a client's documentation shows it, and as the worker does it.

Same base, same strict 5/s with its 30 s penalty, same distance to Airtable, and in each run three
answers that are lost after Airtable has done what it was asked.
"""

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from pyairtable import Api, retry_strategy
from pyairtable.api.types import WritableFields
from redis import Redis
from requests import RequestException

from benchmarks.network import Distant, DistantDoor
from benchmarks.printing import table
from sandbox.airtable.api import TOKEN
from sandbox.run import Sandbox
from sandbox.seed import BASE_ID, seed
from sandbox.world import Fault
from schemas.tables import creators as c
from schemas.tables import outreach as o
from worker.airtable import Base
from worker.airtable_http import connect
from worker.airtable_limiter import Limiter
from worker.ledger.adoption import LedgerIds
from worker.ledger.engine import open_ledger

TOUCHES = 300
LOST_ANSWERS = (3, 9, 15)  # of the requests that make rows in Messages
START_AGAIN_S = 30.0
PAUSE_S = 0.2
AT = datetime(2026, 11, 23, 15, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Work:
    """A base with creators who were all just written to, and how far away it is."""

    box: Sandbox
    travel_s: float
    patience_s: float

    def creators(self) -> Sequence[str]:
        """The record ids of those whose touch is to be written back."""
        return [str(row["id"]) for row in self.box.store.rows(BASE_ID, c.TABLE.name)]

    def lose_answers(self, method: str, table: str) -> None:
        """Some requests of that method to that table will be done, and their answers lost."""
        for place, nth in enumerate(LOST_ANSWERS):
            # A request that one fault strikes is not counted by those that wait behind it.
            fault = Fault(f"{method} /v0/{BASE_ID}/{table}", "drop_reply", nth - place)
            self.box.world.faults.add(fault)


def message(key: str, creator: str) -> WritableFields:
    """A row of Messages by field name."""
    return {
        o.MESSAGE_KEY.name: key,
        o.MESSAGE_CREATOR.name: [creator],
        o.MESSAGE_STATE.name: "Sent",
        o.MESSAGE_AT.name: AT.isoformat(),
    }


def naive(work: Work, *, starts_again: bool, pause_s: float = 0.0) -> bool:
    """`table.create` and `table.update` for each touch; whether it came to the end."""
    work.lose_answers("POST", o.MESSAGES.name)
    api = Api(TOKEN, endpoint_url=work.box.url)
    api.session.mount("http://", _far(work.travel_s))
    messages, people = (api.table(BASE_ID, one.name) for one in (o.MESSAGES, c.TABLE))
    until = time.monotonic() + work.patience_s

    def write(call: Callable[[], object]) -> bool:
        while time.monotonic() < until:
            try:
                call()
            except RequestException:
                if not starts_again:
                    return False
                time.sleep(START_AGAIN_S)
            else:
                time.sleep(pause_s)
                return True
        return False

    done: WritableFields = {c.TOUCHES.name: 1, c.LAST_TOUCH_AT.name: AT.isoformat()}
    for number, creator in enumerate(work.creators()):
        create = partial(messages.create, message(f"touch:{number}", creator))
        if not (write(create) and write(partial(people.update, creator, done))):
            return False
    return True


def _far(travel_s: float) -> Distant:
    adapter = Distant(max_retries=retry_strategy())  # what Api mounts by default
    adapter.travel = lambda: travel_s
    return adapter


def ours(work: Work) -> bool:
    """The same through the worker's door: upserts by key and updates, ten rows a call."""
    work.lose_answers("PATCH", work.box.store.table(BASE_ID, o.MESSAGES.name).id)
    ledger = open_ledger(f"sqlite:///{work.box.directory}/ledger-of-benchmark.db")
    door = DistantDoor(Limiter(Redis.from_url(work.box.valkey.url), per_second=5))
    door.travel = lambda: work.travel_s
    base = Base(connect(TOKEN, work.box.url, door), door, BASE_ID, LedgerIds(ledger))
    rows = [
        {
            o.MESSAGE_KEY: f"touch:{number}",
            o.MESSAGE_CREATOR: [creator],
            o.MESSAGE_STATE: "Sent",
            o.MESSAGE_AT: AT,
        }
        for number, creator in enumerate(work.creators())
    ]
    done = {creator: {c.TOUCHES: 1, c.LAST_TOUCH_AT: AT} for creator in work.creators()}
    problems = (*base.upsert(o.MESSAGES, rows).problems, *base.update(c.TABLE, done))
    ledger.close()
    return not problems


WAYS: Mapping[str, Callable[[Work], bool]] = {
    "documentation": lambda work: naive(work, starts_again=False),
    "… starting again 30 s after an error": lambda work: naive(work, starts_again=True),
    "… and sleeping 0.2 s after each call": lambda work: naive(
        work, starts_again=True, pause_s=PAUSE_S
    ),
    "affiliate-ops": ours,
}


def main(words: Sequence[str] = ()) -> None:
    """Print calls, seconds, 429s, duplicates and rows missing for each way."""
    asked = argparse.ArgumentParser(prog="benchmarks naive_client", description=__doc__)
    asked.add_argument("--touches", type=int, default=TOUCHES)
    asked.add_argument("--travel", type=float, default=0.1, help="seconds of a request's way")
    asked.add_argument("--patience", type=float, default=300, help="seconds each may take")
    given = asked.parse_args(words)
    lines = []
    for name, way in WAYS.items():
        with tempfile.TemporaryDirectory() as folder, Sandbox(Path(folder)) as box:
            seed(box.store, BASE_ID, given.touches)
            lines.append(_measured(name, way, Work(box, given.travel, given.patience)))
    print(f"write-back of {given.touches} touches, {given.travel * 1000:g} ms to Airtable,")
    print(f"{len(LOST_ANSWERS)} answers lost; each way may take {given.patience:g} s")
    table(
        ["way", "finished", "calls", "s", "429s", "touches written", "duplicates", "not updated"],
        lines,
    )


def _measured(name: str, way: Callable[[Work], bool], work: Work) -> list[object]:
    began = time.perf_counter()
    finished = way(work)
    took = time.perf_counter() - began
    requests = list(work.box.world.requests)
    refused = sum(call["status"] == 429 for call in requests)
    messages, people = (
        [_fields(row) for row in work.box.store.rows(BASE_ID, one.name)]
        for one in (o.MESSAGES, c.TABLE)
    )
    keys = Counter(row.get(o.MESSAGE_KEY.name) for row in messages)
    unwritten = sum(c.TOUCHES.name not in row for row in people)
    return [
        name, "yes" if finished else "no", len(requests), f"{took:.0f}", refused,
        len(keys), keys.total() - len(keys), unwritten,
    ]  # fmt: skip


def _fields(row: Mapping[str, object]) -> Mapping[str, object]:
    fields = row["fields"]
    return fields if isinstance(fields, Mapping) else {}


if __name__ == "__main__":
    main()
