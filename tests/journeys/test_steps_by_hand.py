"""A step sent by a person: a task with the finished text; ticking it is the touch."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from schemas.tables import creators, outreach, pipeline
from tests.builders_programme import Programme, programme

PASS = ("replies", "outreach")


@pytest.fixture
def glow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Programme]:
    """Two creators whose first step is sent by hand."""
    with programme(tmp_path, monkeypatch, creators=2) as running:
        for row in running.rows(outreach.STEPS):
            if row["Step"] == 1:
                running.edit(outreach.STEPS, row["id"], {outreach.STEP_SENT_BY: "By hand"})
        yield running


def tasks(glow: Programme) -> list[Any]:
    return [row for row in glow.rows(pipeline.TASKS) if str(row["Key"]).startswith("hand:")]


def messages(glow: Programme) -> list[Any]:
    return list(glow.rows(outreach.MESSAGES))


def test_a_teammate_gets_a_task_with_the_finished_text_and_no_mail_leaves(glow):
    glow.run(*PASS)
    glow.run(*PASS)

    assert glow.mails() == []
    assert len(tasks(glow)) == 2
    task = tasks(glow)[0]
    assert task["Status"] == "Open"
    assert task["Link"].startswith("https://www.tiktok.com/@")
    assert "Subject: Glow " in task["Instructions"]
    assert "{{" not in task["Instructions"]
    assert task["Owner"]
    assert messages(glow) == []


def test_ticking_sent_is_the_touch_and_the_next_step_follows_it(glow):
    glow.run(*PASS)
    glow.edit(pipeline.TASKS, tasks(glow)[0]["id"], {pipeline.TASK_SENT: True})

    glow.run(*PASS)

    [message] = messages(glow)
    assert (message["State"], message["Outcome"]) == ("Sent", "Sent by hand.")
    told = {row["Enrolment"] for row in glow.rows(creators.TABLE)}
    assert any("step 2 of 3 is due" in text for text in told)
    assert any("waits for a teammate" in text for text in told)


def test_a_creator_who_opts_out_meanwhile_is_not_written_to(glow):
    glow.run(*PASS)
    (creator,) = tasks(glow)[0]["Creator"]
    glow.edit(creators.TABLE, creator, {creators.OPTED_OUT: True})

    glow.run(*PASS)
    glow.run(*PASS)

    withdrawn = next(task for task in tasks(glow) if task["Creator"] == [creator])
    assert withdrawn["Status"] == "Dismissed"
    assert "Do not send it" in withdrawn["Because"]


@pytest.mark.parametrize("how", ["dismissed", "deleted"])
def test_a_task_that_is_dismissed_or_deleted_is_not_sent_and_does_not_come_back(glow, how):
    glow.run(*PASS)
    task = tasks(glow)[0]
    if how == "deleted":
        glow.delete(pipeline.TASKS, task["id"])
    else:
        glow.edit(pipeline.TASKS, task["id"], {pipeline.TASK_STATUS: "Dismissed"})

    glow.run(*PASS)
    glow.run(*PASS)

    [message] = messages(glow)
    assert message["State"] == "Given up"
    assert len([one for one in tasks(glow) if one["Status"] == "Open"]) == 1
