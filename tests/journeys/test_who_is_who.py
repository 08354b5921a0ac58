"""Whatever teammates do to rows, nobody gets a step twice."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas.fields import Field
from schemas.tables import creators, outreach
from tests.builders_programme import Programme, programme
from worker.ledger import handles


@pytest.fixture
def glow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Programme]:
    with programme(tmp_path, monkeypatch, creators=3) as running:
        yield running


def later(days: float) -> datetime:
    # The sandbox's Date header is the real time, however slow the machine.
    return datetime.now(UTC) + timedelta(days=days)  # noqa: TID251  # the sandbox's own time


def contested(glow: Programme) -> frozenset[str]:
    with glow.worker() as worker, worker.ledger.reading() as connection:
        return handles.contested(connection, worker.base_id)


def sequence_of(glow: Programme) -> str:
    return str(glow.rows(outreach.SEQUENCES)[0]["id"])


def most_mails_of_a_step(glow: Programme) -> int:
    return max(glow.mails_per_step().values(), default=0)


def test_every_due_creator_is_mailed_once_and_shown(glow):
    glow.outreach()
    glow.outreach()

    assert len(glow.mails()) == 3
    assert most_mails_of_a_step(glow) == 1
    assert [row["State"] for row in glow.rows(outreach.MESSAGES)] == ["Sent"] * 3
    assert [row["Touches"] for row in glow.rows(creators.TABLE)] == [1] * 3


def test_follow_ups_join_the_thread_when_their_wait_is_over(glow):
    glow.outreach()
    glow.outreach(as_of=later(2))
    assert len(glow.mails()) == 3

    glow.outreach(as_of=later(3.1))

    assert len(glow.mails()) == 6
    first, second = (
        glow.mails()[0],
        next(m for m in glow.mails()[3:] if m["to"] == glow.mails()[0]["to"]),
    )
    assert ["In-Reply-To", first["message_id"]] in second["headers"]


def test_two_rows_with_one_address_get_one_mail_and_a_note(glow):
    email = glow.rows(creators.TABLE)[0]["Email"]
    twin = glow.create(
        creators.TABLE,
        {creators.NAME: "Twin", creators.EMAIL: email, creators.COUNTRY: "US",
         creators.SEQUENCE: [sequence_of(glow)]},
    )  # fmt: skip

    glow.outreach()

    assert len([m for m in glow.mails() if m["to"] == email]) == 1
    notes = {row["id"]: row.get("Automation note", "") for row in glow.rows(creators.TABLE)}
    assert "same creator" in notes[twin]


def test_a_row_deleted_and_re_imported_is_the_same_creator(glow):
    glow.outreach()
    row = glow.rows(creators.TABLE)[0]
    glow.delete(creators.TABLE, row["id"])
    kept = (creators.NAME, creators.HANDLE, creators.EMAIL, creators.COUNTRY, creators.LANGUAGE)
    glow.create(
        creators.TABLE,
        {f: row[f.name] for f in kept} | {creators.SEQUENCE: [sequence_of(glow)]},
    )

    glow.outreach()

    assert len([m for m in glow.mails() if m["to"] == row["Email"]]) == 1


def test_an_address_corrected_mid_sequence_gets_the_next_step_only(glow):
    glow.outreach()
    row = glow.rows(creators.TABLE)[0]
    glow.edit(creators.TABLE, row["id"], {creators.EMAIL: "corrected@example.org"})

    glow.outreach()
    assert not [m for m in glow.mails() if m["to"] == "corrected@example.org"]
    glow.outreach(as_of=later(3.1))

    keys = [key for (to, key) in glow.mails_per_step() if to == "corrected@example.org"]
    assert [key.rsplit(":", 1)[1] for key in keys] == ["2"]


def test_a_step_row_deleted_and_recreated_is_the_same_step(glow):
    glow.outreach()
    step = next(row for row in glow.rows(outreach.STEPS) if row["Step"] == 1)
    glow.delete(outreach.STEPS, step["id"])
    glow.create(
        outreach.STEPS,
        {outreach.STEP_NAME: "Again", outreach.STEP_SEQUENCE: [sequence_of(glow)],
         outreach.STEP_NUMBER: 1, outreach.STEP_WAIT: 0, outreach.STEP_TEMPLATE: "recruit-1"},
    )  # fmt: skip

    glow.outreach()

    assert len(glow.mails()) == 3


def test_a_sequence_cleared_and_re_typed_goes_on_where_it_was(glow):
    glow.outreach()
    row = glow.rows(creators.TABLE)[0]
    glow.edit(creators.TABLE, row["id"], {creators.SEQUENCE: []})
    glow.outreach()
    glow.edit(creators.TABLE, row["id"], {creators.SEQUENCE: [sequence_of(glow)]})

    glow.outreach()
    glow.outreach(as_of=later(3.1))

    keys = [key for (to, key) in glow.mails_per_step() if to == row["Email"]]
    assert sorted(key.rsplit(":", 1)[1] for key in keys) == ["1", "2"]
    assert most_mails_of_a_step(glow) == 1


def test_a_wiped_row_does_not_send_again(glow):
    glow.outreach()
    row = glow.rows(creators.TABLE)[0]
    typed = {f: row.get(f.name) for f in (creators.NAME, creators.HANDLE, creators.EMAIL)}
    wiped: dict[Field, object] = dict.fromkeys(creators.TABLE.fields)
    glow.edit(creators.TABLE, row["id"], wiped)
    glow.outreach()
    glow.edit(
        creators.TABLE,
        row["id"],
        typed | {creators.SEQUENCE: [sequence_of(glow)], creators.COUNTRY: "US"},
    )

    glow.outreach()

    assert len([m for m in glow.mails() if m["to"] == row["Email"]]) == 1


def test_a_wiped_messages_table_does_not_send_again(glow):
    glow.outreach()
    glow.outreach()
    for row in glow.rows(outreach.MESSAGES):
        glow.delete(outreach.MESSAGES, row["id"])

    glow.outreach()

    assert len(glow.mails()) == 3


def test_a_duplicated_base_sends_nothing_and_says_why(glow, monkeypatch):
    glow.outreach()
    copy = "appCOPY0000000001"
    store = glow.sandbox.store
    original = store.base(glow.base_id)
    records = {
        table.name: store.rows(glow.base_id, table.name) for table in original.tables.values()
    }
    tables = [
        {**table.meta(), "records": records[table.name]} for table in original.tables.values()
    ]
    store.add_base(copy, "Copy of Glow", tables)
    monkeypatch.setenv("AIRTABLE_BASE_IDS", copy)

    ran = glow.outreach()

    assert "it is a copy" in ran.done.held_because
    assert len(glow.mails()) == 3


def test_somebody_else_typed_over_a_row_is_a_problem_not_a_creator(glow):
    glow.outreach()
    row = glow.rows(creators.TABLE)[0]
    glow.edit(
        creators.TABLE,
        row["id"],
        {creators.EMAIL: "stranger@example.net", creators.HANDLE: "@a.stranger"},
    )

    glow.outreach(as_of=later(3.1))

    assert not [m for m in glow.mails() if m["to"] == "stranger@example.net"]
    note = next(r for r in glow.rows(creators.TABLE) if r["id"] == row["id"])["Automation note"]
    assert note


def test_a_renamed_sequence_is_the_same_sequence(glow):
    glow.outreach()
    glow.edit(outreach.SEQUENCES, sequence_of(glow), {outreach.SEQUENCE_NAME: "Recruiting 2027"})

    glow.outreach()

    assert len(glow.mails()) == 3


def test_sales_under_a_handle_two_rows_state_are_held_until_one_is_corrected(glow):
    first, second = glow.rows(creators.TABLE)[:2]
    glow.outreach()
    glow.edit(creators.TABLE, second["id"], {creators.HANDLE: first["Handle"]})
    glow.outreach()
    assert contested(glow) == {first["Handle"].lstrip("@")}

    glow.edit(creators.TABLE, second["id"], {creators.HANDLE: second["Handle"]})
    glow.outreach()

    assert contested(glow) == frozenset()
