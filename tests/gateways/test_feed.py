"""The change feed and the mirror it keeps: what changes costs a read of those rows, no more."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.airtable.hooks import suffer
from schemas.fields import Field
from schemas.tables import creators, operations, outreach
from tests.builders_programme import Programme, programme
from worker import feed
from worker.jobs import JOBS
from worker.ledger import feeds, history, mirror

HOOKS = "webhooks"


@pytest.fixture
def glow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Programme]:
    """Three creators, written to already; the request log starts empty."""
    with programme(tmp_path, monkeypatch, creators=3) as running:
        running.run(*JOBS)
        running.run(*JOBS)
        running.sandbox.world.requests.clear()
        yield running


def calls(running: Programme) -> Counter[str]:
    """The calls since last asked for, by method and what they were about."""
    tables = {
        table.id: table.name
        for table in running.sandbox.store.base(running.base_id).tables.values()
    }
    made: Counter[str] = Counter()
    for request in running.sandbox.world.requests:
        last = str(request["path"]).rstrip("/").rpartition("/")[2]
        what = last if HOOKS in str(request["path"]) else tables.get(last, last)
        made[f"{request['method']} {what}"] += 1
    running.sandbox.world.requests.clear()
    return made


def test_an_idle_pass_costs_one_call(glow):
    glow.run(*JOBS)

    assert calls(glow) == {"GET payloads": 1}


def test_a_persons_edit_is_taken_from_the_feed_without_a_read(glow):
    row = glow.rows(creators.TABLE)[0]
    glow.edit(creators.TABLE, row["id"], {creators.FOLLOWERS: 12_345})

    glow.run(*JOBS)

    assert calls(glow) == {"GET payloads": 1}
    with glow.worker() as worker:
        known = mirror.rows(worker.ledger, worker.base_id, creators.TABLE, [row["id"]])
    assert known[0].cells[creators.FOLLOWERS] == 12_345


def test_a_choice_nobody_declared_is_read_and_looked_into(glow):
    row = glow.rows(creators.TABLE)[0]
    shown = glow.sandbox.store.table(glow.base_id, creators.TABLE.name).field("Stage")
    assert shown is not None
    shown.choices["selNEW0000000001"] = {"id": "selNEW0000000001", "name": "VIP", "color": "red"}
    glow.edit(creators.TABLE, row["id"], {creators.STAGE: "VIP"})

    glow.run(*JOBS)

    assert calls(glow)["GET Creators"] == 2  # the row as it is, and once more after the look


def test_after_any_edits_the_mirror_says_what_the_base_says(glow):
    dice = random.Random(7)  # noqa: S311 - edits, not secrets
    team = [row["id"] for row in glow.rows(operations.TEAM)]
    sequence = glow.rows(outreach.SEQUENCES)[0]["id"]
    typed: tuple[tuple[Field, list[Any]], ...] = (
        (creators.NAME, ["Ana", "", "Bé Năm", "  ", '"quoted"']),
        (creators.FOLLOWERS, [0, 1, 12_345, None]),
        (creators.COUNTRY, ["US", "", "VN"]),
        (creators.STAGE, ["Prospect", "Active", None]),
        (creators.OPTED_OUT, [True, False]),
        (creators.OWNER, [team[:1], [], team[:2]]),
        (creators.SEQUENCE, [[sequence], []]),
    )
    for _ in range(6):
        for row in glow.rows(creators.TABLE):
            for field, values in dice.sample(typed, 3):
                glow.edit(creators.TABLE, row["id"], {field: dice.choice(values)})
        with glow.worker() as worker:
            feed.refresh(worker)

            missed = feed.sweep_table(worker.ledger, worker.base, creators.TABLE)

        assert missed == frozenset()


def test_what_we_wrote_ourselves_is_not_read_again(glow):
    row = glow.rows(creators.TABLE)[0]
    with glow.worker() as worker:
        worker.base.update(creators.TABLE, {row["id"]: {creators.POSTS: 4}})
    calls(glow)

    glow.run(*JOBS)

    assert calls(glow)["GET Creators"] == 0


def test_a_value_that_stands_there_is_not_written_again(glow):
    row = glow.rows(creators.TABLE)[0]
    with glow.worker() as worker:
        for _ in range(3):
            worker.base.update(creators.TABLE, {row["id"]: {creators.POSTS: 4}})

    assert calls(glow) == {"PATCH Creators": 1}


def test_a_deleted_row_leaves_the_mirror(glow):
    row = glow.rows(creators.TABLE)[0]
    glow.delete(creators.TABLE, row["id"])

    glow.run(*JOBS)

    with glow.worker() as worker:
        assert row["id"] not in mirror.record_ids(worker.ledger, worker.base_id, creators.TABLE)


def test_a_new_creator_is_written_to_without_reading_the_others(glow):
    glow.add_creators(1)

    glow.run(*JOBS)

    assert calls(glow)["GET Creators"] == 2  # the new row, and its stage right before it is moved
    assert len(glow.mails()) == 4


@pytest.mark.parametrize("how", ["deleted", "expired", "read too late", "payloads dropped"])
def test_a_lost_webhook_means_one_sweep_and_a_new_one_told_once(glow, how):
    store, base = glow.sandbox.store, glow.base_id
    first = _hook(glow)
    glow.add_creators(1)
    if how == "deleted":
        store.base(base).hooks.clear()
    if how == "payloads dropped":
        suffer(store.base(base).hooks, "lose_payloads", glow.sandbox.world.clock.now())
    when = None
    if how == "expired":  # nobody read it for eight days; it still answers, but tells nothing new
        later = glow.sandbox.world.clock.now() + timedelta(days=8)
        glow.sandbox.world.clock.set(later)
        when = later
    if how == "read too late":
        with glow.worker() as worker, worker.ledger.writing() as connection:
            long_ago = worker.clock.now() - timedelta(days=7)
            feeds.save(connection, base, read_at=long_ago, swept_at=long_ago)

    glow.run(*JOBS, as_of=when)
    told = len([post for post in glow.sandbox.world.discord if "read again" in str(post)])
    glow.run(*JOBS, as_of=when)

    assert len({mail["to"] for mail in glow.mails()}) == 4
    assert (_hook(glow) == first) == (how == "read too late")
    assert told == 1
    assert len([post for post in glow.sandbox.world.discord if "read again" in str(post)]) == 1


def _hook(running: Programme) -> str:
    with running.worker() as worker:
        return feeds.load(worker.ledger, worker.base_id).hook


def test_with_ten_webhooks_of_others_whole_tables_are_read_and_it_is_told_once(
    tmp_path, monkeypatch
):
    with programme(tmp_path, monkeypatch, creators=2) as running:
        with running.worker() as worker:
            for _ in range(10):
                worker.base.api.post(
                    worker.base.api.build_url("bases", running.base_id, HOOKS),
                    json={"specification": {"options": {"filters": {"dataTypes": ["tableData"]}}}},
                )
        running.run(*JOBS)
        running.run(*JOBS)
        running.add_creators(1)
        running.run(*JOBS)

        assert len(running.mails()) == 3
        assert len([p for p in running.sandbox.world.discord if "read again" in str(p)]) == 1
        with running.worker() as worker:
            standing = history.standing_problems(worker.ledger, worker.base_id, feed.JOB)
        assert [problem.text for _, problem in standing] == [
            f"{feed.GAP}: there is no webhook, see affiliate-ops doctor."
        ]


def test_a_webhook_that_keeps_silent_is_found_out_by_the_daily_sweep(glow):
    silent = _hook(glow)
    glow.sandbox.store.base(glow.base_id).hooks[silent].is_dead = True
    glow.add_creators(1)
    glow.run(*JOBS)
    before = len(glow.mails())

    with glow.worker() as worker:
        tomorrow = worker.clock.now() + timedelta(days=1)
    glow.sandbox.world.clock.set(tomorrow)
    glow.run(*JOBS, as_of=tomorrow)

    assert before == 3
    assert _hook(glow) != silent
    assert len(glow.mails()) == 4


def test_a_crash_before_the_cursor_was_kept_loses_no_change(glow, monkeypatch):
    row = glow.rows(creators.TABLE)[0]
    glow.edit(creators.TABLE, row["id"], {creators.OPTED_OUT: True})
    with glow.worker() as worker:
        before = feeds.load(worker.ledger, worker.base_id)
        feed.refresh(worker)
        with worker.ledger.writing() as connection:  # as if the commit had not come through
            feeds.save(connection, worker.base_id, cursor=before.cursor)
        again = feed.refresh(worker)

    assert again.creators == frozenset()
    with glow.worker() as worker:
        known = mirror.rows(worker.ledger, worker.base_id, creators.TABLE, [row["id"]])
    assert known[0].cells[creators.OPTED_OUT] is True


def test_a_decision_in_messages_is_looked_for_only_when_a_person_typed_there(glow):
    message = glow.rows(outreach.MESSAGES)[0]
    glow.edit(outreach.MESSAGES, message["id"], {outreach.MESSAGE_RESOLUTION: "It was sent"})

    glow.run(*JOBS)
    with glow.worker() as worker:
        assert not mirror.is_touched(worker.ledger, worker.base_id, outreach.MESSAGES)

    assert calls(glow)["GET Messages"] == 0  # nothing is in doubt


def test_a_renamed_field_costs_one_look_and_changes_nothing(glow):
    glow.sandbox.store.rename_field(glow.base_id, "Creators", "Followers", "Fans")
    row = glow.rows(creators.TABLE)[0]
    glow.sandbox.store.update_record(glow.base_id, "Creators", row["id"], {"Fans": 777})

    glow.run(*JOBS)

    assert calls(glow)["GET tables"] == 1
    with glow.worker() as worker:
        known = mirror.rows(worker.ledger, worker.base_id, creators.TABLE, [row["id"]])
    assert known[0].cells[creators.FOLLOWERS] == 777


def test_settings_and_rules_are_known_without_reading_them(glow):
    setting = next(row for row in glow.rows(operations.SETTINGS) if row["Name"] == "Sending")
    glow.edit(operations.SETTINGS, setting["id"], {operations.SETTING_VALUE: "off"})
    glow.add_creators(1)

    glow.run(*JOBS)

    assert len(glow.mails()) == 3
    assert calls(glow)["GET Stage rules"] == 0
