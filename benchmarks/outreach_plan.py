"""Planning outreach for 10,000 due creators: seconds, and megabytes at the peak of a process."""

import argparse
import resource
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from automations.outreach import MailboxRoom, plan_outreach
from automations.plan import Message, Thread
from automations.wording import preview, touch_context
from benchmarks.printing import table, verdict
from sandbox.people import invented
from schemas.outreach import (
    DeliveryState,
    Enrolment,
    EnrolmentState,
    Identified,
    Step,
    Touch,
    enrolment_id,
    touch_key,
)
from schemas.records import CreatorRow
from schemas.rules import Rules
from schemas.sequences import SequenceRow, StepRow
from worker.words import load_words

MOST_S, MOST_MB = 2, 300
NOW = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)  # a Tuesday, noon in New York
BASE = "appBENCHMARK00001"
RECRUIT = SequenceRow("recRecruit", "Recruit", "recruit", active=True)
STEP_ROWS = tuple(
    StepRow(f"recStep{n}", RECRUIT.record_id, n, wait, f"recruit-{n}")
    for n, wait in ((1, 0), (2, 3), (3, 4))
)
STEPS = tuple(Step(row.number, row.wait_days, row.template) for row in STEP_ROWS)
Facts = tuple[list[Identified], list[Enrolment], list[Touch]]


def facts(count: int) -> Facts:
    """Creators due now: every second one for a first message, the others for a follow-up."""
    identified, enrolments, touches = [], list[Enrolment](), list[Touch]()
    for number, person in enumerate(invented(count)):
        creator = f"cr{number:06}"
        row = CreatorRow(
            record_id=f"rec{number:06}", created_at=NOW - timedelta(days=30), name=person.name,
            handle=person.handle, email=person.email, country="US", time_zone="America/New_York",
            language=person.language, sequence_record=RECRUIT.record_id,
        )  # fmt: skip
        identified.append(Identified(creator, row))
        if number % 2:
            enrolment = Enrolment(
                enrolment_id(creator, "recruit", 1), creator, "recruit", 1, STEPS,
                EnrolmentState.OPEN, "jane", NOW - timedelta(days=7),
            )  # fmt: skip
            enrolments.append(enrolment)
            key = touch_key(BASE, creator, "recruit", 1, 1)
            sent_at = NOW - timedelta(days=6)
            touches.append(
                Touch(key, enrolment.id, 1, DeliveryState.SENT, sent_at, "<1@glow.test>")
            )
    return identified, enrolments, touches


def main(words: Sequence[str] = ()) -> None:
    """Print seconds of the first and the best of three plans, and this process's peak."""
    asked = argparse.ArgumentParser(prog="benchmarks outreach_plan", description=__doc__)
    asked.add_argument("--creators", type=int, default=10_000)
    count = asked.parse_args(words).creators
    known = facts(count)
    before = _peak()
    seconds = [_planned(known, count) for _ in range(3)]
    rows = [
        ["s, the first plan of a process", f"{seconds[0]:.2f}", f"< {MOST_S}",
         verdict(seconds[0], MOST_S, at_most=True)],
        ["s, the best of three", f"{min(seconds):.2f}", f"< {MOST_S}",
         verdict(min(seconds), MOST_S, at_most=True)],
        ["MB at the peak", f"{_peak():.0f}", f"< {MOST_MB}",
         verdict(_peak(), MOST_MB, at_most=True)],
        ["MB before planning", f"{before:.0f}", "", ""],
    ]  # fmt: skip
    table([f"{count:,} due creators", "measured", "promised", ""], rows)


def _planned(known: Facts, count: int) -> float:
    identified, enrolments, touches = known
    words = load_words()

    def render(one: Identified, sequence: SequenceRow, step: Step, thread: Thread) -> Message | str:
        del sequence
        row = one.row
        context = touch_context(
            name=row.name, handle=row.handle, brand="Glow", sender_name="Jane", step=step.number,
            language=row.language,
        )  # fmt: skip
        return preview(
            words, step.template, row.language, context, postal_address="1 Main St, Austin",
            unsubscribe_url=f"https://glow.example/u/{one.creator}", thread=thread,
        )  # fmt: skip

    began = time.perf_counter()
    plan = plan_outreach(
        base=BASE, identified=identified, sequences=(RECRUIT,), steps=STEP_ROWS,
        enrolments=enrolments, touches=touches, suppressed=frozenset(), render=render,
        rules=Rules(sending=True, brand="Glow", canary=0), now=NOW,
        mailboxes=(MailboxRoom("jane", count),),
    )  # fmt: skip
    took = time.perf_counter() - began
    if len(plan.touches()) != count:
        sys.exit(f"{len(plan.touches())} of {count} were planned: {plan.skipped[:3]}")
    return took


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
