"""What outreach brought: answers, opt-outs, bounces and conversions, by step, variant and the like.

Everything is counted on the touch it followed: a mail that names one of our messages counts there,
any other fact on the creator's last touch before it. A touch enters a rate once it is ripe, that
is, old enough for the answer to be expected; intervals are Wilson's (score interval, 95 %).
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from math import sqrt
from zoneinfo import ZoneInfo

RIPE = timedelta(days=14)  # most answers come within two weeks of a message
CONVERSION_RIPE = timedelta(days=30)
FEWEST = 30  # fewer ripe touches say nothing
WIDEST = 0.2  # nor does an interval as wide as this
_Z = 1.959964


class Happened(Enum):
    """What followed a touch."""

    REPLY = "reply"
    OPT_OUT = "opt-out"
    BOUNCE = "bounce"
    CONVERSION = "conversion"


class By(Enum):
    """What results may be told apart by."""

    STEP = "step"
    VARIANT = "variant"
    LANGUAGE = "language"
    MAILBOX = "mailbox"
    TEAMMATE = "teammate"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class SentTouch:
    """A touch that was sent (or that the address refused), with all it may be told apart by."""

    key: str
    creator: str
    sequence: str
    step: int
    at: datetime
    template: str = ""
    variant: str = ""
    language: str = ""
    mailbox: str = ""
    teammate: str = ""
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """Something a creator did, or that was done to our message; `touch` if it named one."""

    what: Happened
    creator: str
    at: datetime
    touch: str = ""


@dataclass(frozen=True, slots=True)
class Rate:
    """`count` of `of` ripe touches, and the interval the true share lies in (95 %)."""

    count: int
    of: int

    @property
    def share(self) -> float | None:
        """The share seen; None when nothing is ripe."""
        return self.count / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's score interval; (0, 1) when nothing is ripe."""
        if not self.of:
            return 0.0, 1.0
        share, z2 = self.count / self.of, _Z * _Z
        middle = (share + z2 / (2 * self.of)) / (1 + z2 / self.of)
        half = _Z * sqrt(share * (1 - share) / self.of + z2 / (4 * self.of**2)) / (1 + z2 / self.of)
        return max(0.0, middle - half), min(1.0, middle + half)

    @property
    def is_too_early(self) -> bool:
        """Whether too few are ripe, or the interval is too wide, to go by it."""
        low, high = self.interval
        return self.of < FEWEST or high - low > WIDEST


@dataclass(frozen=True, slots=True)
class Result:
    """One line: what it is about, touches sent, the rates, and what they say beside the others."""

    label: str
    sent: int
    rates: Mapping[Happened, Rate]
    says: str = ""


def results(
    touches: Sequence[SentTouch], events: Sequence[Event], *, by: By, zone: ZoneInfo, now: datetime
) -> tuple[Result, ...]:
    """Results by `by`, labels in order; weeks are those of sending, from Monday, in `zone`."""
    followed = _followed(touches, events)
    grouped: dict[str, list[SentTouch]] = defaultdict(list)
    for touch in touches:
        grouped[_label(touch, by, zone)].append(touch)
    lines = [
        Result(label, len(group), _rates(group, followed, now)) for label, group in grouped.items()
    ]
    lines.sort(key=lambda line: line.label)
    return tuple(_with_verdict(line, _rivals(line, lines, by)) for line in lines)


def _followed(
    touches: Sequence[SentTouch], events: Sequence[Event]
) -> Mapping[str, frozenset[Happened]]:
    """What followed each touch, by its key; a thing that came twice counts once."""
    by_key = {touch.key for touch in touches}
    of_creator: dict[str, list[SentTouch]] = defaultdict(list)
    for touch in sorted(touches, key=lambda touch: (touch.at, touch.key)):
        of_creator[touch.creator].append(touch)
    found: dict[str, set[Happened]] = defaultdict(set)
    for event in events:
        if event.touch in by_key:
            found[event.touch].add(event.what)
            continue
        before = of_creator.get(event.creator, [])
        place = bisect_left(before, event.at, key=lambda touch: touch.at)
        if place and event.at - before[place - 1].at <= CONVERSION_RIPE:
            found[before[place - 1].key].add(event.what)
    for touch in touches:
        if touch.refused:
            found[touch.key].add(Happened.BOUNCE)
    return {key: frozenset(what) for key, what in found.items()}


def _rates(
    group: Sequence[SentTouch], followed: Mapping[str, frozenset[Happened]], now: datetime
) -> Mapping[Happened, Rate]:
    rates = {}
    for what in Happened:
        wait = CONVERSION_RIPE if what is Happened.CONVERSION else RIPE
        ripe = [touch for touch in group if now - touch.at >= wait]
        count = sum(what in followed.get(touch.key, frozenset()) for touch in ripe)
        rates[what] = Rate(count, len(ripe))
    return rates


def _label(touch: SentTouch, by: By, zone: ZoneInfo) -> str:
    match by:
        case By.STEP:
            return _step(touch)
        case By.VARIANT:
            return f"{_step(touch)}, {touch.template or 'words unknown'} {touch.variant}".strip()
        case By.WEEK:
            day = touch.at.astimezone(zone).date()
            return f"week of {day - timedelta(days=day.weekday())}"
        case _:
            return _PLAIN[by](touch) or f"no {by.value}"


def _step(touch: SentTouch) -> str:
    return f"{touch.sequence} {touch.step}"


_PLAIN: Mapping[By, Callable[[SentTouch], str]] = {
    By.LANGUAGE: lambda touch: touch.language,
    By.MAILBOX: lambda touch: touch.mailbox,
    By.TEAMMATE: lambda touch: touch.teammate,
}


def _rivals(line: Result, lines: Sequence[Result], by: By) -> Sequence[Result]:
    """Those a line may be compared with: variants only with those of the same step."""
    if by is By.VARIANT:
        step = line.label.partition(",")[0]
        return [one for one in lines if one is not line and one.label.partition(",")[0] == step]
    if by in (By.STEP, By.WEEK):
        return ()
    return [one for one in lines if one is not line]


def _with_verdict(line: Result, rivals: Sequence[Result]) -> Result:
    return Result(line.label, line.sent, line.rates, _verdict(line, rivals))


def _verdict(line: Result, rivals: Sequence[Result]) -> str:
    own = line.rates[Happened.REPLY]
    if own.is_too_early:
        return "too early to tell"
    others = [one.rates[Happened.REPLY] for one in rivals]
    if not others:
        return ""
    if any(other.is_too_early for other in others):
        return "too early to compare"
    low, high = own.interval
    if all(low > other.interval[1] for other in others):
        return "answered more than the others"
    if any(high < other.interval[0] for other in others):
        return "answered less than the best"
    return "no difference to be seen"
