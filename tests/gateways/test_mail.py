"""Each phase of a send fails in its own way, and only one of them leaves a doubt."""

import email
import re
from email import policy
from email.message import EmailMessage

import pytest

from automations.plan import Message
from sandbox.world import Fault, World
from tests.builders_mail import AT, BODY, DOT, HANG_UP, KEY, LINK, outgoing, smtp_saying
from tests.builders_services import smtp_imap
from worker.errors import GatewayError, Misconfigured, NotDone, OutcomeUnknown, Refused, ServiceDown
from worker.mail import Mailbox, Outgoing, Patience, message_id, on_the_wire
from worker.mail_build import KEY_HEADER, build_letter
from worker.mail_url import parse_mail_url

SENDER = "Jane Rivera <jane@glow.example.com>"
HASTE = Patience(connect_s=2, command_s=2, reply_s=0.2)


@pytest.fixture
def world():
    return World()


@pytest.fixture
def mailbox(world, tmp_path):
    with smtp_imap(world, tmp_path) as mail:
        box = Mailbox("jane", SENDER, mail.smtp_url())
        yield box
        box.close()


def failure(replies: dict[str, str], mail: Outgoing | None = None) -> Exception | None:
    """What a send to a server with these replies raises."""
    with smtp_saying(replies) as (url, _):
        box = Mailbox("jane", SENDER, url, patience=HASTE)
        try:
            box.send(mail or outgoing())
        except (NotDone, Refused, OutcomeUnknown) as error:
            return error
        finally:
            box.close()
    return None


def sent_as(**changes: object) -> EmailMessage:
    """The letter as a reader's program parses it."""
    letter = build_letter(outgoing(**changes), SENDER)
    return email.message_from_bytes(letter.octets, policy=policy.default)


def test_a_mail_arrives_as_it_was_worded(mailbox, world):
    assert mailbox.send(outgoing()).startswith("250")

    (received,) = world.mail
    assert received["outcome"] == "accepted"
    assert received["envelope"] == {"from": "jane@glow.example.com", "to": ["ana@example.net"]}
    assert received["subject"] == "Olá da Glow"
    assert received["to"] == "Ana Núñez <ana@example.net>"
    assert received["text"].split() == ["Olá", "Ana,", "quer", "testar?"]
    assert received["message_id"] == message_id(KEY, "glow.example.com")
    assert [KEY_HEADER, KEY] in received["headers"]


@pytest.mark.parametrize(
    ("replies", "kind", "scope"),
    [
        ({"greeting": HANG_UP}, NotDone, "mailbox"),
        ({"greeting": "421 4.3.2 closing"}, NotDone, "mailbox"),
        ({"greeting": "554 5.7.1 go away"}, NotDone, "mailbox"),
        ({"EHLO": HANG_UP}, NotDone, "mailbox"),
        ({"MAIL": HANG_UP}, NotDone, "mailbox"),
        ({"MAIL": "450 4.7.1 later"}, NotDone, "mailbox"),
        ({"MAIL": "550 5.1.8 sender refused"}, NotDone, "mailbox"),
        ({"RCPT": HANG_UP}, NotDone, "mailbox"),
        ({"RCPT": "450 4.7.1 greylisted"}, NotDone, ""),
        ({"RCPT": "550 5.1.1 no such user"}, Refused, "address"),
        ({"RCPT": "550 5.7.1 policy"}, NotDone, "mailbox"),
        ({"RCPT": "550 5.4.5 daily quota exceeded"}, NotDone, "mailbox"),
        ({"RCPT": "535 5.7.8 log in first"}, NotDone, "mailbox"),
        ({"DATA": HANG_UP}, NotDone, "mailbox"),
        ({"DATA": "451 4.3.0 later"}, NotDone, ""),
        ({"DATA": "554 5.5.1 no"}, NotDone, ""),
        ({DOT: HANG_UP}, OutcomeUnknown, ""),
        ({DOT: "what?"}, OutcomeUnknown, ""),
        ({DOT: "354 still here"}, OutcomeUnknown, ""),
        ({DOT: "250 " + "x" * 9000}, OutcomeUnknown, ""),
        ({DOT: "451 4.3.0 later"}, NotDone, ""),
        ({DOT: "421 4.7.0 too many"}, NotDone, "mailbox"),
        ({DOT: "554 5.6.0 refused"}, Refused, ""),
        ({DOT: "550 5.7.26 unauthenticated"}, NotDone, "mailbox"),
    ],
)
def test_each_phase_that_fails_says_what_may_be_done_next(replies, kind, scope):
    error = failure(replies)

    assert isinstance(error, GatewayError)
    assert (type(error), error.scope) == (kind, scope)


def test_a_server_that_never_answers_the_whole_message_leaves_a_doubt():
    with smtp_saying({DOT: "250-this goes on"}) as (url, _):
        box = Mailbox("jane", SENDER, url, patience=HASTE)
        with pytest.raises(OutcomeUnknown):
            box.send(outgoing())


@pytest.mark.parametrize(
    ("reply", "wait_s"),
    [
        ("450 4.7.1 greylisted", 900),
        ("452 4.2.2 mailbox full", 14_400),
        ("550 5.4.5 quota", 86_400),
    ],
)
def test_a_refusal_for_now_says_how_long_to_wait(reply, wait_s):
    error = failure({"RCPT": reply})

    assert isinstance(error, NotDone)
    assert error.wait_s == wait_s


def test_a_refused_address_says_why_and_the_next_mail_goes_out(mailbox, world):
    world.faults.add(Fault("SMTP RCPT sam@", "550"))

    with pytest.raises(Refused, match=r"5\.1\.1"):
        mailbox.send(outgoing(to="sam@example.net", key="touch:glow:cr8:seq1:1:1"))
    mailbox.send(outgoing())

    assert [mail["outcome"][:8] for mail in world.mail] == ["refused ", "accepted"]


def test_a_connection_lost_after_the_dot_leaves_a_doubt_and_the_next_mail_goes_out(mailbox, world):
    world.faults.add(Fault("SMTP DATA", "drop_after_dot"))

    with pytest.raises(OutcomeUnknown):
        mailbox.send(outgoing())
    mailbox.send(outgoing(key="touch:glow:cr8:seq1:1:1"))

    assert [mail["outcome"] for mail in world.mail][-1] == "accepted"


def test_a_connection_lost_within_the_message_leaves_no_doubt():
    too_long_to_be_buffered = Message("Glow", "Olá Ana\n" * 1_000_000, "<p></p>")

    error = failure({BODY: HANG_UP}, outgoing(message=too_long_to_be_buffered))

    assert isinstance(error, NotDone)


def test_a_failing_quit_does_not_unsend_a_mail():
    with smtp_saying({"QUIT": HANG_UP}) as (url, _):
        box = Mailbox("jane", SENDER, url, patience=HASTE)

        assert box.send(outgoing()) == "250 2.0.0 OK"
        box.close()


def connections(heard: list[bytes]) -> int:
    return sum(line.upper().startswith(b"EHLO") for line in heard)


def test_one_connection_serves_fifty_mails():
    with smtp_saying({}) as (url, heard):
        box = Mailbox("jane", SENDER, url)
        for number in range(51):
            box.send(outgoing(key=f"touch:glow:cr{number}:seq1:1:1"))
        box.close()

    assert connections(heard) == 2
    assert b"NOOP\r\n" not in [line.upper() for line in heard]


@pytest.mark.parametrize(("idle_s", "opened", "asked"), [(29, 1, 0), (31, 1, 1), (301, 2, 0)])
def test_an_idle_connection_is_tried_before_it_is_trusted(idle_s, opened, asked):
    now = [0.0]
    with smtp_saying({}) as (url, heard):
        box = Mailbox("jane", SENDER, url, clock=lambda: now[0])
        box.send(outgoing())
        now[0] = float(idle_s)
        box.send(outgoing())
        box.close()

    assert connections(heard) == opened
    assert [line.upper() for line in heard].count(b"NOOP\r\n") == asked


def test_a_connection_that_died_while_idle_is_opened_again():
    now = [0.0]
    with smtp_saying({"NOOP": HANG_UP}) as (url, heard):
        box = Mailbox("jane", SENDER, url, clock=lambda: now[0])
        box.send(outgoing())
        now[0] = 60.0

        assert box.send(outgoing()).startswith("250")
        box.close()

    assert connections(heard) == 2


def test_nothing_is_sent_to_a_server_that_is_not_there():
    with smtp_saying({}) as (url, _):
        pass
    box = Mailbox("jane", SENDER, url, patience=HASTE)

    with pytest.raises(NotDone):
        box.send(outgoing())
    with pytest.raises(ServiceDown, match="SMTP_URL"):
        box.check()


def test_a_refused_password_stops_the_mailbox_and_is_never_shown():
    replies = {"EHLO": "250-hello\r\n250 AUTH PLAIN", "AUTH": "535 5.7.8 bad credentials"}
    with smtp_saying(replies) as (url, _):
        box = Mailbox("jane", SENDER, url.replace("//", "//jane:hunter2@"), patience=HASTE)
        with pytest.raises(Misconfigured) as wrong:
            box.check()
        with pytest.raises(NotDone) as stopped:
            box.send(outgoing())

    assert stopped.value.scope == "mailbox"
    assert "hunter2" not in str(wrong.value) + str(stopped.value) + repr(box)


def test_the_longest_send_covers_every_timeout():
    assert Mailbox("jane", SENDER, "smtp://localhost").longest_send() > 600 + 10 * 60


def test_a_redirected_mail_goes_to_the_tester_only(world, tmp_path):
    with smtp_imap(world, tmp_path) as mail:
        box = Mailbox("jane", SENDER, mail.smtp_url(), redirect_to="jane.tests@example.org")
        box.send(outgoing())
        box.close()

    (received,) = world.mail
    assert received["envelope"]["to"] == ["jane.tests@example.org"]
    assert ["X-Affiliate-Ops-Would-Go-To", "ana@example.net"] in received["headers"]


@pytest.mark.parametrize(
    "changes",
    [
        {"to": "ana@example.net\r\nRCPT TO:<all@example.com>"},
        {"to": "ana@example.net, sam@example.net"},
        {"to": "ana@example.net> SIZE=1"},
        {"to": "Ana <ana@example.net>"},
        {"to": "ana"},
        {"to": "añá@example.net"},
        {"to": ""},
        {"message": Message("Glow\r\nBcc: all@example.com", "x", "x")},
        {"message": Message("Glow\u2028Bcc: all@example.com", "x", "x")},
        {"message": Message("Glow\x00", "x", "x")},
        {"key": "touch:glow\nBcc: all@example.com"},
        {"in_reply_to": "<a@b>\r\nBcc: all@example.com"},
        {"in_reply_to": "<a@b>", "references": ("<a@b>", "<c@d>\nBcc: all@example.com")},
        {"unsubscribe_url": "https://ops.example.com/u/x>\r\nBcc: all@example.com"},
        {"unsubscribe_url": "javascript:alert(1)"},
    ],
)
def test_nothing_can_break_out_of_its_header(changes):
    with pytest.raises(Refused):
        build_letter(outgoing(**changes), SENDER)


def test_a_creators_name_cannot_break_out_of_its_header():
    letter = sent_as(to_name='Ana\r\nBcc: all@example.com "quoted" <x@example.org>')

    assert letter["Bcc"] is None
    assert [one.addr_spec for one in letter["To"].addresses] == ["ana@example.net"]


def test_threading_and_unsubscribe_headers_stay_readable():
    thread = tuple(message_id(f"touch:{n}", "outreach.glow.example.com") for n in range(30))
    raw = build_letter(outgoing(in_reply_to=thread[-1], references=thread), SENDER).octets
    headers = raw.split(b"\r\n\r\n")[0]

    for name in (b"Message-ID", b"In-Reply-To", b"References", b"List-Unsubscribe", b"X-Affiliate"):
        (line,) = re.findall(rb"(?m)^%s[^\r]*" % name, headers)[:1]
        assert b"=?" not in line
    assert b"References: " + thread[0].encode() + b" " + thread[20].encode() in headers
    assert thread[1].encode() not in headers
    by_mail = "<mailto:jane@glow.example.com?subject=unsubscribe>"
    assert f"List-Unsubscribe: <{LINK}>, {by_mail}\r\n".encode() in headers
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in headers


def test_without_a_public_url_the_header_offers_a_reply():
    letter = sent_as(unsubscribe_url="")

    assert letter["List-Unsubscribe"] == "<mailto:jane@glow.example.com?subject=unsubscribe>"
    assert letter["List-Unsubscribe-Post"] is None


def test_a_long_subject_is_encoded_in_words_every_reader_accepts():
    subject = "Chào chị Hoa, nước hoa mới của Glow đã sẵn sàng để chị thử " * 3

    raw = build_letter(outgoing(message=Message(subject.strip(), "x", "x")), SENDER).octets

    words = re.findall(rb"=\?[^?]+\?[bq]\?[^?]*\?=", raw)
    assert len(words) > 3
    assert max(map(len, words)) <= 75
    assert email.message_from_bytes(raw, policy=policy.default)["Subject"] == subject.strip()


def test_text_and_html_are_readable_over_seven_bits():
    letter = sent_as(message=Message("Glow", "Olá " * 500, "<p>Olá</p>"))
    raw = build_letter(outgoing(), SENDER).octets

    assert raw.isascii()
    text, html = letter.iter_parts()
    assert text.get_content().strip() == ("Olá " * 500).strip()
    assert html.get_content().strip() == "<p>Olá</p>"
    assert letter["Date"].datetime == AT


def test_lines_end_in_crlf_and_no_line_ends_the_message_early(mailbox, world):
    text = "one\n.\n..two\rthree\r\n.end"

    mailbox.send(outgoing(message=Message("Glow", text, "<p>.</p>")))

    assert on_the_wire(b"a\n.\r..b\r\n.") == b"a\r\n..\r\n...b\r\n..\r\n"
    assert world.mail[0]["text"].splitlines() == ["one", ".", "..two", "three", ".end"]


@pytest.mark.parametrize("domain", ["example.com", "outreach.glow-cosmetics.example.com"])
def test_a_delivery_has_one_message_id_whatever_the_attempt(domain):
    first = message_id(KEY, domain)

    assert first == message_id(KEY, domain) != message_id(KEY + "2", domain)
    assert re.fullmatch(rf"<[a-z2-7]{{16,26}}@{re.escape(domain)}>", first)
    assert len(first) <= 60


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mail.example.com", "smtps://"),
        ("http://mail.example.com", "smtps://"),
        ("imaps://mail.example.com", "smtps://"),
        ("smtp://", "smtps://"),
        ("smtp://mail.example.com:port", "SMTP_URL"),
        ("smtp://jane:hunter2@mail.example.com", "in the clear"),
    ],
)
def test_a_wrong_url_says_which_forms_are_right(url, said):
    with pytest.raises(Misconfigured, match=said) as wrong:
        parse_mail_url("SMTP_URL", url)

    assert "hunter2" not in str(wrong.value)


def test_a_url_may_carry_an_address_as_user():
    server = parse_mail_url("SMTP_URL", "smtp+starttls://jane%40example.com:p%2Fw@mail.example.com")

    assert (server.user, server.password) == ("jane@example.com", "p/w")
    assert (server.shown, server.tls) == ("mail.example.com:587", "starttls")


def test_the_private_key_comes_back_in_a_readable_header():
    assert sent_as()[KEY_HEADER] == KEY
