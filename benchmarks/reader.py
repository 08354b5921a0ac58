"""The process whose memory is measured: it carries what a worker carries, and no sandbox."""

import os
import resource
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any

from schemas.tables import creators
from worker import feed
from worker.ledger import mirror
from worker.queue import work
from worker.settings import load_settings
from worker.wiring import Worker, build

Read = Callable[[Worker], int]


def page_by_page(worker: Worker) -> int:
    """Read every table page by page into the mirror: what a sweep does."""
    feed.refresh(worker)
    return mirror.row_counts(worker.ledger, worker.base_id)[creators.TABLE.name]


def rows_at_once(worker: Worker) -> int:
    """Read all creators as one tuple of rows: what a preview does."""
    return len(worker.base.read(creators.TABLE))


def whole_pass(worker: Worker) -> int:
    """Sweep, and plan and carry out every job from all rows: what the day's first tick does."""
    work(worker.name)
    return mirror.row_counts(worker.ledger, worker.base_id)[creators.TABLE.name]


READS: Mapping[str, Read] = {
    "page by page": page_by_page,
    "rows at once": rows_at_once,
    "a whole pass": whole_pass,
}


def read(name: str, environment: Mapping[str, str], folder: str, into: Any) -> None:
    """Read; put rows, seconds, and megabytes before and at the peak."""
    os.environ.update(environment)
    os.environ["DATABASE_URL"] = f"sqlite:///{folder}/ledger-{name.replace(' ', '-')}.db"
    settings = load_settings()
    worker = build(settings, next(iter(settings.airtable_base_ids)))
    worker.base.look()
    before, began = _peak_mb(), time.perf_counter()
    with (Path(folder) / "reader.log").open("w") as log, redirect_stderr(log):
        count = READS[name](worker)
    into.put((count, time.perf_counter() - began, before, _peak_mb()))
    worker.close()


def _peak_mb() -> float:
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
