"""Redis flushed or gone, the ledger removed or older: nothing is sent twice, and it is said why."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from tests.builders_programme import Programme, programme


@pytest.fixture
def glow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Programme]:
    with programme(tmp_path, monkeypatch, creators=3) as running:
        yield running


def ledger_files(glow: Programme) -> list[Path]:
    return list(glow.sandbox.directory.glob("ledger.db*"))


def test_redis_flushed_between_passes_changes_nothing(glow):
    glow.outreach()
    with Redis.from_url(glow.sandbox.environment()["REDIS_URL"]) as redis:
        redis.flushall()

    glow.outreach()

    assert sorted(glow.mails_per_step().values()) == [1, 1, 1]


def test_a_dead_redis_is_said_with_its_variable(glow, monkeypatch):
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")

    answered = glow.cli("run", "outreach")

    assert answered.returncode == 3
    assert "REDIS_URL" in answered.stderr
    assert "Traceback" not in answered.stderr
    assert glow.mails() == []


def test_a_removed_ledger_sends_nothing_and_says_what_to_do(glow):
    glow.outreach()
    for file in ledger_files(glow):
        file.unlink()

    ran = glow.outreach()

    assert "deliveries rebuild" in ran.done.held_because
    assert len(glow.mails()) == 3


def test_an_older_copy_of_the_ledger_sends_nothing_and_says_what_to_do(glow, tmp_path):
    with glow.worker():
        pass
    older = tmp_path / "older"
    older.mkdir()
    glow.run("replies")
    glow.outreach()
    glow.edit_wait(0)
    for file in ledger_files(glow):
        shutil.copy(file, older / file.name)
    glow.add_creators(2)
    glow.outreach()
    sent = len(glow.mails())
    for file in ledger_files(glow):
        file.unlink()
    for file in older.iterdir():
        shutil.copy(file, glow.sandbox.directory / file.name)

    ran = glow.outreach()

    assert "older copy" in ran.done.held_because
    assert len(glow.mails()) == sent


def test_an_older_copy_is_found_out_by_settings_alone_once_they_were_told(glow, tmp_path):
    older = tmp_path / "older"
    older.mkdir()
    glow.run("replies")
    glow.outreach()
    for file in ledger_files(glow):
        shutil.copy(file, older / file.name)
    glow.add_creators(20)
    glow.outreach()
    sent = len(glow.mails())
    for file in ledger_files(glow):
        file.unlink()
    for file in older.iterdir():
        shutil.copy(file, glow.sandbox.directory / file.name)
    with Redis.from_url(glow.sandbox.environment()["REDIS_URL"]) as redis:
        redis.flushall()

    ran = glow.outreach()

    assert "older copy" in ran.done.held_because
    assert len(glow.mails()) == sent == 23


def test_after_a_rebuild_nobody_hears_a_step_again(glow):
    glow.outreach()
    glow.outreach()
    for file in ledger_files(glow):
        file.unlink()

    rebuilt = glow.cli("deliveries", "rebuild")
    assert rebuilt.returncode == 0, rebuilt.stderr
    glow.cli("resume", "--base", "glow")
    first = glow.outreach()
    for hold in json.loads(glow.cli("holds", "list", "--json").stdout):
        glow.cli("holds", "release", hold["id"], "--by", "Linh Tran")
    ran = glow.outreach()

    assert "first plan of outreach" in first.done.held_because
    assert ran.done.held_because == ""
    assert sorted(glow.mails_per_step().values()) == [1, 1, 1]
