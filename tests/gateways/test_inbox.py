"""The inbox is read to its end, once, and looks to people as if nobody had read it."""

import socket
from datetime import date

import pytest
from imap_tools import MailBoxUnencrypted

from sandbox.mail import BRAND
from sandbox.world import Fault, World
from tests.builders_services import smtp_imap
from worker import inbox as inbox_module
from worker.errors import Misconfigured, NotDone, ServiceDown
from worker.inbox import BYTES_A_MAIL, Cursor, Inbox
from worker.mail_url import parse_mail_url


@pytest.fixture
def world():
    return World()


@pytest.fixture
def mail(world, tmp_path):
    with smtp_imap(world, tmp_path) as running:
        yield running


@pytest.fixture
def inbox(mail):
    box = Inbox("jane", mail.imap_url())
    yield box
    box.close()


def a_letter(number: int) -> bytes:
    return f"From: ana@example.net\r\nMessage-ID: <m{number}@example.net>\r\n\r\nHi\r\n".encode()


def test_every_mail_is_read_once_and_byte_for_byte(inbox, mail):
    start = inbox.read_new(None)
    for number in range(3):
        mail.deliver(a_letter(number))

    batch = inbox.read_new(start.cursor)
    again = inbox.read_new(batch.cursor)

    assert [fetched.raw for fetched in batch.mails] == [a_letter(number) for number in range(3)]
    assert batch.complete
    assert (again.mails, again.complete, again.cursor) == ((), True, batch.cursor)


def test_reading_leaves_mails_unread(inbox, mail):
    mail.deliver(a_letter(1))

    inbox.read_new(None)

    server = parse_mail_url("IMAP_URL", mail.imap_url())
    with MailBoxUnencrypted(server.host, server.port).login(server.user, server.password) as box:
        assert len(box.uids("UNSEEN")) == 1


def test_spam_is_read_too(inbox, mail):
    mail.deliver(a_letter(1), "Spam")

    assert inbox.folders() == ("INBOX", "Spam")
    assert len(inbox.read_new(None, "Spam").mails) == 1
    assert inbox.read_new(None).mails == ()


def test_a_renumbered_folder_is_read_again_from_the_day_named(inbox, mail, world):
    mail.deliver(a_letter(1))
    read = inbox.read_new(None)
    other = Cursor(read.cursor.uidvalidity + 1, read.cursor.uid + 500)

    today = world.clock.now().date()

    assert inbox.read_new(other, since=today).mails == read.mails
    assert inbox.read_new(None, since=date(today.year + 1, 1, 1)).mails == ()


def test_a_full_inbox_is_read_in_bounded_pieces(inbox, mail, monkeypatch):
    monkeypatch.setattr(inbox_module, "MAILS_A_CALL", 2)
    for number in range(3):
        mail.deliver(a_letter(number))

    first = inbox.read_new(None)
    second = inbox.read_new(first.cursor)

    assert (len(first.mails), first.complete) == (2, False)
    assert (len(second.mails), second.complete) == (1, True)


def test_a_huge_mail_is_read_only_as_far_as_it_says_something(inbox, mail):
    mail.deliver(a_letter(1) + b"x" * 900_000)

    (fetched,) = inbox.read_new(None).mails

    assert len(fetched.raw) == BYTES_A_MAIL


def test_sent_tells_whether_a_message_left(inbox, mail):
    mail.deliver(a_letter(1), "Sent")

    assert inbox.has_sent("<m1@example.net>") is True
    assert inbox.has_sent("<m2@example.net>") is False


def test_an_inbox_out_of_reach_is_not_an_empty_one(inbox, mail, world):
    world.faults.add(Fault("IMAP", "drop_request"))

    with pytest.raises(NotDone) as unread:
        inbox.read_new(None)

    assert unread.value.scope == "mailbox"
    assert inbox.read_new(None).complete


def test_a_server_that_hung_up_while_idle_is_asked_again(inbox, mail):
    mail.deliver(a_letter(1))
    first = inbox.read_new(None)
    assert inbox._box is not None
    inbox._box.client.sock.shutdown(socket.SHUT_RDWR)

    assert inbox.read_new(None) == first


def test_a_refused_login_names_the_setting_and_no_password(mail):
    box = Inbox("jane", mail.imap_url().replace(":sandbox@", ":wrong@"))

    with pytest.raises(Misconfigured, match="IMAP_URL") as wrong:
        box.check()

    assert "wrong" not in str(wrong.value)


def test_a_server_that_is_not_there_is_named(tmp_path):
    with smtp_imap(World(), tmp_path) as gone:
        url = gone.imap_url(BRAND)
    box = Inbox("jane", url, timeout_s=2)

    with pytest.raises(ServiceDown, match="IMAP_URL"):
        box.check()
    with pytest.raises(NotDone):
        box.read_new(None)
