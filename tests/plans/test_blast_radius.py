"""How far a plan reaches: rows counted once, and a preview a person can judge."""

from datetime import UTC, datetime, timedelta

import pytest

from automations.blast_radius import Reach, preview_of, reach_of
from automations.plan import (
    Action,
    Message,
    MoveStage,
    NotNow,
    OpenEnrolment,
    Plan,
    PostNotice,
    SendTouch,
    UpdateRow,
    UpsertRow,
)
from schemas.tables import creators, pipeline

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NAMES = {"recANA": "Ana Lima", "recMINH": "Minh Vo"}


def enrolling(record_id: str = "recANA") -> OpenEnrolment:
    return OpenEnrolment("enr", "Recruit was chosen.", "cr1", record_id, "recruit", 1, (), "jane")


def mailing(record_id: str = "recANA") -> SendTouch:
    return SendTouch(
        key=f"touch:{record_id}", because="Step 1 of Recruit: nothing was sent yet.",
        not_after=NOW + timedelta(hours=3), creator="cr1", record_id=record_id, enrolment="enr",
        sequence="recruit", round=1, step=1, address="ana@example.com", mailbox="jane",
        message=Message("Glow and Ana", "Hello", "<p>Hello</p>"), name="Ana Lima",
    )  # fmt: skip


def moving(record_id: str = "recANA", to: str = "Contacted") -> MoveStage:
    return MoveStage("mv", "A message was sent.", "cr1", record_id, "Prospect", to, NOW)


def noting(record_id: str = "recANA") -> UpdateRow:
    return UpdateRow("row", "Due.", creators.TABLE, record_id, {creators.ENROLMENT: "Due."})


def tasking(key: str) -> UpsertRow:
    return UpsertRow(key, "An SOP asks for it.", pipeline.TASKS, {pipeline.TASK_TITLE: "Call"})


POST = PostNotice("n", "News.", NOW, "staff", "Hello")


@pytest.mark.parametrize(
    ("actions", "rows"),
    [
        ((), 0),
        ((POST,), 0),
        ((enrolling(), mailing(), moving(), noting()), 1),
        ((mailing("recANA"), mailing("recMINH"), noting("recANA")), 2),
        ((tasking("task:1"), tasking("task:2"), mailing()), 3),
    ],
)
def test_a_row_counts_once_whatever_happens_to_it(actions: tuple[Action, ...], rows: int):
    assert reach_of(Plan(actions)) == Reach(rows, rows)


def test_who_is_due_and_waits_for_room_belongs_to_the_plan():
    waiting = NotNow("recMINH", "Minh Vo", "mailbox jane has no room left today.", is_due=True)
    later = NotNow("recLINH", "Linh Tran", "step 2 is due on 2026-11-30.")

    assert reach_of(Plan((mailing(),), skipped=(waiting, later))) == Reach(1, 2)


def test_the_preview_says_who_gets_what_and_why():
    preview = preview_of(Plan((enrolling(), mailing(), moving("recMINH"))), NAMES)

    assert preview == (
        "2 rows: 1 enrolment in 'recruit', 1 message of 'recruit', 1 move to Contacted.",
        (
            "Ana Lima: enrolled in 'recruit', round 1; gets step 1 of 'recruit' (“Glow and Ana”). "
            "Step 1 of Recruit: nothing was sent yet."
        ),
        "Minh Vo: moves from Prospect to Contacted. A message was sent.",
    )


def test_a_long_preview_ends_with_how_much_more_there_is():
    preview = preview_of(Plan(tuple(enrolling(f"rec{n}") for n in range(3412))), NAMES)

    assert preview[0] == "3,412 rows: 3,412 enrolments in 'recruit'."
    assert len(preview) == 52
    assert preview[-1] == "… and 3,362 rows more."


def test_a_preview_names_no_address():
    assert "@" not in "".join(preview_of(Plan((mailing(),)), NAMES))
