"""From the first message to a reply: stages move by rule, staff hear of each move exactly once."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sandbox.world import Fault
from schemas.starters_pipeline import SOPS, STAGE_RULES
from schemas.tables import creators, pipeline
from tests.builders_programme import Programme, programme

NOW = datetime.now(UTC)  # noqa: TID251  # the sandbox's Date header is the real time


@pytest.fixture
def glow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Programme]:
    with programme(tmp_path, monkeypatch, creators=3) as running:
        _add_starters(running)
        running.run("pipeline")  # first seen as prospects
        running.outreach()
        yield running


def _add_starters(glow: Programme) -> None:
    if glow.rows(pipeline.STAGE_RULES):
        return
    sops = {str(sop[pipeline.SOP_NAME]): glow.create(pipeline.SOPS, sop) for sop in SOPS}
    for rule in STAGE_RULES:
        named = rule.get(pipeline.RULE_SOP)
        linked = {pipeline.RULE_SOP: [sops[str(name)] for name in named]} if named else {}  # type: ignore[attr-defined]  # a list of names
        glow.create(pipeline.STAGE_RULES, {**rule, **linked})


def told(glow: Programme) -> list[str]:
    """Every line of every post that tells a stage move."""
    posts = [str(post["content"]) for post in glow.sandbox.world.discord]
    return [line for post in posts for line in post.split("\n") if " → " in line]


def stages(glow: Programme) -> list[str]:
    return [row["Stage"] for row in glow.rows(creators.TABLE)]


def test_creators_who_were_mailed_are_contacted_and_staff_hear_it_in_one_digest(glow):
    glow.run("pipeline", "notices")
    glow.run("pipeline", "notices")

    assert stages(glow) == ["Contacted"] * 3
    history = glow.rows(pipeline.STAGE_HISTORY)
    assert [(row["To"], row["By"]) for row in history] == [("Contacted", "the worker")] * 3
    assert len(told(glow)) == 3


def test_a_creator_who_writes_back_is_replied_and_becomes_a_task(glow):
    glow.run("pipeline", "notices")
    first = glow.rows(creators.TABLE)[0]
    glow.edit(creators.TABLE, first["id"], {creators.LAST_REPLY_AT: "2026-11-23T09:00:00Z"})

    glow.run("pipeline", "notices")
    glow.delete(pipeline.TASKS, glow.rows(pipeline.TASKS)[0]["id"])
    glow.run("pipeline", "notices")

    assert stages(glow)[0] == "Replied"
    assert glow.rows(pipeline.TASKS) == []  # deleted is dismissed
    assert len(told(glow)) == 4


def test_a_person_who_moves_a_creator_back_is_not_overruled(glow):
    glow.run("pipeline")
    first = glow.rows(creators.TABLE)[0]
    glow.edit(creators.TABLE, first["id"], {creators.STAGE: "Prospect"})

    glow.run("pipeline", "notices")
    glow.run("pipeline", "notices")

    assert stages(glow)[0] == "Prospect"
    moves = [row["By"] for row in glow.rows(pipeline.STAGE_HISTORY) if row["To"] == "Prospect"]
    assert moves == ["a person"]
    assert len(told(glow)) == 4


@pytest.mark.parametrize(("do", "lines"), [("429", 3), ("404", 0), ("500", 3), ("drop_reply", 6)])
def test_whatever_discord_answers_no_move_is_lost_and_only_a_doubt_is_repeated(glow, do, lines):
    glow.sandbox.world.faults.add(Fault("POST /discord/", do))

    glow.run("pipeline", "notices")
    for minutes in (10, 20):
        glow.run("notices", as_of=NOW + timedelta(minutes=minutes))

    posts = [str(post["content"]) for post in glow.sandbox.world.discord]
    assert len(told(glow)) == lines
    marked = sum("possible repeat" in content for content in posts)
    assert marked == 1 or do in {"429", "404"}
