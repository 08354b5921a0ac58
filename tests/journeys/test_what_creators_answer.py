"""Replies, bounces and opt-outs reach the creator's row and stop what must stop."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from schemas.tables import creators, outreach
from tests.builders_programme import Programme, programme
from worker.ledger.tables import ENROLMENTS
from worker.web import create_app


@pytest.fixture
def glow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Programme]:
    with programme(tmp_path, monkeypatch, creators=2) as running:
        running.outreach()
        yield running


def answer(glow: Programme, words: str, *, headers: str = "") -> str:
    """The first creator answers their mail; who that is."""
    mail = glow.mails()[0]
    raw = (
        f"From: {mail['to']}\r\nTo: jane@glow.example.com\r\nSubject: Re: {'Glow'}\r\n"
        f"Message-ID: <answer-{abs(hash(words))}@example.com>\r\n"
        f"In-Reply-To: {mail['message_id']}\r\n{headers}"
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{words}\r\n"
    )
    glow.sandbox.mail.deliver(raw.encode())
    return str(mail["to"])


def row_of(glow: Programme, email: str) -> dict[str, object]:
    return dict(next(r for r in glow.rows(creators.TABLE) if r["Email"] == email))


def later(days: float) -> datetime:
    # The sandbox's Date header is the real time, however slow the machine.
    return datetime.now(UTC) + timedelta(days=days)  # noqa: TID251  # the sandbox's own time


def test_a_reply_is_shown_and_ends_the_sequence(glow):
    email = answer(glow, "Yes, I would love a sample!")

    glow.outreach(as_of=later(3.1))

    assert row_of(glow, email)["Last reply"] == "Yes, I would love a sample!"
    assert len([m for m in glow.mails() if m["to"] == email]) == 1
    assert len(glow.mails()) == 3


@pytest.mark.parametrize("word", ["STOP", "BAJA", "Sair"])
def test_a_creator_who_opted_out_hears_nothing(glow, word):
    email = answer(glow, word)

    glow.outreach(as_of=later(3.1))
    glow.outreach(as_of=later(7.2))

    assert len([m for m in glow.mails() if m["to"] == email]) == 1
    assert row_of(glow, email)["Opted out"] is True
    assert glow.rows(outreach.SUPPRESSIONS)


def test_an_out_of_office_does_not_end_the_sequence(glow):
    email = answer(glow, "I am away until Monday.", headers="Auto-Submitted: auto-replied\r\n")

    glow.outreach(as_of=later(3.1))
    assert len([m for m in glow.mails() if m["to"] == email]) == 1
    glow.outreach(as_of=later(12))

    assert len([m for m in glow.mails() if m["to"] == email]) == 2


def test_a_refused_address_is_suppressed(tmp_path, monkeypatch):
    with programme(tmp_path, monkeypatch, creators=1) as glow:
        from sandbox.world import Fault  # noqa: PLC0415  # only here

        glow.sandbox.world.faults.add(Fault("SMTP RCPT", "550"))
        glow.outreach()
        glow.outreach(as_of=later(3.1))

        assert glow.mails() == []
        assert [r["Reason"] for r in glow.rows(outreach.SUPPRESSIONS)] == ["bounce"]


def test_one_click_unsubscribe_needs_neither_redis_nor_airtable(glow, monkeypatch):
    mail = glow.mails()[0]
    link = (
        next(v for n, v in mail["headers"] if n == "List-Unsubscribe").strip("<").partition(">")[0]
    )
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setenv("AIRTABLE_URL", "http://127.0.0.1:1")
    from worker.settings import load_settings  # noqa: PLC0415  # after the environment was set

    page = create_app(load_settings(), ("outreach",)).test_client()
    path = "/" + link.split("/", 3)[3]
    assert page.get(path).status_code == 200
    answered = page.post(path, data={"List-Unsubscribe": "One-Click"})

    assert answered.status_code == 200
    monkeypatch.setenv("REDIS_URL", glow.sandbox.environment()["REDIS_URL"])
    monkeypatch.setenv("AIRTABLE_URL", glow.sandbox.environment()["AIRTABLE_URL"])
    glow.outreach(as_of=later(3.1))
    assert len([m for m in glow.mails() if m["to"] == mail["to"]]) == 1


def test_no_mail_leaves_while_the_inbox_cannot_be_read(tmp_path, monkeypatch):
    with programme(tmp_path, monkeypatch, creators=2) as glow:
        monkeypatch.setenv("IMAP_URL", "imap://jane:jane@127.0.0.1:1")

        glow.run("outreach")

        assert glow.mails() == []


def test_a_ticked_opt_out_stops_everything_and_unticking_lifts_nothing(glow):
    row = glow.rows(creators.TABLE)[0]
    glow.edit(creators.TABLE, row["id"], {creators.OPTED_OUT: True})
    glow.outreach()
    glow.edit(creators.TABLE, row["id"], {creators.OPTED_OUT: False})

    glow.outreach(as_of=later(3.1))

    assert len([m for m in glow.mails() if m["to"] == row["Email"]]) == 1
    with glow.worker() as worker, worker.ledger.reading() as connection:
        assert connection.execute(select(func.count()).select_from(ENROLMENTS)).scalar() == 2
