"""Consent from end to end: every way out ends in the one list, and only a person lifts it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from sandbox.world import Fault
from schemas.tables import creators, operations, outreach
from tests.builders_programme import Programme, programme
from worker.ledger import consent, deliveries, people
from worker.ledger.people import hash_of
from worker.ledger.tables import SUPPRESSIONS
from worker.settings import load_settings
from worker.web import create_app

ZEN = "appZEN00000000001"


@pytest.fixture
def glow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Programme]:
    with programme(tmp_path, monkeypatch, creators=2) as running:
        yield running


def rows(glow: Programme) -> list[dict[str, object]]:
    return [dict(row) for row in glow.rows(creators.TABLE)]


def row_of(glow: Programme, record_id: object) -> dict[str, object]:
    return next(row for row in rows(glow) if row["id"] == record_id)


def set_rule(glow: Programme, name: str, value: str) -> None:
    found = [row for row in glow.rows(operations.SETTINGS) if row["Name"] == name]
    cells = {operations.SETTING_NAME: name, operations.SETTING_VALUE: value}
    if found:
        glow.edit(operations.SETTINGS, str(found[0]["id"]), cells)
    else:
        glow.create(operations.SETTINGS, cells)


def written_to(glow: Programme, email: object) -> int:
    return len([mail for mail in glow.mails() if mail["to"] == email])


def leave(glow: Programme, way: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The first creator takes a way out; who that is."""
    first = str(rows(glow)[0]["Email"])
    if way == "bounce":
        glow.sandbox.world.faults.add(Fault(f"SMTP RCPT {first}", "550"))
        glow.outreach()
        return first
    glow.outreach()
    mail = next(mail for mail in glow.mails() if mail["to"] == first)
    to = "To: jane@glow.example.com\r\nMessage-ID: <out@example.com>\r\n"
    thread = f"In-Reply-To: {mail['message_id']}\r\n"
    link = next(v for n, v in mail["headers"] if n == "List-Unsubscribe")
    match way:
        case "reply":
            raw = f"From: {first}\r\n{to}Subject: Re: Glow\r\n{thread}\r\nSTOP\r\n"
            glow.sandbox.mail.deliver(raw.encode())
        case "mailto":
            assert "<mailto:jane@glow.example.com?subject=unsubscribe>" in link
            raw = f"From: {first}\r\n{to}Subject: unsubscribe\r\n\r\n\r\n"
            glow.sandbox.mail.deliver(raw.encode())
        case "complaint":
            report = (
                f"From: feedback@isp.example\r\n{to}Subject: abuse\r\nMIME-Version: 1.0\r\n"
                'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\r\n\r\n'
                "--b\r\nContent-Type: text/plain\r\n\r\nabuse\r\n"
                "--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n\r\n"
                "--b\r\nContent-Type: message/rfc822\r\n\r\n"
                f"Message-ID: {mail['message_id']}\r\nSubject: Glow\r\n\r\nHi\r\n--b--\r\n"
            )
            glow.sandbox.mail.deliver(report.encode())
        case "tick":
            glow.edit(creators.TABLE, str(rows(glow)[0]["id"]), {creators.OPTED_OUT: True})
        case "page" | "one click":
            path = "/" + link.strip("<").partition(">")[0].split("/", 3)[3]
            form = {"List-Unsubscribe": "One-Click"} if way == "one click" else {}
            with monkeypatch.context() as away:  # neither Redis nor Airtable can be reached
                away.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
                away.setenv("AIRTABLE_URL", "http://127.0.0.1:1")
                browser = create_app(load_settings(), ("outreach",)).test_client()
                assert browser.get(path).status_code == 200
                for _ in range(2):
                    assert browser.post(path, data=form).status_code == 200
    glow.run("replies", "outreach")
    return first


@pytest.mark.parametrize(
    ("way", "reason"),
    [
        ("reply", "opt-out"),
        ("mailto", "opt-out"),
        ("one click", "opt-out"),
        ("page", "opt-out"),
        ("tick", "opt-out"),
        ("complaint", "complaint"),
        ("bounce", "bounce"),
    ],
)
def test_every_way_out_ends_in_the_one_list_and_survives_the_row(glow, monkeypatch, way, reason):
    email = leave(glow, way, monkeypatch)
    before = written_to(glow, email)

    row = next(row for row in rows(glow) if row["Email"] == email)
    glow.outreach()
    glow.delete(creators.TABLE, str(row["id"]))
    glow.outreach()
    kept = (creators.NAME, creators.EMAIL, creators.COUNTRY, creators.SEQUENCE)
    glow.create(creators.TABLE, {field: row[field.name] for field in kept})
    glow.outreach()

    shown = {r["Key"]: r["Reason"] for r in glow.rows(outreach.SUPPRESSIONS)}
    assert shown[hash_of(email)] == reason
    assert written_to(glow, email) == before
    with glow.worker() as worker, worker.ledger.reading() as connection:
        bars_zen = select(SUPPRESSIONS.c.hash).where(consent.binding(ZEN, separate=False))
        assert hash_of(email) in connection.execute(bars_zen).scalars().all()


@pytest.mark.parametrize(
    ("separate", "reason", "mailed"),
    [("off", "opt-out", 0), ("on", "opt-out", 1), ("on", "complaint", 0), ("on", "bounce", 0)],
)
def test_only_a_separate_sender_is_not_bound_by_another_brands_opt_outs(
    glow, separate, reason, mailed
):
    set_rule(glow, "Separate senders", separate)
    email = str(rows(glow)[0]["Email"])
    with glow.worker() as worker, worker.ledger.writing() as connection:
        now = worker.clock.now()
        consent.suppress_hash(connection, ZEN, hash_of(email), reason=reason, source="mail", at=now)

    glow.outreach()

    assert written_to(glow, email) == mailed
    assert len(glow.mails()) == 1 + mailed


def test_a_lift_unticks_the_row_and_the_creator_is_written_to_again(glow):
    row = rows(glow)[0]
    glow.edit(creators.TABLE, str(row["id"]), {creators.OPTED_OUT: True})
    glow.outreach()
    assert written_to(glow, row["Email"]) == 0

    done = glow.cli(
        "creators", "lift", str(row["Email"]), "--because", "She wrote to us", "--by", "Linh Tran"
    )
    glow.outreach()
    glow.outreach()

    assert done.returncode == 0, done.stderr
    assert not row_of(glow, row["id"]).get("Opted out")
    assert written_to(glow, row["Email"]) == 1
    reasons = {str(shown["Reason"]) for shown in glow.rows(outreach.SUPPRESSIONS)}
    assert reasons == {"lifted: She wrote to us (Linh Tran)"}


def test_a_tick_after_a_lift_counts_again(glow):
    row = rows(glow)[0]
    glow.edit(creators.TABLE, str(row["id"]), {creators.OPTED_OUT: True})
    glow.outreach()
    key = str(row["id"])
    glow.cli("creators", "lift", key, "--because", "A mistake", "--by", "Linh Tran")
    glow.outreach()

    glow.edit(creators.TABLE, key, {creators.OPTED_OUT: True})
    glow.outreach()
    glow.edit(creators.TABLE, key, {creators.OPTED_OUT: False})
    glow.outreach()

    assert written_to(glow, row["Email"]) <= 1
    with glow.worker() as worker:
        assert len(consent.suppressed_creators(worker.ledger, worker.base_id)) == 1


def test_where_law_asks_the_message_says_where_the_address_is_from(glow):
    set_rule(glow, "Countries that need a legal basis", "DE")
    lacking, ready = rows(glow)
    german = {creators.COUNTRY: "DE", creators.TIME_ZONE: None, creators.LANGUAGE: "de"}
    glow.edit(creators.TABLE, str(lacking["id"]), {**german, creators.LEGAL_BASIS: None})
    glow.edit(creators.TABLE, str(ready["id"]), {**german, creators.SOURCE: "dein TikTok-Profil"})

    glow.outreach()

    [mail] = glow.mails()
    assert mail["to"] == ready["Email"]
    assert "So haben wir deine Adresse gefunden: dein TikTok-Profil." in mail["text"]
    note = str(row_of(glow, lacking["id"])["Automation note"])
    assert note.startswith("Legal basis is empty: in Germany a recorded reason")
    with glow.worker() as worker:
        [touch] = deliveries.listed(worker.ledger, worker.base_id, None, 10)
    assert touch.payload["legal_basis"] == "Consent"
    assert touch.payload["source"] == "dein TikTok-Profil"


def test_what_the_worker_wrote_about_a_forgotten_creator_is_blank_in_airtable(glow):
    glow.run("replies", "outreach")
    mail = glow.mails()[0]
    raw = (
        f"From: {mail['to']}\r\nTo: jane@glow.example.com\r\nSubject: Re: Glow\r\n"
        f"Message-ID: <mine@example.com>\r\nIn-Reply-To: {mail['message_id']}\r\n\r\nCall me!\r\n"
    )
    glow.sandbox.mail.deliver(raw.encode())
    glow.run("replies", "outreach", "pipeline")
    row = next(row for row in rows(glow) if row["Email"] == mail["to"])

    done = glow.cli("creators", "forget", str(mail["to"]), "--by", "Linh Tran", "--yes")

    assert done.returncode == 0, done.stderr
    assert str(row["id"]) in done.stdout
    after = row_of(glow, row["id"])
    assert (after["Name"], after["Email"]) == (row["Name"], row["Email"])  # the team's to delete
    assert not after.get("Last reply")
    theirs = [m for m in glow.rows(outreach.MESSAGES) if row["id"] in m["Creator"]]
    assert [(m.get("Subject"), m.get("Body")) for m in theirs] == [(None, None)]
    assert str(theirs[0]["id"]) in done.stdout


def test_a_forgotten_creator_who_is_typed_in_again_is_kept_as_stand_ins_only(glow):
    glow.outreach()
    row = rows(glow)[0]
    glow.cli("creators", "forget", str(row["Email"]), "--by", "Linh Tran", "--yes")
    glow.delete(creators.TABLE, str(row["id"]))
    glow.outreach()
    kept = (creators.NAME, creators.HANDLE, creators.EMAIL, creators.COUNTRY, creators.SEQUENCE)

    glow.create(creators.TABLE, {field: row[field.name] for field in kept})
    glow.outreach()

    assert written_to(glow, row["Email"]) == 1
    with glow.worker() as worker, worker.ledger.reading() as connection:
        known = people.known_creators(connection, worker.base_id)
    stated = {value for one in known for value in (*one.emails, *one.handles)}
    assert str(row["Email"]) not in stated
    assert str(row["Handle"]).lstrip("@") not in stated
    assert len(known) == 2
