"""Three hundred templates by an author who had not seen what checks them: attacks and honest ones.

`refused` means that no message may be made; `harmless` that one may, without what is dangerous.
"""

import json
import time
import tracemalloc
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from automations.html_layout import Footer
from automations.plan import Message, Thread
from automations.wording import check_template, render_touch
from schemas.records_words import Template
from worker.errors import Refused
from worker.mail_build import Letter, Outgoing, build_letter
from worker.words import load_words

FILE = Path(__file__).parent / "corpus" / "templates" / "templates.json"
CASES: dict[str, dict[str, Any]] = {case["id"]: case for case in json.loads(FILE.read_text())}
MOST_S, MOST_BYTES = 2, 256_000_000
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LINK = "https://glow.test/u/abc"
FOOTER = Footer("1 Main Street", f"Hear nothing more: {LINK}", LINK, load_words().layout)
HEADERS = {
    "From", "To", "Subject", "Date", "Message-ID", "X-Affiliate-Ops-Key", "List-Unsubscribe",
    "List-Unsubscribe-Post", "MIME-Version", "Content-Type",
}  # fmt: skip


def long(case: dict[str, Any], part: str) -> str:
    unit, times = case.get(f"{part}_repeat") or (case[part] or "", 1)
    return str(unit) * int(times)


def written(case: dict[str, Any]) -> Message | str:
    """What the template becomes for its creator: a message, or why there is none."""
    template = Template(
        "attack", "en", long(case, "subject"), long(case, "body"), record_id="recAttack"
    )
    if problems := check_template(template):
        return problems[0].text
    fields = dict(case.get("fields") or {})
    for name, (unit, times) in (case.get("fields_repeat") or {}).items():
        fields[name] = unit * times
    return render_touch(template, fields, FOOTER, Thread(is_first=True))


def posted(case: dict[str, Any], message: Message) -> Letter | str:
    name = str((case.get("fields") or {}).get("name") or "")
    try:
        return build_letter(
            Outgoing("touch:rec1:recruit:1:1", "ana@example.com", name, message, LINK, NOW),
            "Jane <jane@glow.test>",
        )
    except Refused as refusal:
        return str(refusal)


@pytest.mark.parametrize("name", CASES)
def test_a_template_is_used_or_refused_as_its_author_expects(name):
    case, began = CASES[name], time.perf_counter()

    message = written(case)
    letter = message if isinstance(message, str) else posted(case, message)

    assert time.perf_counter() - began < MOST_S
    if case["expect"] == "refused":
        assert isinstance(letter, str)
    if case["expect"] == "sent":
        assert isinstance(message, Message), message
        assert not [said for said in case["must_contain"] if said not in message.text]
    if not isinstance(letter, str):
        assert isinstance(message, Message)
        nothing_breaks_out(letter, message, case)


def nothing_breaks_out(letter: Letter, message: Message, case: dict[str, Any]) -> None:
    """The letter holds our headers alone, once each, and none of the dangerous texts."""
    read = message_from_bytes(letter.octets, policy=policy.default)
    headers = letter.octets.partition(b"\r\n\r\n")[0].decode("ascii")
    assert set(read.keys()) == HEADERS
    assert len(read.keys()) == len(HEADERS)
    assert read["To"].addresses[0].addr_spec == "ana@example.com"
    assert len(read["To"].addresses) == 1
    raw = f"{headers}\nSubject: {read['Subject']}\n{message.html}"
    assert not [bad for bad in case.get("must_not", []) if bad in raw]


def test_no_template_takes_more_memory_than_allowed():
    largest = 0
    for case in CASES.values():
        tracemalloc.start()
        written(case)
        largest = max(largest, tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    assert largest < MOST_BYTES
