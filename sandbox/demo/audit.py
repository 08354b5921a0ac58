"""Checks what must hold after any month, on what the sandbox saw; nothing here asks the product.

Each check returns the violations it found, in words; none means that it held.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from sandbox.demo.creators import ENDS_IT, Heard
from sandbox.demo.mails import Mail, key_parts, recipient, sent_at, was_accepted
from sandbox.demo.money import Paid, Shown
from schemas.countries import ZONES


@dataclass(frozen=True, slots=True)
class Promise:
    """What Settings promise about sending."""

    opens: time
    closes: time
    days: frozenset[int]
    cap: int
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Move:
    """A row of Stage history, with the creator's name."""

    name: str
    before: str
    after: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that was seen from outside; `homes` gives country and time zone by address, `stages`
    by name the stage in which a creator began and that in which they stand.
    """

    mails: Sequence[Mail]
    heard: Sequence[Heard]
    passes: Sequence[datetime]
    homes: Mapping[str, tuple[str, str]]
    promise: Promise
    posts: Sequence[str]
    moves: Sequence[Move]
    stages: Mapping[str, tuple[str, str]]
    statements: Sequence[Shown]
    expected: Mapping[tuple[str, str], Paid]


Check = Callable[[Evidence], Sequence[str]]


def audit(seen: Evidence) -> Mapping[str, Sequence[str]]:
    """Every check's violations, by what it checks."""
    return {name: check(seen) for name, check in CHECKS.items()}


def no_step_twice(seen: Evidence) -> Sequence[str]:
    """No creator has two mails of one step."""
    counts = Counter(
        (recipient(mail), *key_parts(mail)[3:]) for mail in seen.mails if was_accepted(mail)
    )
    return [f"{' '.join(what)}: {count} mails" for what, count in counts.items() if count > 1]


def none_after_goodbye(seen: Evidence) -> Sequence[str]:
    """No mail leaves after the pass that an opt-out or a bounce had reached."""
    ends = [(one.at, one.address) for one in seen.heard if one.kind in ENDS_IT]
    ends += [
        (sent_at(mail), recipient(mail))
        for mail in seen.mails
        if str(mail["outcome"]).startswith("refused 550")
    ]
    last_allowed: dict[str, datetime] = {}
    for at, address in ends:
        reached = next((one for one in seen.passes if one >= at), None)
        if reached is not None:
            last_allowed[address] = min(reached, last_allowed.get(address, reached))
    return [
        f"{recipient(mail)} was written to at {mail['at']}"
        for mail in seen.mails
        if recipient(mail) in last_allowed and sent_at(mail) > last_allowed[recipient(mail)]
    ]


def none_outside_window(seen: Evidence) -> Sequence[str]:
    """No mail leaves outside sending hours, in any zone the creator may live in."""
    return [
        f"{recipient(mail)} was written to at {mail['at']}"
        for mail in seen.mails
        if was_accepted(mail) and not _is_welcome(mail, seen)
    ]


def _is_welcome(mail: Mail, seen: Evidence) -> bool:
    country, zone = seen.homes.get(recipient(mail), ("", ""))
    zones = (zone,) if zone else ZONES.get(country, ())
    there = [sent_at(mail).astimezone(ZoneInfo(name)) for name in zones]
    promise = seen.promise
    return bool(there) and all(
        promise.opens <= local.time() < promise.closes and local.weekday() in promise.days
        for local in there
    )


def none_over_cap(seen: Evidence) -> Sequence[str]:
    """No mailbox sends more than its cap on one of its days."""
    counts = Counter(
        (str(mail["from"]), sent_at(mail).astimezone(seen.promise.zone).date())
        for mail in seen.mails
        if was_accepted(mail)
    )
    return [
        f"{sender} sent {count} on {day}"
        for (sender, day), count in counts.items()
        if count > seen.promise.cap
    ]


def moves_told_once(seen: Evidence) -> Sequence[str]:
    """Every stage change is a line of exactly one accepted post."""
    lines = Counter(line for post in seen.posts for line in post.splitlines())
    wrong = []
    for move in seen.moves:
        start, end = f"**{move.name}**: {move.before} → **{move.after}**", _stamp(move.at)
        told = sum(n for line, n in lines.items() if line.startswith(start) and end in line)
        if told != 1:
            wrong.append(f"{move.name} → {move.after} at {move.at} was told {told} times")
    return wrong


def _stamp(at: datetime) -> str:
    return f"<t:{int(at.timestamp())}:"


def moves_are_whole(seen: Evidence) -> Sequence[str]:
    """Stage history leads, move by move, from where each creator began to where they stand."""
    wrong = []
    for name, (began, stands) in seen.stages.items():
        at = began
        for move in sorted((m for m in seen.moves if m.name == name), key=lambda m: m.at):
            if move.before != at:
                wrong.append(f"{name} stood in {at}, but a move says {move.before}")
            at = move.after
        if at != stands:
            wrong.append(f"{name} stands in {stands}, but the last move led to {at}")
    return wrong


def statements_add_up(seen: Evidence) -> Sequence[str]:
    """Every statement is the sum of its lines."""
    return [
        f"{one.handle} {one.period}: {one.total} but its lines sum to {sum(one.lines)}"
        for one in seen.statements
        if one.total != sum(one.lines)
    ]


def statements_are_right(seen: Evidence) -> Sequence[str]:
    """Every statement equals what the order files give when they are added up anew."""
    shown = {(one.period, one.handle): Paid(one.total, one.carried) for one in seen.statements}
    nothing = Paid(0, 0)
    wrong = []
    for key in sorted({*shown, *seen.expected}):
        paid, due = shown.get(key, nothing), seen.expected.get(key, nothing)
        if paid != due:
            wrong.append(f"{key[1]} {key[0]}: shown {paid}, recomputed {due}")
    return wrong


CHECKS: Mapping[str, Check] = {
    "no creator has two mails of one step": no_step_twice,
    "nobody is mailed after an opt-out or bounce": none_after_goodbye,
    "nobody is mailed outside their window": none_outside_window,
    "no mailbox sends over its cap": none_over_cap,
    "every stage change is told exactly once": moves_told_once,
    "every stage change is in Stage history": moves_are_whole,
    "every statement is the sum of its lines": statements_add_up,
    "every statement equals a recomputation": statements_are_right,
}
