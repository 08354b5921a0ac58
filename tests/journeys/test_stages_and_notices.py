"""Creators move along, tasks are made, and staff hear of each move exactly once."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sandbox.world import Fault
from schemas.tables import creators, pipeline
from tests.builders_programme import Programme, programme

PASS = ("replies", "outreach", "pipeline", "notices")


@pytest.fixture
def glow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Programme]:
    with programme(tmp_path, monkeypatch, creators=3) as running:
        yield running


def after(minutes: int) -> datetime:
    return datetime.now(UTC) + timedelta(minutes=minutes)  # noqa: TID251  # the sandbox's clock


def stages(glow: Programme) -> list[str]:
    return [row["Stage"] for row in glow.rows(creators.TABLE)]


def staff_posts(glow: Programme) -> list[str]:
    return [str(p["content"]) for p in glow.sandbox.world.discord if p["channel"] == "staff"]


def answered(glow: Programme, words: str) -> str:
    mail = glow.mails()[0]
    glow.sandbox.mail.deliver(
        f"From: {mail['to']}\r\nTo: jane@glow.example.com\r\nSubject: Re: Glow\r\n"
        f"Message-ID: <a1@example.com>\r\nIn-Reply-To: {mail['message_id']}\r\n\r\n{words}\r\n"
        .encode()
    )  # fmt: skip
    return str(mail["to"])


def test_a_first_touch_moves_creators_and_one_digest_tells_it(glow):
    glow.run(*PASS)
    glow.run(*PASS, as_of=after(2))

    assert stages(glow) == ["Contacted"] * 3
    history = glow.rows(pipeline.STAGE_HISTORY)
    assert [(row["From"], row["To"]) for row in history] == [("Prospect", "Contacted")] * 3
    told = "\n".join(staff_posts(glow))
    assert [told.count(row["Name"]) for row in glow.rows(creators.TABLE)] == [1, 1, 1]
    assert len(staff_posts(glow)) == 1


def test_a_reply_moves_the_creator_and_becomes_a_task_for_their_owner(glow):
    glow.run(*PASS)
    email = answered(glow, "Yes please!")

    glow.run(*PASS, as_of=after(2))
    glow.run(*PASS, as_of=after(4))

    row = next(r for r in glow.rows(creators.TABLE) if r["Email"] == email)
    assert row["Stage"] == "Replied"
    tasks = [t for t in glow.rows(pipeline.TASKS) if t["Creator"] == [row["id"]]]
    assert [(t["Status"], t["Owner"]) for t in tasks] == [("Open", row["Owner"])]


def test_a_deleted_task_counts_as_dismissed(glow):
    glow.run(*PASS)
    answered(glow, "Yes please!")
    glow.run(*PASS, as_of=after(2))
    for task in glow.rows(pipeline.TASKS):
        glow.delete(pipeline.TASKS, task["id"])

    glow.run(*PASS, as_of=after(4))

    assert glow.rows(pipeline.TASKS) == []


def test_a_persons_move_wins(glow):
    glow.run(*PASS)
    row = glow.rows(creators.TABLE)[0]
    glow.edit(creators.TABLE, row["id"], {creators.STAGE: "Onboarded"})

    glow.run(*PASS, as_of=after(2))
    glow.run(*PASS, as_of=after(4))

    assert stages(glow)[0] == "Onboarded"
    moves = [m for m in glow.rows(pipeline.STAGE_HISTORY) if m["To"] == "Onboarded"]
    assert len(moves) == 1
    assert "\n".join(staff_posts(glow)).count("Onboarded") == 1


@pytest.mark.parametrize("fault", ["429", "500", "drop_reply", "slow"])
def test_every_move_is_told_in_spite_of_discords_faults(glow, fault):
    glow.sandbox.world.faults.add(Fault("POST /discord/", fault))
    for minutes in range(0, 30, 6):
        glow.run(*PASS, as_of=after(minutes))

    told = "\n".join(staff_posts(glow))
    assert all(row["Name"] in told for row in glow.rows(creators.TABLE))
    repeats = [post for post in staff_posts(glow) if "possible repeat" in post]
    assert len(staff_posts(glow)) - len(repeats) <= 1


def test_names_cannot_ping_anyone(glow):
    row = glow.rows(creators.TABLE)[0]
    glow.edit(creators.TABLE, row["id"], {creators.NAME: "@everyone <@&123> [x](http://evil)"})

    glow.run(*PASS)

    for post in glow.sandbox.world.discord:
        assert post["allowed_mentions"] == {"parse": []}
        assert "@everyone" not in str(post["content"])
