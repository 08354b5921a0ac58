"""The process whose memory is measured: it carries what a worker carries, and no sandbox."""

import resource
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from redis import Redis

from schemas.tables import creators
from worker.airtable import Base
from worker.airtable_http import Door, connect
from worker.airtable_limiter import Limiter
from worker.feed import sweep_table
from worker.ledger.adoption import LedgerIds
from worker.ledger.engine import Ledger, open_ledger

FAST = 5_000
Read = Callable[[Base, Ledger], int]


def rows_at_once(base: Base, ledger: Ledger) -> int:
    """Read all creators as one tuple of rows: what a pass without the mirror does."""
    del ledger
    return len(base.read(creators.TABLE))


def into_the_mirror(base: Base, ledger: Ledger) -> int:
    """Sweep all creators into the ledger's mirror, as the worker does once a day."""
    return len(sweep_table(ledger, base, creators.TABLE))


READS: Mapping[str, Read] = {"into the mirror": into_the_mirror, "rows at once": rows_at_once}


@dataclass(frozen=True, slots=True)
class Where:
    """The sandbox to read from, and the folder for the reader's own ledger."""

    url: str
    redis_url: str
    key: str
    base_id: str
    folder: str


def read(name: str, where: Where, into: Any) -> None:
    """Read; put rows, seconds, and megabytes before and at the peak."""
    ledger = open_ledger(f"sqlite:///{where.folder}/ledger-{name.replace(' ', '-')}.db")
    door = Door(Limiter(Redis.from_url(where.redis_url), per_second=FAST))
    base = Base(connect(where.key, where.url, door), door, where.base_id, LedgerIds(ledger))
    base.look()
    before, began = _peak_mb(), time.perf_counter()
    count = READS[name](base, ledger)
    into.put((count, time.perf_counter() - began, before, _peak_mb()))
    ledger.close()


def _peak_mb() -> float:
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
