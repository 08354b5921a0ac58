"""A creator who asks to be forgotten is: nothing of theirs is left, and nobody writes to them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.tables import creators
from tests.builders_programme import Programme, programme

PASS = ("replies", "outreach", "pipeline", "notices")


@pytest.fixture
def glow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Programme]:
    """Two creators; the first has been written to and has answered."""
    with programme(tmp_path, monkeypatch, creators=2) as running:
        running.run(*PASS)
        mail = running.mails()[0]
        raw = (
            f"From: {mail['to']}\r\nTo: jane@glow.example.com\r\nSubject: Re: Glow\r\n"
            f"Message-ID: <mine@example.com>\r\nIn-Reply-To: {mail['message_id']}\r\n\r\n"
            f"Call me, I am {mail['to']}\r\n"
        )
        running.sandbox.mail.deliver(raw.encode())
        running.run(*PASS)
        yield running


def first(glow: Programme) -> dict[str, str]:
    email = str(glow.mails()[0]["to"])
    return dict(next(row for row in glow.rows(creators.TABLE) if row["Email"] == email))


def ledger_octets(glow: Programme) -> bytes:
    files = sorted(glow.sandbox.directory.glob("*.db*"))
    assert files
    return b"".join(file.read_bytes() for file in files)


def test_nothing_of_a_forgotten_creator_is_left_in_the_ledgers_files(glow):
    row = first(glow)
    needles = [row["Email"].encode(), row["Handle"].lstrip("@").encode(), row["Name"].encode()]
    assert all(needle in ledger_octets(glow) for needle in needles)

    done = glow.cli("creators", "forget", row["Email"], "--by", "Linh Tran", "--yes")

    assert done.returncode == 0, done.stderr
    assert [needle for needle in needles if needle in ledger_octets(glow)] == []
    assert row["id"] in done.stdout
    shown = glow.cli("creators", "show", row["Email"], "--json")
    assert json.loads(shown.stdout)["forgotten"] is True
    assert [needle for needle in needles if needle.decode() in shown.stdout] == []


def test_a_forgotten_creator_typed_in_again_is_not_written_to(glow):
    row = first(glow)
    glow.cli("creators", "forget", row["Handle"], "--by", "Linh Tran", "--yes")
    glow.delete(creators.TABLE, row["id"])
    glow.run(*PASS)
    before = len(glow.mails())

    glow.create(
        creators.TABLE,
        {
            creators.NAME: "Somebody", creators.EMAIL: row["Email"], creators.COUNTRY: "US",
            creators.SEQUENCE: row["Sequence"],
        },
    )  # fmt: skip
    glow.run(*PASS)

    assert len(glow.mails()) == before


def test_what_is_held_can_be_shown_and_nothing_is_erased_without_a_yes(glow):
    row = first(glow)

    shown = json.loads(glow.cli("creators", "show", row["Name"], "--json").stdout)
    asked = glow.cli("creators", "forget", row["Name"], "--by", "Linh Tran")

    assert row["Email"] in shown["identities"]["email"]
    assert len(shown["messages"]) == 1
    assert asked.returncode != 0
    assert glow.cli("creators", "show", row["Name"]).returncode == 0


def test_a_suppression_is_lifted_with_a_reason_only(glow):
    row = first(glow)
    glow.edit(creators.TABLE, row["id"], {creators.OPTED_OUT: True})
    glow.run(*PASS)

    without = glow.cli("creators", "lift", row["Email"], "--because", " ", "--by", "Linh Tran")
    lifted = glow.cli(
        "creators", "lift", row["Email"], "--because", "asked to come back", "--by", "Linh Tran"
    )

    assert without.returncode == 2
    assert lifted.returncode == 0
    assert "Lifted: 2." in lifted.stdout


def test_a_creator_nobody_knows_is_an_error_that_says_so(glow):
    done = glow.cli("creators", "forget", "nobody@example.com", "--by", "Linh Tran", "--yes")

    assert done.returncode == 2
    assert "nobody@example.com" in done.stderr
