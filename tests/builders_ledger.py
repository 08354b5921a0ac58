"""Builders for what the ledger is asked: a lease held, a touch wanted, an enrolment open."""

from datetime import UTC, datetime

from automations.plan import OpenEnrolment
from schemas.outreach import Step
from schemas.records import CreatorRow
from worker.ledger import leases, people
from worker.ledger.claims import Room, Wanted
from worker.ledger.cohorts import Cohort
from worker.ledger.engine import Ledger
from worker.ledger.leases import Fence
from worker.ledger.people import hash_of

BASE = "appGLOW0000000001"
REAL = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def a_fence(ledger: Ledger, *, job: str = "outreach", owner: str = "me") -> Fence:
    """The lease of a job, just taken."""
    fence = leases.take(ledger, BASE, job, owner=owner, real=REAL)
    assert fence is not None
    return fence


def an_enrolment(ledger: Ledger, creator: str = "ana", *, email: str = "") -> str:
    """A creator known to the ledger with an open enrolment; its id."""
    row = CreatorRow(
        record_id=f"rec{creator}", created_at=REAL, name=creator.title(),
        email=email or f"{creator}@example.com", handle=f"{creator}.makes",
    )  # fmt: skip
    with ledger.writing() as connection:
        people.remember_creator(connection, BASE, creator, row, REAL)
    opened = OpenEnrolment(
        key=f"enrol:{creator}", because="Sequence was set", creator=creator,
        record_id=row.record_id, sequence="recruit", round=1,
        steps=(Step(1, 0, "recruit-1"), Step(2, 3, "recruit-2")), mailbox="jane",
    )  # fmt: skip
    people.open_enrolment(ledger, BASE, opened, Cohort("2026-11", ""), REAL)
    return f"enr:{creator}:recruit:1"


def a_touch(creator: str = "ana", *, step: int = 1, cap: int = 50, email: str = "") -> Wanted:
    """What a claim for one step to one creator asks."""
    address = email or f"{creator}@example.com"
    return Wanted(
        key=f"touch:{BASE}:{creator}:recruit:1:{step}",
        base=BASE,
        kind="touch",
        because="step 1 is due",
        payload={"subject": "Hello", "text": "…"},
        scopes=("all", f"base:{BASE}", "mailbox:jane"),
        hashes=(hash_of(address),),
        room=Room("jane", "2026-11-23", cap),
        facts={
            "creator": creator, "record_id": f"rec{creator}", "address_hash": hash_of(address),
            "enrolment": f"enr:{creator}:recruit:1", "sequence": "recruit", "round": 1,
            "step": step,
        },
    )  # fmt: skip
