"""The month's Airtable calls are used up: nothing is sent, mail is read, staff hear of it once."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.world import Fault, Limits
from schemas.tables import creators, outreach
from tests.builders_programme import Programme, programme
from worker import parking
from worker.budget import Share, share_of
from worker.clock import real_now
from worker.errors import Misconfigured
from worker.jobs import JOBS
from worker.ledger import consent
from worker.ledger.history import Outcome
from worker.queue import work
from worker.settings import load_settings


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


def later(hours: float) -> datetime:
    """So long after now; from a few days on at a month's end, when calls count afresh."""
    now = real_now()
    ends_soon = (now + timedelta(days=3)).month != now.month
    return now + timedelta(days=4 if ends_soon else 0, hours=hours)


def row_of(glow: Programme, email: str) -> Mapping[str, Any]:
    return next(row for row in glow.rows(creators.TABLE) if row["Email"] == email)


def writes_stop(glow: Programme) -> str:
    """The first creator who was mailed wants no more; who that is."""
    mail = glow.mails()[0]
    raw = (
        f"From: {mail['to']}\r\nTo: jane@glow.example.com\r\nSubject: Re: Glow\r\n"
        f"Message-ID: <stop@example.com>\r\nIn-Reply-To: {mail['message_id']}\r\n\r\nSTOP\r\n"
    )
    glow.sandbox.mail.deliver(raw.encode())
    return str(mail["to"])


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
    refuse_from_now(glow)
    email = writes_stop(glow)

    work("glow")
    with glow.worker() as worker:
        stopped = consent.suppressed_creators(worker.ledger, worker.base_id)
    answer_again(glow)
    assert glow.cli("resume", "--base", "glow").returncode == 0
    work("glow")

    assert len(stopped) == 1
    assert row_of(glow, email)["Opted out"] is True
    assert glow.rows(outreach.SUPPRESSIONS)


def test_airtable_is_asked_once_a_day_and_everything_goes_on_when_it_answers(glow):
    refuse_from_now(glow)
    glow.run("outreach", as_of=later(0))
    calls(glow)

    within_a_day = [glow.run("outreach", as_of=later(hours)) for hours in (1, 12, 23)]
    before = calls(glow)
    refused = [glow.run("outreach", as_of=later(hours)) for hours in (25, 26, 47)]
    asked = calls(glow)
    answer_again(glow)
    (waits,) = glow.run("outreach", as_of=later(48))
    (answered,) = glow.run("outreach", as_of=later(50))

    assert (before, asked) == (0, 1)
    for (ran,) in (*within_a_day, *refused, [waits]):
        assert ran.outcome is Outcome.HELD
    assert answered.outcome is Outcome.DONE
    assert len(glow.mails()) == 3


def test_when_the_month_begins_airtable_is_called_and_staff_are_told_once(glow):
    refuse_from_now(glow)
    work("glow")
    with glow.worker() as worker:
        parked_now = parking.parked_now(worker, worker.clock.now())
    assert parked_now
    answer_again(glow)

    for minutes in (1, 2):
        glow.run("replies", "notices", as_of=parked_now.until + timedelta(minutes=minutes))

    told = [said for said in notices(glow) if "Airtable is called again" in said]
    assert len(told) == 1
    assert parked_now.until.day == 1


def test_a_second_refusal_in_a_month_is_told_again(glow):
    for minutes in (0, 2):
        refuse_from_now(glow)
        glow.run("replies", "notices", as_of=real_now() + timedelta(minutes=minutes))
        answer_again(glow)
        glow.cli("resume", "--base", "glow")
        glow.run("replies", "notices", as_of=real_now() + timedelta(minutes=minutes))

    told = [said for said in notices(glow) if "Airtable" in said]
    assert ["called again" in said for said in told] == [False, True, False, True]


def test_bases_of_one_workspace_are_parked_together_and_staff_are_told_once(glow, monkeypatch):
    zen = glow.sandbox.store.base(glow.base_id)
    monkeypatch.setenv("AIRTABLE_BASE_IDS", f"glow={zen.id},zen=appZEN00000000001")
    refuse_from_now(glow)
    work("glow")
    calls(glow)

    work("zen")

    assert calls(glow) == 0
    assert len(notices(glow)) == 1


def test_a_brand_with_calls_of_its_own_waits_for_nobody(glow, monkeypatch):
    monkeypatch.setenv("AIRTABLE_BASE_IDS", f"zen=appZEN00000000001,glow={glow.base_id}")
    monkeypatch.setenv("AIRTABLE_MONTHLY_CALLS__GLOW", "5000")
    settings = load_settings()

    assert share_of(settings, "glow") == Share("glow", 5000, (glow.base_id,))
    assert share_of(settings, "zen") == Share("all", 70_000, ("appZEN00000000001",))


def test_a_share_that_is_no_number_is_named_by_its_variable(glow, monkeypatch):
    monkeypatch.setenv("AIRTABLE_MONTHLY_CALLS__GLOW", "lots")

    with pytest.raises(Misconfigured, match="AIRTABLE_MONTHLY_CALLS__GLOW"):
        share_of(load_settings(), "glow")


def test_at_ninety_percent_only_replies_and_opt_outs_go_on_and_staff_hear_why(glow, monkeypatch):
    glow.outreach()
    email = writes_stop(glow)
    ticked = next(row for row in glow.rows(creators.TABLE) if row["Email"] != email)
    glow.edit(creators.TABLE, ticked["id"], {creators.OPTED_OUT: True})
    glow.add_creators(2)
    with glow.worker() as worker:
        for _ in range(1000):  # the other bases of the workspace were busy
            worker.limiter.reserve("appZEN00000000001")
    monkeypatch.setenv("AIRTABLE_MONTHLY_CALLS", "1100")

    for _ in range(2):
        ran = {one.job: one.outcome for one in glow.run(*JOBS)}

    done, held = Outcome.DONE, Outcome.HELD
    assert ran == {
        "replies": done, "outreach": held, "pipeline": held, "payouts": held, "notices": done,
    }  # fmt: skip
    assert len(glow.mails()) == 3
    assert row_of(glow, email)["Opted out"] is True
    with glow.worker() as worker:
        assert len(consent.suppressed_creators(worker.ledger, worker.base_id)) == 2
    (said,) = notices(glow)
    assert "AIRTABLE_MONTHLY_CALLS" in said.replace("\\", "")


def test_a_share_that_is_used_up_makes_no_call_until_it_is_raised(glow, monkeypatch):
    monkeypatch.setenv("AIRTABLE_MONTHLY_CALLS", "1")

    outcomes = work("glow")
    made = calls(glow)
    planned = glow.cli("plan", "outreach")
    monkeypatch.setenv("AIRTABLE_MONTHLY_CALLS", "70000")
    work("glow")

    assert made == 0
    assert outcomes["outreach"] == "held"
    assert planned.returncode == 3
    assert "AIRTABLE_MONTHLY_CALLS" in planned.stderr
    assert len(glow.mails()) == 3


def test_status_says_what_is_left_and_until_when_airtable_refuses(glow):
    before = json.loads(glow.cli("status", "--json").stdout)
    refuse_from_now(glow)
    work("glow")

    answered = glow.cli("status", "--json")
    parked = json.loads(answered.stdout)

    assert before["share of calls"] == 70_000
    assert before["calls left of the share"] == 70_000 - before["calls used of the share"]
    assert before["calls used of the share"] == before["airtable calls this month"] > 0
    assert (before["mode"], before["parked until"]) == ("normal", "")
    assert parked["parked until"].endswith("-01T00:00+00:00")
    assert answered.returncode == 1
