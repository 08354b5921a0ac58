"""What inbound mails are taken for, and that none of them can stop the job."""

from datetime import UTC, date, datetime
from email import policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automations.replies import ReplyKind, read_reply

RECEIVED_AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
OURS = "<nk47d24ppuzyr5hz2wdpm3uz7v@glow.example.com>"
FOOTER = "Would you rather not hear from us? Reply STOP, or open https://ops.example.com/u/abc"


def a_mail(text: str = "Yes!", *, subject: str = "Re: Glow", html: str = "", **headers: str):
    mail = EmailMessage(policy=policy.SMTP.clone(max_line_length=998))
    mail["From"] = headers.pop("sender", "Ana Lima <Ana.Lima@example.net>")
    mail["To"] = "Jane Doe <jane@glow.example.com>"
    mail["Subject"] = subject
    mail["Message-ID"] = "<answer-1@example.net>"
    mail["In-Reply-To"] = OURS
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(html or text, subtype="html" if html else "plain")
    return mail.as_bytes()


def a_report(
    status: str = "5.1.1",
    *,
    action: str = "failed",
    diagnostic: str = "smtp; 550 no such user",
    original: str = "text/rfc822-headers",
):
    return f"""\
Return-Path: <>
From: Mail Delivery Subsystem <mailer-daemon@mail.example.org>
To: jane@glow.example.com
Subject: Delivery Status Notification (Failure)
Message-ID: <dsn-7@mail.example.org>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain; charset=utf-8

Your message could not be delivered.
--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.org

Final-Recipient: rfc822; Ana.Lima@example.net
Action: {action}
Status: {status}
Diagnostic-Code: {diagnostic}

--b1
Content-Type: {original}

From: Jane Doe <jane@glow.example.com>
To: Ana.Lima@example.net
Message-ID: {OURS}
X-Affiliate-Ops-Key: touch:glow:cr7:seq1:1:1
Subject: Glow

--b1--
""".replace("\n", "\r\n").encode()


@pytest.mark.parametrize("original", ["text/rfc822-headers", "message/rfc822"])
def test_a_bounce_names_the_mail_it_returns(original):
    read = read_reply(a_report(original=original), RECEIVED_AT)

    assert read.kind is ReplyKind.BOUNCE
    assert read.refers_to == (OURS,)
    assert read.failed_address == "ana.lima@example.net"
    assert read.status == "5.1.1"
    assert read.delivery_key == "touch:glow:cr7:seq1:1:1"


def test_a_bounce_in_words_only_is_read_too():
    raw = f"""\
Return-path: <>
From: Mail Delivery System <Mailer-Daemon@mx.example.org>
Subject: Mail delivery failed: returning message to sender
X-Failed-Recipients: ana.lima@example.net
Auto-Submitted: auto-replied

A message that you sent could not be delivered:
  ana.lima@example.net
    550 5.1.1 user unknown

------ This is a copy of your message, including all the headers. ------
Message-ID: {OURS}
Subject: Glow
""".encode()

    read = read_reply(raw, RECEIVED_AT)

    assert (read.kind, read.refers_to) == (ReplyKind.BOUNCE, (OURS,))
    assert (read.failed_address, read.status) == ("ana.lima@example.net", "5.1.1")


@pytest.mark.parametrize(
    ("status", "diagnostic", "kind"),
    [
        ("5.1.1", "", ReplyKind.BOUNCE),
        ("5.1.10", "smtp; 550 5.1.10 RecipientNotFound", ReplyKind.BOUNCE),
        ("5.2.1", "", ReplyKind.BOUNCE),
        ("5.4.1", "smtp; 550 5.4.1 Recipient address rejected", ReplyKind.BOUNCE),
        ("5.0.0", "smtp; 550 5.1.1 unknown", ReplyKind.BOUNCE),
        ("5.2.2", "smtp; 552 5.2.2 over quota", ReplyKind.SOFT_BOUNCE),
        ("5.0.0", "smtp; mailbox is full", ReplyKind.SOFT_BOUNCE),
        ("4.4.1", "", ReplyKind.SOFT_BOUNCE),
        ("5.7.26", "smtp; 550 5.7.26 unauthenticated", ReplyKind.POLICY_BLOCK),
        ("5.7.1", "", ReplyKind.POLICY_BLOCK),
        ("5.0.0", "smtp; 554 blocked by our reputation list", ReplyKind.POLICY_BLOCK),
    ],
)
def test_only_a_wrong_address_counts_as_a_bounce(status, diagnostic, kind):
    assert read_reply(a_report(status, diagnostic=diagnostic), RECEIVED_AT).kind is kind


def test_a_delayed_mail_is_no_news():
    raw = a_report("4.4.7", action="delayed")

    assert read_reply(raw, RECEIVED_AT).kind is ReplyKind.AUTO_REPLY


def test_a_complaint_is_told_apart_from_an_opt_out():
    raw = a_report().replace(b"report-type=delivery-status", b"report-type=feedback-report")

    read = read_reply(raw, RECEIVED_AT)

    assert (read.kind, read.refers_to) == (ReplyKind.COMPLAINT, (OURS,))


@pytest.mark.parametrize(
    ("subject", "text", "back_on"),
    [
        ("Automatic reply: Glow", "I am away until December 5, 2026.", date(2026, 12, 5)),
        ("Out of office", "Back on 2026-12-01", date(2026, 12, 1)),
        ("Respuesta automática: Glow", "Vuelvo el 7 de diciembre de 2026.", date(2026, 12, 7)),
        ("Resposta automática", "Volto em 4 de janeiro.", date(2027, 1, 4)),
        ("Automatische Antwort", "Ich bin ab dem 1. Dezember zurück.", date(2026, 12, 1)),
        ("Réponse automatique", "Je serai de retour le 3 décembre 2026.", date(2026, 12, 3)),
        ("Automatic reply", "I am away and have no idea for how long.", None),
        ("Automatic reply", "I left in March 2020. Since 1 March 2020 ask Sam.", None),
    ],
)
def test_out_of_office_is_no_reply_and_tells_the_day_of_return(subject, text, back_on):
    read = read_reply(a_mail(text, subject=subject), RECEIVED_AT)

    assert (read.kind, read.return_on) == (ReplyKind.AUTO_REPLY, back_on)


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"X_Autoreply": "yes"},
        {"Return_Path": "<>"},
        {"sender": "no-reply@example.net"},
    ],
)
def test_what_a_machine_sent_is_no_reply(headers):
    assert read_reply(a_mail("Thanks!", **headers), RECEIVED_AT).kind is ReplyKind.AUTO_REPLY


@pytest.mark.parametrize(
    "text",
    [
        "STOP",
        "Stop.",
        "stop!\n\nSent from my iPhone",
        "Unsubscribe",
        "unsubscribe me please",
        "Please remove me from your list",
        "Hi Jane,\n\nplease remove me from your list. Thanks!",
        "BAJA",
        "Hola,\nDarme de baja por favor",
        "cancelar",
        "PARAR",
        "Sair",
        "descadastrar",
        "Não quero receber mais",
        "Abmelden",
        f"STOP\n\nOn Mon, 23 Nov 2026 at 10:00, Jane Doe wrote:\n> Hi Ana,\n> {FOOTER}",
        f"> Hi Ana,\n> {FOOTER}\n\nSTOP",
    ],
)
def test_a_word_to_stop_is_an_opt_out(text):
    assert read_reply(a_mail(text), RECEIVED_AT).kind is ReplyKind.OPT_OUT


def test_the_mail_our_unsubscribe_header_asks_for_is_an_opt_out():
    assert read_reply(a_mail(" ", subject="unsubscribe"), RECEIVED_AT).kind is ReplyKind.OPT_OUT


@pytest.mark.parametrize(
    "text",
    [
        f"Yes, send me one!\n\nOn Mon, 23 Nov 2026 at 10:00, Jane Doe wrote:\n> Hi\n> {FOOTER}",
        f"Sí, claro\n\nEl lun, 23 nov 2026, Jane Doe\n<j@example.com> escribió:\n\n{FOOTER}",
        f"Claro!\n\n-----Mensagem original-----\nSTOP\n{FOOTER}",
        f"Gern!\n\nVon: Jane Doe\nGesendet: Montag\nAn: Ana\nBetreff: Glow\n\nSTOP\n{FOOTER}",
        f"Sure\n-- \nSTOP\n{FOOTER}",
        "I can't stop watching your videos!",
        "How do I unsubscribe my other shop from the campaign?",
        "Don't remove me from your list, I was on holiday.",
    ],
)
def test_a_person_who_quotes_our_footer_has_not_opted_out(text):
    read = read_reply(a_mail(text), RECEIVED_AT)

    assert read.kind is ReplyKind.HUMAN
    assert "STOP" not in read.text


def test_a_reply_in_html_only_is_read_without_its_quote():
    html = (
        "<html><head><style>p {color: red}</style></head><body><p>Yes &amp; thanks<br>Ana</p>"
        f'<div class="gmail_quote">On Monday Jane wrote:<blockquote>{FOOTER}</blockquote></div>'
    )

    read = read_reply(a_mail(html=html), RECEIVED_AT)

    assert (read.kind, read.text) == (ReplyKind.HUMAN, "Yes & thanks\nAna")


def test_a_reply_says_from_whom_and_to_what():
    raw = a_mail("Obrigada, quero sim!", References=f"<root@glow.example.com> {OURS}")

    read = read_reply(raw, RECEIVED_AT)

    assert read.refers_to == ("<root@glow.example.com>", OURS)
    assert (read.from_address, read.message_id) == (
        "ana.lima@example.net",
        "<answer-1@example.net>",
    )
    assert (read.subject, read.text) == ("Re: Glow", "Obrigada, quero sim!")


def nested(depth: int) -> bytes:
    top = f"From: ana@example.net\nIn-Reply-To: {OURS}\n".encode()
    parts = (
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(depth)
    )
    return top + b"".join(parts)


@pytest.mark.parametrize(
    "raw",
    [
        nested(40),
        nested(1200),
        a_mail("hi").replace(b'charset="utf-8"', b'charset="windows-874"'),
        a_mail("hi").replace(b'charset="utf-8"', b'charset="klingon"'),
        a_mail("hi").replace(b"Subject: Re: Glow", b"Subject: =?klingon?q?hi?="),
        a_mail("hi").replace(b"Subject: Re: Glow", b"Subject: =?utf-8?b?!!!?="),
        a_mail("hi").replace(b"Ana Lima <", b"(((((" * 5000 + b"<"),
        a_mail(html="<a " * 30_000),
        b"\xff\xfe\x00" * 1000,
        b"",
    ],
)
def test_a_broken_mail_stops_nothing(raw):
    assert read_reply(raw, RECEIVED_AT).kind in ReplyKind


def test_an_unreadable_mail_still_tells_whom_it_answers():
    read = read_reply(nested(1200), RECEIVED_AT)

    assert (read.kind, read.refers_to) == (ReplyKind.UNREADABLE, (OURS,))
    assert read.from_address == "ana@example.net"


@given(st.binary(max_size=2000))
def test_no_bytes_make_reading_raise(raw):
    assert read_reply(raw, RECEIVED_AT).kind in ReplyKind


@given(st.data())
def test_no_damage_to_a_real_mail_makes_reading_raise(data):
    raw = data.draw(st.sampled_from([a_mail(), a_report(), a_report(original="message/rfc822")]))
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, min(len(raw), start + 60)))

    damaged = raw[:start] + data.draw(st.binary(max_size=30)) + raw[end:]

    assert len(read_reply(damaged, RECEIVED_AT).text) <= 2000
