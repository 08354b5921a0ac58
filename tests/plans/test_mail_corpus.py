"""Over a hundred and fifty mails as providers and people write them, read as a manager would.

They were written before the classifier and not by its author; labels.json says what each is.
"""

import json
import time
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from automations.replies import Inbound, read_reply

FOLDER = Path(__file__).parent / "corpus" / "mails"
LABELS: dict[str, dict[str, Any]] = json.loads((FOLDER / "labels.json").read_text())
RECEIVED_AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
WITH_STATUS = ("bounce", "soft bounce", "policy block")


def read(name: str) -> Inbound:
    return read_reply((FOLDER / f"{name}.eml").read_bytes(), RECEIVED_AT)


def plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


@pytest.mark.parametrize("name", LABELS)
def test_a_mail_is_read_as_a_manager_would(name):
    label, began = LABELS[name], time.perf_counter()

    found = read(name)

    assert time.perf_counter() - began < 2
    assert found.kind.value == label["kind"]
    assert not label["refers_to"] or label["refers_to"] in found.refers_to
    assert not label["failed_address"] or found.failed_address == label["failed_address"].lower()
    assert (
        label["kind"] not in WITH_STATUS or found.status == label["status"] or not label["status"]
    )
    assert (str(found.return_on) if found.return_on else None) == label["return_on"]
    assert plain(label["says"]) in plain(found.text)
    assert not [words for words in label["says_not"] if plain(words) in plain(found.text)]


def test_the_corpus_has_every_kind_and_at_least_sixty_mails():
    assert len(LABELS) >= 60
    assert {label["kind"] for label in LABELS.values()} == {
        "bounce", "soft bounce", "policy block", "auto-reply", "opt-out", "complaint", "human",
        "unreadable",
    }  # fmt: skip


NASTY = {
    "nested": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    + b"".join(
        b"--b\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
        for n in range(1_200)
    ),
    "long line": b"From: a@example.com\r\nSubject: hi\r\n\r\n" + b"stop " * 200_000,
    "huge header": b"Subject: " + b"a" * 390_000 + b"\r\n\r\nhi",
    "many headers": b"References: <a@b>\r\n" * 20_000 + b"\r\nhi",
    "unknown charset": b"Content-Type: text/plain; charset=windows-874\r\n\r\n\xa1\xa2",
    "tags": b"Content-Type: text/html\r\n\r\n" + b"<a " * 100_000,
    "nul": b"From: a@example.com\x00\r\n\r\n\x00\x00",
    "empty": b"",
}


@pytest.mark.parametrize("name", NASTY)
def test_no_mail_is_slow_or_raises(name):
    began = time.perf_counter()

    found = read_reply(NASTY[name], RECEIVED_AT)

    assert isinstance(found, Inbound)
    assert time.perf_counter() - began < 2
