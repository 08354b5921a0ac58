"""What an answer does beside stopping a sequence: tasks, pauses, and mailboxes that rest."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.tables import creators, operations, outreach, pipeline
from tests.builders_programme import Programme, programme
from worker.ledger import brakes

PASS = ("replies", "outreach", "pipeline")


@pytest.fixture
def glow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Programme]:
    with programme(tmp_path, monkeypatch, creators=2) as running:
        running.run(*PASS)
        yield running


def later(days: float) -> datetime:
    return datetime.now(UTC) + timedelta(days=days)  # noqa: TID251  # the sandbox's own time


def wrote(glow: Programme, words: str, *, headers: str = "", number: int = 1) -> str:
    """The first creator writes; their address."""
    mail = glow.mails()[0]
    raw = (
        f"From: {mail['to']}\r\nTo: jane@glow.example.com\r\nSubject: Re: Glow\r\n"
        f"Message-ID: <wrote-{number}@example.com>\r\nIn-Reply-To: {mail['message_id']}\r\n"
        f"{headers}Content-Type: text/plain; charset=utf-8\r\n\r\n{words}\r\n"
    )
    glow.sandbox.mail.deliver(raw.encode())
    return str(mail["to"])


def report(glow: Programme, kind: str, number: int = 1, status: str = "5.2.2") -> str:
    """A report about the first creator's mail: "delivery-status" or "feedback-report"."""
    mail = glow.mails()[0]
    part = (
        "Content-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n"
        if kind == "feedback-report"
        else "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {mail['to']}\r\nAction: failed\r\nStatus: {status}\r\n"
    )
    raw = (
        f"From: reports@mx.example\r\nTo: jane@glow.example.com\r\nSubject: Report\r\n"
        f"Message-ID: <report-{number}@mx.example>\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: multipart/report; report-type={kind}; boundary=b\r\n\r\n"
        f"--b\r\nContent-Type: text/plain\r\n\r\nA report.\r\n--b\r\n{part}\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {mail['message_id']}\r\n"
        f"\r\n--b--\r\n"
    )
    glow.sandbox.mail.deliver(raw.encode())
    return str(mail["to"])


def row_of(glow: Programme, email: str) -> dict[str, Any]:
    return dict(next(r for r in glow.rows(creators.TABLE) if r["Email"] == email))


def answer_tasks(glow: Programme) -> list[Any]:
    return [row for row in glow.rows(pipeline.TASKS) if ":reply:" in str(row["Key"])]


def mails_to(glow: Programme, email: str) -> int:
    return len([mail for mail in glow.mails() if mail["to"] == email])


def test_an_answer_becomes_one_task_of_the_owner_with_a_deadline(glow):
    email = wrote(glow, "Yes! Which address do you need?")
    glow.run(*PASS)
    wrote(glow, "And when?", number=2)
    glow.run(*PASS)

    [task] = answer_tasks(glow)
    creator = row_of(glow, email)
    assert task["Title"] == f"Answer the creator: {creator['Name']}"
    assert task["Creator"] == [creator["id"]]
    assert task["Owner"] == creator["Owner"]
    assert task["Status"] == "Open"
    assert task["Due on"] > later(0).date().isoformat()
    assert "Which address do you need?" in task["Instructions"]
    assert task["Link"] == f"mailto:{email}"


def test_a_deleted_task_does_not_come_back(glow):
    wrote(glow, "Yes!")
    glow.run(*PASS)
    glow.delete(pipeline.TASKS, answer_tasks(glow)[0]["id"])

    glow.run(*PASS)

    assert answer_tasks(glow) == []


def test_out_of_office_shifts_the_next_message(glow):
    back = later(6).date()
    email = wrote(
        glow,
        f"I am out of office and will be back on {back.isoformat()}.",
        headers="Auto-Submitted: auto-replied\r\n",
    )
    glow.run(*PASS)

    glow.run("replies", "outreach", as_of=later(4))
    assert mails_to(glow, email) == 1
    assert answer_tasks(glow) == []
    glow.run("replies", "outreach", as_of=later(11))

    assert mails_to(glow, email) == 2


def test_a_receipt_of_a_ticket_system_changes_nothing(glow):
    email = wrote(
        glow,
        "We have received your request. Ticket #4711.",
        headers="Auto-Submitted: auto-generated\r\n",
    )
    glow.run(*PASS)

    glow.run("replies", "outreach", as_of=later(3.1))

    assert mails_to(glow, email) == 2


def test_a_complaint_ends_everything_and_is_shown(glow):
    email = report(glow, "feedback-report")

    glow.run(*PASS)
    glow.run("replies", "outreach", as_of=later(3.1))

    assert mails_to(glow, email) == 1
    assert row_of(glow, email)["Opted out"] is True
    assert {row["Reason"] for row in glow.rows(outreach.SUPPRESSIONS)} == {"complaint"}


@pytest.mark.parametrize(("reports", "closed"), [(2, False), (3, True)])
def test_a_mailbox_that_stays_full_counts_as_dead_at_the_third_time(glow, reports, closed):
    for number in range(reports):
        report(glow, "delivery-status", number)

    glow.run(*PASS)

    reasons = [row["Reason"] for row in glow.rows(outreach.SUPPRESSIONS)]
    assert reasons == (["bounce"] if closed else [])


def test_a_mailbox_that_annoys_readers_rests_until_somebody_has_looked(glow):
    glow.add_creators(20)
    glow.run(*PASS)
    for row in glow.rows(operations.SETTINGS):
        if row["Name"] == "Most complaints percent":
            glow.edit(operations.SETTINGS, row["id"], {operations.SETTING_VALUE: "0.1"})
    mails = glow.mails()
    for number in range(2):
        glow.sandbox.world.mail[0], glow.sandbox.world.mail[number] = (
            glow.sandbox.world.mail[number],
            glow.sandbox.world.mail[0],
        )
        report(glow, "feedback-report", number)
    glow.run(*PASS)
    glow.run(*PASS)

    with glow.worker() as worker:
        [(scope, because, _)] = brakes.pauses(worker.ledger)
        assert scope.startswith("mailbox:")
        assert "pressed spam" in because
        brakes.resume(worker.ledger, scope, worker.clock.now())
    glow.run(*PASS)

    with glow.worker() as worker:
        assert brakes.pauses(worker.ledger) == ()
    assert len(mails) == 22
