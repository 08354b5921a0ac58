"""What the brand owes, added up anew from the exported files and what the team typed. In cents.

Written apart from the product, so that the two can be compared: TikTok pays commission, the brand
a top-up on what settled, retainers and one-offs; each run pays the difference to the run before.
"""

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sandbox.demo.orders import SETTLED

NEVER = datetime.max  # noqa: DTZ901 - the files' times are the shop's local ones
Slot = tuple[str, str, str]  # handle, cause, window


@dataclass(frozen=True, slots=True)
class Paid:
    """What one creator gets in one run, and what is left for the next."""

    total: int
    carried: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A statement as the base shows it, with the amounts of its lines."""

    period: str
    handle: str
    total: int
    carried: int
    lines: Sequence[int]


@dataclass(frozen=True, slots=True)
class Terms:
    """The payout rules: a top-up for all, and a retainer for some, each from a month on."""

    percent: int
    top_up_from: str
    retainer: int
    posts: int
    retained: frozenset[str]
    retainer_from: str
    minimum: int


@dataclass(frozen=True, slots=True)
class Typed:
    """What the team typed: approved videos (handle, month), one-offs (handle, month, cents)."""

    videos: Sequence[tuple[str, str]]
    one_offs: Sequence[tuple[str, str, int]]


def recompute(
    runs: Sequence[tuple[str, Path]], terms: Terms, typed: Typed
) -> Mapping[tuple[str, str], Paid]:
    """By (period, handle) what each run pays; `runs`: (period, newest file then), in order."""
    found: dict[tuple[str, str], Paid] = {}
    posted: dict[Slot, int] = {}
    brought: dict[str, int] = {}
    for period, path in runs:
        owed = _owed(period, path, terms, typed)
        changes = _changes(period, owed, posted)
        for handle, change in changes.items():
            balance = change + brought.pop(handle, 0)
            paid = Paid(balance, 0) if balance >= terms.minimum else Paid(0, balance)
            brought |= {handle: paid.carried} if paid.carried else {}
            found[period, handle] = paid
        posted = owed
    return found


def _changes(period: str, owed: Mapping[Slot, int], posted: Mapping[Slot, int]) -> dict[str, int]:
    """By handle what this run adds; also nothing, where a retainer of the month says so."""
    changes: dict[str, int] = defaultdict(int)
    for slot in {*owed, *posted}:
        change = owed.get(slot, 0) - posted.get(slot, 0)
        if change or slot[1:] == ("retainer", period):
            changes[slot[0]] += change
    return changes


def _owed(period: str, path: Path, terms: Terms, typed: Typed) -> dict[Slot, int]:
    """Everything owed up to the end of `period` on what the file says."""
    owed: dict[Slot, int] = {}
    for (handle, window), net in _settled(period, path).items():
        if window >= terms.top_up_from:
            owed[handle, "top-up", window] = (net * terms.percent + 50) // 100
    for handle in terms.retained:
        for window in _months(terms.retainer_from, period):
            enough = typed.videos.count((handle, window)) >= terms.posts
            owed[handle, "retainer", window] = terms.retainer if enough else 0
    for number, (handle, window, cents) in enumerate(typed.one_offs):
        if window <= period:
            owed[handle, f"one-off {number}", window] = cents
    return owed


def _settled(period: str, path: Path) -> Mapping[tuple[str, str], int]:
    """Settled net by (handle, month of the order), as it stood at the end of the period."""
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for row in rows_of(path):
        created, settled = _when(row["Time Created"]), _when(row["Time Commission Paid"])
        counts = row["Order Status"] == SETTLED and row["Fully returned or refunded"] == "No"
        if counts and f"{created:%Y-%m}" <= period and f"{settled:%Y-%m}" <= period:
            sums[row["Creator Username"], f"{created:%Y-%m}"] += cents_of(
                row["Actual Commission Base"]
            )
    return sums


def rows_of(path: Path) -> Sequence[Mapping[str, str]]:
    """The rows of an exported file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def cents_of(amount: str) -> int:
    """The cents of `$1,234.56`."""
    return int(amount.lstrip("$").replace(",", "").replace(".", ""))


def day_of(written: str) -> date:
    """The day of a time in the file, on the shop's clock."""
    return _when(written).date()


def _when(written: str) -> datetime:
    if not written:
        return NEVER
    return datetime.strptime(written, "%d/%m/%Y %H:%M:%S")  # noqa: DTZ007 - the shop's clock


def _months(first: str, last: str) -> Sequence[str]:
    year, month = int(first[:4]), int(first[5:])
    found = []
    while (window := f"{year}-{month:02}") <= last:
        found.append(window)
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return found
