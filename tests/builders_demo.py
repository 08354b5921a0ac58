"""A quiet, faultless month as the demo's audit sees it, to be spoiled one way at a time."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.demo.audit import Evidence, Move, Promise, audit
from sandbox.demo.money import Paid, Shown

MAYA, LENA = "maya.bennett@example.com", "lena.brandt@example.org"
MOVED_AT = datetime(2026, 10, 14, 14, 33, 7, tzinfo=UTC)
TOLD = (
    "**Maya Bennett**: Prospect → **Contacted** · The first message was sent. (the worker) "
    f"<t:{int(MOVED_AT.timestamp())}:R>"
)


def at(day: int, hour: int = 15, minute: int = 0) -> datetime:
    """A moment of October 2026; the 14th is a Wednesday."""
    return datetime(2026, 10, day, hour, minute, tzinfo=UTC)


def mail(
    to: str = MAYA, *, when: datetime, step: int = 1, outcome: str = "accepted"
) -> Mapping[str, object]:
    """A mail as the sandbox logs it."""
    key = f"touch:appSANDBOX0000001:cr1:recruit:1:{step}"
    return {
        "from": "Jane Rivera <jane@glow.example.com>",
        "envelope": {"from": "jane@glow.example.com", "to": [to]},
        "headers": [["X-Affiliate-Ops-Key", key]],
        "outcome": outcome,
        "at": when.isoformat(),
    }


GOOD = Evidence(
    mails=[mail(when=at(14)), mail(LENA, when=at(14, 8)), mail(when=at(19), step=2)],
    heard=[],
    passes=[at(day, hour) for day in range(12, 31) for hour in (8, 15, 20)],
    homes={MAYA: ("US", "America/New_York"), LENA: ("DE", "")},
    promise=Promise(
        time(9), time(17), frozenset(range(5)), cap=2, zone=ZoneInfo("America/Los_Angeles")
    ),
    posts=["**2 stage changes**\n" + TOLD + "\nsomething else"],
    moves=[Move("Maya Bennett", "Prospect", "Contacted", MOVED_AT)],
    stages={"Maya Bennett": ("Prospect", "Contacted"), "Lena Brandt": ("Active", "Active")},
    statements=[Shown("2026-10", "maya.bennett", 1250, 0, [1000, 250])],
    expected={("2026-10", "maya.bennett"): Paid(1250, 0)},
)


def broken_by(**spoiled: Any) -> set[str]:
    """The names of the checks that fail once the good month is spoiled so."""
    return {name for name, found in audit(replace(GOOD, **spoiled)).items() if found}
