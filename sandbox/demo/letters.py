"""The mails that come back for a mail of ours: answers, wishes to stop, absences, and bounces."""

from collections.abc import Mapping
from email.message import EmailMessage, Message
from email.policy import SMTP

from sandbox.demo.mails import recipient
from sandbox.demo.words import phrases_of
from sandbox.letters import Letter
from sandbox.mail import BRAND
from sandbox.people import Person

QUOTED_LINES = 3


def answer(mail: Mapping[str, object], person: Person, text: str, *, quotes: bool) -> Letter:
    """What a creator writes below our subject, with or without our words under it."""
    body = text
    if quotes:
        day = str(mail["at"])[:10]
        ours = str(mail["text"]).splitlines()[:QUOTED_LINES]
        introduced = phrases_of(person.language).wrote.format(day=day)
        body = "\n".join([text, "", introduced, *(f"> {line}" for line in ours)])
    subject = f"Re: {mail['subject']}"
    return Letter(_written(person), BRAND, subject, body, _thread(mail, "answer"))


def absence(mail: Mapping[str, object], person: Person) -> Letter:
    """What a creator's mail program writes while they are away."""
    phrases = phrases_of(person.language)
    subject = f"{phrases.away_subject}: {mail['subject']}"
    headers = _thread(mail, "away") | {"Auto-Submitted": "auto-replied"}
    return Letter(_written(person), BRAND, subject, phrases.away, headers)


def returned(mail: Mapping[str, object], address: str) -> bytes:
    """A delivery status notification (RFC 3464): the mailbox does not exist after all."""
    report = EmailMessage(policy=SMTP)
    report["From"] = "Mail Delivery Subsystem <mailer-daemon@mail.example.net>"
    report["To"], report["Subject"] = BRAND, "Delivery Status Notification (Failure)"
    report["Message-ID"] = _own_id(mail, "returned")
    report["Auto-Submitted"] = "auto-replied"
    report.set_content(f"Your message to {address} could not be delivered.\n")
    report.make_mixed()
    for part in (_status(address), _original(mail)):
        report.attach(part)  # type: ignore[arg-type]  # any Message is a part
    raw = report.as_bytes()
    return raw.replace(
        b"Content-Type: multipart/mixed;",
        b"Content-Type: multipart/report; report-type=delivery-status;",
        1,
    )


def _status(address: str) -> Message:
    whole, recipient, status = Message(), Message(), Message()
    whole["Reporting-MTA"] = "dns; mail.example.net"
    recipient["Final-Recipient"] = f"rfc822; {address}"
    recipient["Action"], recipient["Status"] = "failed", "5.1.1"
    recipient["Diagnostic-Code"] = "smtp; 550 5.1.1 The account does not exist"
    status["Content-Type"] = "message/delivery-status"
    status.set_payload([whole, recipient])
    return status


def _original(mail: Mapping[str, object]) -> Message:
    headers = Message()
    headers["Content-Type"] = "text/rfc822-headers"
    headers.set_payload(f"Message-ID: {mail['message_id']}\nTo: {recipient(mail)}\n")
    return headers


def _thread(mail: Mapping[str, object], kind: str) -> dict[str, str]:
    ours = str(mail["message_id"])
    return {"Message-ID": _own_id(mail, kind), "In-Reply-To": ours, "References": ours}


def _own_id(mail: Mapping[str, object], kind: str) -> str:
    bare = str(mail["message_id"]).strip("<>").partition("@")[0]
    return f"<{kind}.{bare}@mail.example.net>"


def _written(person: Person) -> str:
    return f"{person.name.replace(',', '')} <{person.email}>"
