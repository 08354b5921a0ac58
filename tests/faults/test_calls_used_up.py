"""The month's Airtable calls are used up: nothing is sent, mail is read, staff hear of it once."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from sandbox.world import Fault, Limits
from schemas.tables import creators, outreach
from tests.builders_programme import Programme, programme
from worker.ledger import consent
from worker.queue import work


@pytest.fixture
def glow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Programme]:
    with programme(tmp_path, monkeypatch, creators=3) as running:
        running.run("replies")  # the feed is made and the whole base read
        running.sandbox.world.requests.clear()
        yield running


def refuse_from_now(glow: Programme) -> None:
    glow.sandbox.world.limits = Limits(per_second=500, monthly_calls=0)


def answer_again(glow: Programme) -> None:
    glow.sandbox.world.limits = Limits(per_second=500)


def calls(glow: Programme) -> int:
    made = len(glow.sandbox.world.requests)
    glow.sandbox.world.requests.clear()
    return made


def notices(glow: Programme) -> list[str]:
    posts: list[Mapping[str, Any]] = list(glow.sandbox.world.discord)
    return [post["content"] for post in posts if post["channel"] == "alerts"]


def test_a_refusal_parks_the_base_and_no_call_is_made_any_more(glow):
    glow.sandbox.world.faults.add(Fault("/v0/", "billing_limit"))

    first = work("glow")
    made = calls(glow)
    second = work("glow")

    assert made == 1
    assert calls(glow) == 0
    assert first == second == {
        "replies": "done", "outreach": "held", "pipeline": "held", "payouts": "held",
        "notices": "done",
    }  # fmt: skip
    assert glow.mails() == []


def test_staff_are_told_once_until_when_and_what_to_do(glow):
    refuse_from_now(glow)

    for _ in range(3):
        work("glow")

    (said,) = notices(glow)
    assert "Nothing is sent" in said
    assert "replies and opt-outs by mail still count" in said
    assert "affiliate-ops resume --base glow" in said.replace("\\", "")


def test_who_writes_stop_meanwhile_is_heard_and_never_mailed_again(glow):
    glow.outreach()
    first = glow.mails()[0]
    refuse_from_now(glow)
    raw = (
        f"From: {first['to']}\r\nTo: jane@glow.example.com\r\nSubject: Re: Glow\r\n"
        f"Message-ID: <answer-1@example.com>\r\nIn-Reply-To: {first['message_id']}\r\n\r\nSTOP\r\n"
    )
    glow.sandbox.mail.deliver(raw.encode())

    work("glow")
    with glow.worker() as worker:
        stopped = consent.suppressed_creators(worker.ledger, worker.base_id)
    answer_again(glow)
    assert glow.cli("resume", "--base", "glow").returncode == 0
    work("glow")

    assert len(stopped) == 1
    row = next(r for r in glow.rows(creators.TABLE) if r["Email"] == first["to"])
    assert row["Opted out"] is True
    assert [r["Reason"] for r in glow.rows(outreach.SUPPRESSIONS)] == ["opt-out"]
