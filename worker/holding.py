"""Holds a plan for a person: the first of a new base, and any that touches more rows than allowed.

Held means whole: nothing of the plan is carried out. What the ledger remembers of holds is in
`worker/ledger/brakes.py`; how far a plan reaches, in `automations/blast_radius.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from automations import canary
from automations.blast_radius import Reach, preview_of, reach_of
from automations.plan import Plan, Waiting
from schemas.records import parse_creator
from schemas.rules import FIRST_PASS
from schemas.tables import creators, operations
from worker import showing
from worker.ledger import brakes
from worker.ledger.brakes import Hold, HoldState
from worker.reading import WORKER_HELP, Reading
from worker.wiring import Worker

HELD_AT_FIRST = ("outreach", "pipeline")
RELEASED = "released"
PARTS = ("late:", canary.PREFIX)


@dataclass(frozen=True, slots=True)
class _Asking:
    """A plan of a job, and how far it reaches."""

    reading: Reading
    job: str
    plan: Plan
    reach: Reach

    def standing(self, kind: str) -> Hold | None:
        worker = self.reading.worker
        return brakes.standing(worker.ledger, worker.base_id, self.job, kind)

    def names(self) -> dict[str, str]:
        rows = self.reading.rows(creators.TABLE)
        return {row.id: parse_creator(row).shown_as for row in rows}


def held_because(reading: Reading, job: str, plan: Plan) -> str:
    """Why nothing of this plan may be carried out yet; "" lets all of it go on."""
    asking = _Asking(reading, job, plan, reach_of(plan))
    because = _first_pass(asking) or _too_many(asking)
    worker = reading.worker
    showing.show_holds(worker.base, worker.ledger, worker.clock.now())
    return because


def ask_about_parts(reading: Reading, job: str, waiting: Sequence[Waiting]) -> None:
    """Ask a person about each part of a plan that waits; the rest of the plan goes on.

    A decision stands as long as the part is there; what has gone by itself is asked no more. That
    new words were released stands for good.
    """
    worker = reading.worker
    ledger, base, now = worker.ledger, worker.base_id, worker.clock.now()
    wanted = {one.kind: one for one in waiting}
    for found in brakes.standing_holds(ledger, base, job):
        if not found.kind.startswith(PARTS) or found.kind in wanted:
            continue
        if found.state is HoldState.HELD or not found.kind.startswith(canary.PREFIX):
            brakes.close(ledger, found.id, by="nothing of it was left to do", at=now)
    for kind, one in wanted.items():
        decided = brakes.standing(ledger, base, job, kind)
        if decided is None or decided.state is HoldState.HELD:
            brakes.hold(
                ledger, base, job, kind=kind, because=one.because, preview=one.lines,
                size=len(one.lines), at=now,
            )  # fmt: skip
    showing.show_holds(worker.base, ledger, now)


def forget_first_pass(worker: Worker, because: str) -> None:
    """Hold the next plan of each job as that of a new base, and say so in Settings."""
    brakes.close_kind(worker.ledger, worker.base_id, brakes.FIRST_PASS)
    _write_row(worker, f"not released: {because}")


def _first_pass(asking: _Asking) -> str:
    worker = asking.reading.worker
    found = asking.standing(brakes.FIRST_PASS)
    if found and found.state is HoldState.RELEASED:
        if found.size:
            _go_on(asking, found)
        return ""
    if _says_released(asking.reading):
        brakes.released(
            worker.ledger, worker.base_id, asking.job, kind=brakes.FIRST_PASS, size=0,
            by="Settings", at=worker.clock.now(),
        )  # fmt: skip
        return ""
    if not asking.reach.rows_and_due:
        _close(worker, found, "nothing of it was left to do")
        return ""
    if found is None and not asking.plan.actions:
        return ""
    return _asked(asking, brakes.FIRST_PASS, (
        f"This is the first plan of {asking.job} for this base, and it touches "
        f"{_rows(asking.reach.rows)}. Look through what it would do, then release it: after that "
        f"{asking.job} goes on by itself. If it is wrong, drop it and put Airtable right."
    ))  # fmt: skip


def _go_on(asking: _Asking, released: Hold) -> None:
    """A first pass was released: so was its size, and Settings say so from now on."""
    worker = asking.reading.worker
    rules, _ = asking.reading.rules()
    if asking.reach.rows_and_due > rules.rows_per_plan:
        brakes.released(
            worker.ledger, worker.base_id, asking.job, kind=brakes.ROWS, size=released.size,
            by=released.decided_by, at=released.decided_at or worker.clock.now(),
        )  # fmt: skip
    at = (released.decided_at or worker.clock.now()).astimezone(rules.time_zone)
    done = [job for job in HELD_AT_FIRST if _is_released(worker, job)]
    which = "" if len(done) == len(HELD_AT_FIRST) else f"{', '.join(done)} "
    _write_row(worker, f"{which}{RELEASED} by {released.decided_by} on {at.date()}")
    brakes.spend(worker.ledger, released.id)


def _is_released(worker: Worker, job: str) -> bool:
    found = brakes.standing(worker.ledger, worker.base_id, job, brakes.FIRST_PASS)
    return found is not None and found.state is HoldState.RELEASED


def _says_released(reading: Reading) -> bool:
    name, value = operations.SETTING_NAME, operations.SETTING_VALUE
    return any(
        str(row.cells.get(value, "")).strip().casefold().startswith(RELEASED)
        for row in reading.rows(operations.SETTINGS)
        if row.cells.get(name) == FIRST_PASS
    )


def _write_row(worker: Worker, value: str) -> None:
    row = {
        operations.SETTING_NAME: FIRST_PASS,
        operations.SETTING_VALUE: value,
        operations.SETTING_HELP: WORKER_HELP,
    }
    worker.base.upsert(operations.SETTINGS, [row])


def _too_many(asking: _Asking) -> str:
    limit = asking.reading.rules()[0].rows_per_plan
    found, reach = asking.standing(brakes.ROWS), asking.reach
    if reach.rows_and_due <= limit:
        _close(asking.reading.worker, found, "the plan is small again")
        return ""
    is_small = reach.rows <= limit
    if is_small and (found is None or found.state is HoldState.RELEASED):
        return ""
    return _asked(asking, brakes.ROWS, (
        f"This plan of {asking.job} touches {_rows(reach.rows)}, and Settings allow {limit:,} "
        "(Most rows per plan). Most often somebody undid the deletion of a field, a view lost its "
        "filter, or many rows were pasted. If it is meant, release it: it then goes on until all "
        "of it is done. If not, put Airtable right and the hold ends by itself, or drop it."
    ))  # fmt: skip


def _asked(asking: _Asking, kind: str, because: str) -> str:
    worker, size = asking.reading.worker, max(1, asking.reach.rows)
    found = asking.standing(kind)
    if found is None or not found.covers(size):
        found = brakes.hold(
            worker.ledger, worker.base_id, asking.job, kind=kind, because=because,
            preview=preview_of(asking.plan, asking.names()), size=size, at=worker.clock.now(),
        )  # fmt: skip
    match found.state:
        case HoldState.HELD:
            return found.because
        case HoldState.DROPPED:
            return f"Dropped by {found.decided_by}: {found.because}"
        case HoldState.RELEASED:
            return ""


def _close(worker: Worker, found: Hold | None, by: str) -> None:
    if found is not None:
        brakes.close(worker.ledger, found.id, by=by, at=worker.clock.now())


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"
