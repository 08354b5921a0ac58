"""What a job is, and the executor that carries out its plan."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from automations.plan import Plan
from schemas.rules import Rules
from worker.airtable_names import Choices, Needs
from worker.executor import Done, Executor
from worker.ledger.leases import Fence
from worker.reading import Reading
from worker.rows import RowWriter
from worker.wiring import Worker


@dataclass(frozen=True, slots=True)
class Job:
    """A job: `plan` previews it and changes nothing; `run` does one pass.

    `needs` are the fields without which it may do neither, `choices` those it writes or judges by.
    `without_airtable` is what of it goes on when Airtable may not be called: None for nothing.
    """

    name: str
    plan: Callable[[Reading], Plan]
    run: Callable[[Reading, Fence], Done]
    needs: Needs = ()
    choices: Choices = ()
    without_airtable: Callable[[Reading, Fence], Done] | None = None


def executor(
    worker: Worker, fence: Fence, rules: Rules, caps: Mapping[str, int] | None = None
) -> Executor:
    """What carries out plans for this base under this lease."""
    rows = RowWriter(worker.base, worker.writes, worker.ledger, worker.clock.now)
    return Executor(
        base=worker.base_id,
        ledger=worker.ledger,
        rows=worker.writes,
        upsert=rows.upsert,
        move=rows.move,
        mailboxes=worker.mailboxes,
        channels=worker.discord,
        unsubscribe_url=worker.unsubscribe_url,
        rules=rules,
        fence=fence,
        owner=worker.owner,
        now=worker.clock.now,
        real=worker.real,
        stopping=worker.stopping,
        caps=caps or {},
    )
