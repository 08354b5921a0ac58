"""How the programme is set: the Settings rows as one declaration, and the rules read from them.

What may make mail leave fails closed: a bad value there means Sending is off. Deployment
settings (keys, addresses) are not here; the environment holds them.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import time
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from schemas.countries import BASIS_COUNTRIES, zone_named
from schemas.parsing import BadCell, Row, text
from schemas.problems import Problem
from schemas.shops import Shop, parse_shops
from schemas.tables.operations import SETTING_NAME, SETTING_VALUE, SETTINGS

LEDGER_ID = "Worker: ledger id"
LEDGER_GENERATION = "Worker: ledger generation"
BASE_ID = "Worker: base id"
FIRST_PASS = "Worker: first pass"  # noqa: S105 - a row's name, not a secret
WORKER_ROWS = (LEDGER_ID, LEDGER_GENERATION, BASE_ID, FIRST_PASS)
_WORKER_PREFIX = "worker:"

DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


_LOS_ANGELES = ZoneInfo("America/Los_Angeles")


@dataclass(frozen=True, slots=True)
class Rules:
    """What the programme allows; a `window_end` of 00:00 is the midnight that ends the day."""

    sending: bool = False
    brand: str = ""
    time_zone: ZoneInfo = _LOS_ANGELES
    window_start: time = time(9)
    window_end: time = time(17)
    window_days: frozenset[int] = frozenset(range(5))
    daily_cap: int = 50
    mailbox_caps: Mapping[str, int] = field(default_factory=dict)
    gap_seconds: int = 30
    warm_up: tuple[int, ...] = ()
    skip_holidays: bool = True
    late_after_days: int = 14
    canary: int = 20
    quiet_days: int = 7
    basis_countries: frozenset[str] = BASIS_COUNTRIES
    separate_senders: bool = False
    most_bounces: Decimal = Decimal(5)
    most_complaints: Decimal = Decimal("0.3")
    enrol_again_after_days: int = 90
    minimum_payout: Decimal = Decimal("10.00")
    hold_back_days: int = 30
    sample_cost: Decimal = Decimal("5.00")
    rows_per_plan: int = 500
    rows_at_most: int = 50_000
    shops: tuple[Shop, ...] = (Shop("Main shop", "America/Los_Angeles", "USD"),)


@dataclass(frozen=True, slots=True)
class Setting:
    """One Settings row; `parse` gives the rules with this value, or raises ValueError."""

    name: str
    default: str
    help: str
    parse: Callable[[Rules, str], Rules]
    guards_sending: bool = False


def parse_rules(rows: Sequence[Row]) -> tuple[Rules, tuple[Problem, ...]]:
    """The rules these rows state; a value not understood keeps its default and is a Problem.

    Where the setting guards sending, not being understood also switches Sending off.
    """
    rules, closed = Rules(), False
    problems: list[Problem] = []
    for name, same in _by_name(rows).items():
        setting = _KNOWN.get(name)
        found = _problem(rules, setting, same)
        if found:
            problems.extend(Problem(SETTINGS.name, row.id, found) for row in same)
            closed = closed or (setting is not None and setting.guards_sending)
        elif setting:
            rules = setting.parse(rules, text(same[0], SETTING_VALUE))
    return (replace(rules, sending=False) if closed else rules), tuple(problems)


def _by_name(rows: Sequence[Row]) -> dict[str, list[Row]]:
    named: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: (row.created_at, row.id)):
        name = _name(row)
        if name and not name.startswith(_WORKER_PREFIX):
            named.setdefault(name, []).append(row)
    return named


def _name(row: Row) -> str:
    try:
        return " ".join(text(row, SETTING_NAME).casefold().split())
    except BadCell:
        return "(unreadable)"


def _problem(rules: Rules, setting: Setting | None, same: Sequence[Row]) -> str:
    if setting is None:
        return f"There is no setting of this name. Settings are: {', '.join(_NAMES)}."
    try:
        if len({text(row, SETTING_VALUE) for row in same}) > 1:
            return f"Two rows are named {setting.name} and differ: keep one."
        setting.parse(rules, text(same[0], SETTING_VALUE))
    except ValueError as error:
        shut = " Until then Sending is off." if setting.guards_sending else ""
        return f"{setting.name}: {error} Allowed: {setting.help}{shut}"
    return ""


def _on_or_off(value: str) -> bool:
    if value.casefold() not in ("on", "off"):
        raise ValueError(f"{value!r} is neither on nor off.")
    return value.casefold() == "on"


def _zone(value: str) -> ZoneInfo:
    zone = zone_named(value)
    if zone is None:
        raise ValueError(f"{value!r} is no time zone.")
    return zone


def _whole(value: str, low: int, high: int) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", value) or not low <= int(value) <= high:
        raise ValueError(f"{value!r} is not a whole number from {low} to {high}.")
    return int(value)


def _amount(value: str) -> Decimal:
    try:
        amount = Decimal(value)
        exact = amount == amount.quantize(Decimal("0.01"))
    except InvalidOperation as error:
        raise ValueError(f"{value!r} is not an amount.") from error
    if not exact or not 0 <= amount <= 1_000_000:
        raise ValueError(f"{value!r} is not an amount from 0 with at most two decimals.")
    return amount.quantize(Decimal("0.01"))


def _percent(value: str) -> Decimal:
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,2})?", value) or Decimal(value) > 100:
        raise ValueError(f"{value!r} is not a percentage from 0 to 100.")
    return Decimal(value)


def _caps(value: str) -> tuple[int, ...]:
    if not value or value.casefold() == "none":
        return ()
    return tuple(_whole(part.strip(), 0, 100_000) for part in value.split(","))


def _with_daily_caps(rules: Rules, value: str) -> Rules:
    every, *others = (part.strip() for part in value.split(","))
    caps = {}
    for other in others:
        name, _, cap = other.rpartition(" ")
        if not name.strip():
            raise ValueError(f"{other!r} does not read like jane 20.")
        caps[name.strip()] = _whole(cap, 0, 100_000)
    return replace(rules, daily_cap=_whole(every, 0, 100_000), mailbox_caps=caps)


def _countries(value: str) -> frozenset[str]:
    if value.casefold() == "none":
        return frozenset()
    codes = [code.strip().upper() for code in value.split(",")]
    for code in codes:
        if not re.fullmatch(r"[A-Z]{2}", code):
            raise ValueError(f"{code!r} is no country of two letters.")
    return frozenset(codes)


def _hours(value: str) -> tuple[time, time]:
    match = re.fullmatch(r"([0-9]{1,2}):([0-9]{2})\s*[-–]\s*([0-9]{1,2}):([0-9]{2})", value)  # noqa: RUF001 - the dash people type
    if match is None:
        raise ValueError(f"{value!r} does not read like 09:00-17:00.")
    begin, end = (int(match[i]) * 60 + int(match[i + 1]) for i in (1, 3))
    if any(int(match[i]) > 59 for i in (2, 4)) or not begin < end <= 24 * 60:
        raise ValueError(f"{value!r} does not begin before it ends within one day.")
    return time(*divmod(begin, 60)), time(*divmod(end % (24 * 60), 60))


def _days(value: str) -> frozenset[int]:
    days: set[int] = set()
    for part in re.split(r"\s*,\s*", value):
        ends = [name.strip().title()[:3] for name in re.split(r"[-–]", part)]  # noqa: RUF001 - the same
        if len(ends) > 2 or not set(ends) <= set(DAY_NAMES):
            raise ValueError(f"{part!r} names no days.")
        first, last = DAY_NAMES.index(ends[0]), DAY_NAMES.index(ends[-1])
        days.update((first + i) % 7 for i in range((last - first) % 7 + 1))
    return frozenset(days)


def _with_hours(rules: Rules, value: str) -> Rules:
    start, end = _hours(value)
    return replace(rules, window_start=start, window_end=end)


SETTINGS_ROWS: tuple[Setting, ...] = (
    Setting("Sending", "off", "on or off. Off: no creator is sent anything.",
            lambda rules, v: replace(rules, sending=_on_or_off(v)), guards_sending=True),
    Setting("Brand", "", "the name creators know you by; messages are signed with it.",
            lambda rules, v: replace(rules, brand=v)),
    Setting("Time zone", "America/Los_Angeles", "an IANA zone like Europe/London; the base's days.",
            lambda rules, v: replace(rules, time_zone=_zone(v))),
    Setting("Sending hours", "09:00-17:00", "from-to in the creator's local time; all day is "
            "00:00-24:00.", _with_hours, guards_sending=True),
    Setting("Sending days", "Mon-Fri", "days or ranges, like Mon-Fri or Mon,Wed,Fri.",
            lambda rules, v: replace(rules, window_days=_days(v)), guards_sending=True),
    Setting("Daily cap per mailbox", "50", "whole number from 0 to 100000: most messages a day; "
            "other caps for single mailboxes behind it, like 50, jane 20, sam 80.",
            _with_daily_caps, guards_sending=True),
    Setting("Gap between messages", "30", "whole number from 0 to 3600: least seconds between two "
            "messages of one mailbox; up to half as much is added.",
            lambda rules, v: replace(rules, gap_seconds=_whole(v, 0, 3600)), guards_sending=True),
    Setting("Warm-up caps", "none", "none, or the cap of a new mailbox in its first, second, … "
            "week, like 10, 20, 35; after them the daily cap holds.",
            lambda rules, v: replace(rules, warm_up=_caps(v)), guards_sending=True),
    Setting("Skip public holidays", "on", "on or off. On: nothing is sent on a public holiday "
            "where the creator lives.",
            lambda rules, v: replace(rules, skip_holidays=_on_or_off(v)), guards_sending=True),
    Setting("Canary messages", "20", "whole number from 0 to 100000: so many of a new template go "
            "out, the rest waits until a person has looked; 0 switches this off.",
            lambda rules, v: replace(rules, canary=_whole(v, 0, 100_000)), guards_sending=True),
    Setting("Quiet days after a teammate writes", "7", "whole number from 0 to 365: days a "
            "sequence waits after a teammate wrote to the creator from the same mailbox.",
            lambda rules, v: replace(rules, quiet_days=_whole(v, 0, 365)), guards_sending=True),
    Setting("Countries that need a legal basis", ", ".join(sorted(BASIS_COUNTRIES)), "none, or "
            "countries in two letters; creators there need Legal basis and Source.",
            lambda rules, v: replace(rules, basis_countries=_countries(v)), guards_sending=True),
    Setting("Separate senders", "off", "on or off. On: this brand is a sender of its own, and "
            "opt-outs from other brands do not bind it; bounces and complaints do.",
            lambda rules, v: replace(rules, separate_senders=_on_or_off(v))),
    Setting("Most bounces percent", "5", "percentage from 0 to 100: a mailbox with more bounces "
            "in a week pauses.",
            lambda rules, v: replace(rules, most_bounces=_percent(v)), guards_sending=True),
    Setting("Most complaints percent", "0.3", "percentage from 0 to 100: a mailbox with more "
            "complaints in a week pauses.",
            lambda rules, v: replace(rules, most_complaints=_percent(v)), guards_sending=True),
    Setting("Late after days", "14", "whole number from 1 to 365: a step later than this is not "
            "sent until a person decides.",
            lambda rules, v: replace(rules, late_after_days=_whole(v, 1, 365))),
    Setting("Enrol again after days", "90", "whole number from 0 to 3650: least days from the "
            "last message to a new round.",
            lambda rules, v: replace(rules, enrol_again_after_days=_whole(v, 0, 3650))),
    Setting("Minimum payout", "10.00", "amount from 0: a smaller total is carried over.",
            lambda rules, v: replace(rules, minimum_payout=_amount(v))),
    Setting("Hold-back days", "30", "whole number from 0 to 365: days an order line must be "
            "settled before it counts.",
            lambda rules, v: replace(rules, hold_back_days=_whole(v, 0, 365))),
    Setting("Sample cost", "5.00", "amount from 0 in the currency of the first shop: what a sample "
            "costs if its row names no Cost.",
            lambda rules, v: replace(rules, sample_cost=_amount(v))),
    Setting("Shops", "Main shop, America/Los_Angeles, USD", "name, time zone and currency of each "
            "shop, with ';' between two; order files are imported for one of them.",
            lambda rules, v: replace(rules, shops=parse_shops(v))),
    Setting("Most rows per plan", "500", "whole number from 1 to 100000: a plan touching more is "
            "held until a person decides.",
            lambda rules, v: replace(rules, rows_per_plan=_whole(v, 1, 100_000))),
    Setting("Rows in this base at most", "50000", "whole number from 1000 to 999999: what your "
            "Airtable plan allows; at 90 percent the worker deletes its own oldest rows.",
            lambda rules, v: replace(rules, rows_at_most=_whole(v, 1_000, 999_999))),
)  # fmt: skip
_NAMES = tuple(setting.name for setting in SETTINGS_ROWS)
_KNOWN = {setting.name.casefold(): setting for setting in SETTINGS_ROWS}
