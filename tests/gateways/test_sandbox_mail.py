"""The sandbox's mail: what is offered is logged, faults strike, creators can answer."""

import imaplib
import json
import smtplib
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from imap_tools import MailBoxUnencrypted

from sandbox.imap import PASSWORD
from sandbox.letters import Letter
from sandbox.mail import BRAND, Mail
from sandbox.world import Fault, World
from tests.builders_services import a_mail, offer, smtp_imap

SAM = "sam@glow.example.com"


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def mail(world: World, tmp_path: Path) -> Iterator[Mail]:
    with smtp_imap(world, tmp_path, (BRAND, SAM)) as mail:
        yield mail


@pytest.fixture
def client(mail: Mail) -> Iterator[smtplib.SMTP]:
    client = smtplib.SMTP("127.0.0.1", mail.smtp_port, timeout=10)
    client.ehlo()
    yield client
    client.close()


def outcomes(world: World) -> list[object]:
    return [entry["outcome"] for entry in world.mail]


def inbox(mail: Mail, address: str = BRAND) -> MailBoxUnencrypted:
    return MailBoxUnencrypted("127.0.0.1", mail.imap_port).login(address, PASSWORD)


def test_a_mail_taken_is_logged_as_its_reader_would_see_it(world, client):
    offer(client)

    (entry,) = world.mail
    assert entry["envelope"] == {"from": BRAND, "to": ["luana@example.com"]}
    assert entry["message_id"] == "<first@glow.example.com>"
    assert entry["subject"] == "Você no Glow?"
    assert entry["text"] == "Hi Luana,\n\nwould you try our serum?"
    assert ["From", f"Jane Rivera <{BRAND}>"] in entry["headers"]
    assert entry["outcome"] == "accepted"


def test_every_mail_is_on_disk_before_the_client_hears_so(world, client, tmp_path):
    offer(client)
    offer(client, "ana@example.org")

    lines = (tmp_path / "mail.jsonl").read_text().splitlines()
    assert [json.loads(line)["to"] for line in lines] == ["luana@example.com", "ana@example.org"]


def test_a_url_with_user_and_password_logs_in_without_tls(world, client):
    client.login(BRAND, "anything")
    offer(client)

    assert outcomes(world) == ["accepted"]


@pytest.mark.parametrize(
    ("match", "do", "code"),
    [
        ("SMTP MAIL jane@", "450", b"4.7.1"),
        ("SMTP RCPT luana@example.com", "450", b"4.7.1"),
        ("SMTP RCPT luana@example.com", "550", b"5.1.1"),
        ("SMTP DATA", "450", b"4.3.0"),
        ("SMTP DATA", "550", b"5.6.0"),
    ],
)
def test_a_refusal_is_answered_logged_and_leaves_the_connection_usable(
    world, client, match, do, code
):
    world.faults.add(Fault(match, do))

    with pytest.raises(smtplib.SMTPException) as caught:
        offer(client)
    client.rset()
    offer(client)

    assert code in str(caught.value).encode()
    refused, accepted = outcomes(world)
    assert str(refused).startswith(f"refused {do} {code.decode()}")
    assert accepted == "accepted"


def test_a_fault_on_one_address_spares_the_others(world, client):
    world.faults.add(Fault("SMTP RCPT luana@example.com", "550"))

    offer(client, "ana@example.org")

    assert outcomes(world) == ["accepted"]


def test_a_connection_dropped_before_the_dot_breaks_the_body_not_the_reply(world, client):
    world.faults.add(Fault("SMTP DATA", "drop_before_dot"))
    client.mail(BRAND)
    client.rcpt("luana@example.com")

    assert client.docmd("DATA")[0] == 354

    def keep_writing() -> None:
        for _ in range(200):  # more than the buffers on the way hold: the break is met writing
            client.send(b"x" * 70 + b"\r\n" * 200_000)

    with pytest.raises(smtplib.SMTPServerDisconnected):
        keep_writing()

    assert outcomes(world) == ["dropped before dot"]


def test_a_connection_dropped_after_the_dot_took_the_mail_and_says_nothing(world, client):
    world.faults.add(Fault("SMTP DATA", "drop_after_dot"))

    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionResetError)):
        offer(client)

    (entry,) = world.mail
    assert entry["outcome"] == "accepted, dropped after dot"
    assert entry["subject"] == "Você no Glow?"


def test_a_client_that_dies_after_its_dot_has_handed_the_mail_over(world, client, mail):
    client.mail(BRAND)
    client.rcpt("luana@example.com")
    client.docmd("DATA")
    client.send(a_mail() + b".\r\n")
    client.close()

    with smtplib.SMTP("127.0.0.1", mail.smtp_port) as another:  # served after the first
        another.noop()
    assert outcomes(world) == ["accepted"]


def test_a_creators_reply_is_read_from_the_inbox_unread_and_byte_for_byte(world, mail):
    letter = Letter(
        "Luana Alves <luana@example.com>",
        BRAND,
        "Re: Você no Glow?",
        "Quero sim!",
        {"In-Reply-To": "<first@glow.example.com>"},
    )
    mail.write(letter)

    with inbox(mail) as box:
        (reply,) = box.fetch(mark_seen=False)
    assert reply.from_ == "luana@example.com"
    assert reply.headers["in-reply-to"] == ("<first@glow.example.com>",)
    assert (reply.text.strip(), reply.flags) == ("Quero sim!", ())


def test_folders_and_mailboxes_are_kept_apart(mail):
    mail.deliver(a_mail(), "Spam")
    mail.deliver(a_mail(), mailbox=SAM)

    with inbox(mail) as jane, inbox(mail, SAM) as sam:
        assert [folder.name for folder in jane.folder.list()] == ["INBOX", "Sent", "Spam"]
        assert (jane.uids(), len(sam.uids())) == ([], 1)
        jane.folder.set("Spam")
        assert len(jane.uids()) == 1


def test_new_mail_among_hundreds_is_found_by_its_uid(world, mail):
    for number in range(300):
        mail.write(Letter(f"creator{number}@example.com", BRAND, "Re: hello", "yes"))
    with inbox(mail) as box:
        last = max(map(int, box.uids()))
    mail.write(Letter("bao@example.com", BRAND, "Re: hello", "no"))

    with inbox(mail) as box:
        new = [m for m in box.fetch(f"UID {last + 1}:*", mark_seen=False) if int(m.uid or 0) > last]
    assert [message.from_ for message in new] == ["bao@example.com"]


def test_imap_hangs_up_when_told_to_and_only_then(world, mail):
    world.faults.add(Fault("IMAP", "drop_request"))

    with pytest.raises((OSError, imaplib.IMAP4.abort)):
        inbox(mail)
    with inbox(mail) as box:
        assert box.uids() == []


def test_after_stop_nobody_answers(world, tmp_path):
    with smtp_imap(world, tmp_path) as mail:
        ports = (mail.smtp_port, mail.imap_port)

    for port in ports:
        with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
            pass
