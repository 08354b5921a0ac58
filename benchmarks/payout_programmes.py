"""Random payout programmes: rules, creators, orders that ripen, return and shrink, and videos.

Everything a programme holds is plain: what the product and the recomputation make of it is theirs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from schemas.shops import Shop

SHOPS = (Shop("US", "America/Los_Angeles", "USD"), Shop("UK", "Europe/London", "GBP"))
PERIODS = ("2026-08", "2026-09", "2026-10")
FIRST, LAST = date(2026, 7, 20), date(2026, 11, 3)
PRODUCTS = ("1729382256910270001", "1729382256910270002")
CREATORS = ("ana", "ben", "cleo", "dan")
ENDS = ("Pending", "Settled", "Ineligible", "Frozen", "Under audit", "Unpaid by customer")


@dataclass(frozen=True, slots=True)
class Order:
    """One order line and what happens to it; all times are the shop's local ones."""

    number: int
    shop: Shop
    handle: str
    product: str
    cents: int
    created: datetime
    becomes: str  # the status it ends in
    at: datetime  # when
    base_cents: int
    refunded_at: datetime | None = None
    left_cents: int = 0
    returned_at: datetime | None = None

    @property
    def is_anchor(self) -> bool:
        """Whether it only keeps a file from being without a settled amount."""
        return self.number < len(SHOPS)

    def as_of(self, moment: datetime) -> tuple[str, bool, int]:
        """Status, fully returned, and actual base in cents as an export then shows them."""
        status = self.becomes if moment >= self.at else "Pending"
        if self.becomes == "Unpaid by customer":
            status = self.becomes
        refunded = self.refunded_at is not None and moment >= self.refunded_at
        returned = self.returned_at is not None and moment >= self.returned_at
        return status, returned, self.left_cents if refunded else self.base_cents


@dataclass(frozen=True, slots=True)
class Clip:
    """A video; it is found in time for the run of that number."""

    number: int
    creator: str
    posted_on: date
    removed_on: date | None
    views: Sequence[int]
    campaign: str
    disclosed: bool
    approved: bool
    paid_by_tiktok: bool
    found_in: int


@dataclass(frozen=True, slots=True)
class Programme:
    """All of one brand; rules are cells by field name, campaigns are days and a product."""

    seed: int
    rules: Sequence[Mapping[str, object]]
    orders: Sequence[Order]
    clips: Sequence[Clip]
    campaigns: Mapping[str, tuple[date, date, str]]
    spans: Sequence[tuple[str, datetime, datetime | None, str]] = field(default_factory=list)


def a_programme(seed: int) -> Programme:
    """The programme of that seed."""
    dice = Random(seed)
    campaigns = {
        "launch": (date(2026, 9, dice.randint(1, 20)), date(2026, 10, dice.randint(1, 31)), ""),
        "push": (date(2026, 10, dice.randint(1, 9)), date(2026, 11, 3), dice.choice(PRODUCTS)),
    }
    rules = [
        rule
        for number, kind in enumerate(dice.sample(sorted(_KINDS), dice.randint(3, 6)))
        for rule in _versions(dice, f"{kind} {number}", kind)
    ]
    return Programme(
        seed,
        _excluding(dice, rules),
        [
            *map(_anchor, range(len(SHOPS))),
            *(_order(dice, number) for number in range(10, dice.randint(30, 80))),
        ],
        [_clip(dice, number) for number in range(dice.randint(5, 25))],
        campaigns,
        _spans(dice),
    )


def local(shop: Shop, at: datetime) -> datetime:
    """What the shop's clock shows at that instant."""
    return at.astimezone(ZoneInfo(shop.time_zone)).replace(tzinfo=None)


def _spans(dice: Random) -> list[tuple[str, datetime, datetime | None, str]]:
    """Handles: each creator's own, and one that was handed on with days between."""
    always = datetime(1970, 1, 1, tzinfo=UTC)
    left = datetime(2026, 9, dice.randint(1, 28), 12, tzinfo=UTC)
    taken = left + timedelta(days=dice.randint(1, 12))
    own = [(f"{name}.makes", always, None, name) for name in CREATORS]
    return [*own, ("shared", always, left, "ana"), ("shared", left, taken, ""),
            ("shared", taken, None, "ben")]  # fmt: skip


def _anchor(number: int) -> Order:
    """An order of nobody known, so that no file is without a settled amount."""
    made = datetime(2026, 7, 21, 12)  # noqa: DTZ001 - the shop's clock
    return Order(number, SHOPS[number], "nobody", PRODUCTS[0], 100, made, "Settled", made, 100)


def _order(dice: Random, number: int) -> Order:
    shop = dice.choices(SHOPS, (3, 1))[0]
    created = datetime.combine(FIRST, datetime.min.time()) + timedelta(
        minutes=dice.randrange((LAST - FIRST).days * 1440)
    )
    if created.hour in (1, 2):
        created = created.replace(hour=12)  # not in the hour in which clocks change
    if not dice.randrange(6):
        created = created.replace(day=1, hour=0, minute=0)
    cents = 0 if not dice.randrange(12) else dice.choice((500, 999, 2500, dice.randint(1, 60_000)))
    becomes = dice.choices(ENDS, (2, 9, 1, 1, 1, 1))[0]
    at = created + timedelta(days=dice.randint(1, 40), hours=3)
    if not dice.randrange(8) and created < datetime(2026, 10, 1):  # noqa: DTZ001 - the same
        at = datetime(2026, dice.choice((10, 11)), 1)  # noqa: DTZ001 - exactly at a cut-off
    refunded = at + timedelta(days=dice.randint(-3, 30)) if not dice.randrange(5) else None
    returned = at + timedelta(days=dice.randint(-3, 45)) if not dice.randrange(6) else None
    return Order(
        number, shop, dice.choice([*(f"{name}.makes" for name in CREATORS), "shared", "nobody"]),
        dice.choice(PRODUCTS), cents, created, becomes, at, cents, refunded,
        dice.randint(0, cents), returned,
    )  # fmt: skip


def _clip(dice: Random, number: int) -> Clip:
    posted = FIRST + timedelta(days=dice.randrange((date(2026, 10, 31) - FIRST).days))
    views = sorted(dice.randrange(60_000) for _ in PERIODS)
    return Clip(
        number, dice.choice(CREATORS), posted,
        posted + timedelta(days=dice.randint(1, 40)) if not dice.randrange(5) else None,
        views, dice.choice(("", "", "launch", "push")), dice.random() < 0.7, dice.random() < 0.85,
        not dice.randrange(10), dice.randrange(len(PERIODS)),
    )  # fmt: skip


def _versions(dice: Random, name: str, kind: str) -> list[dict[str, object]]:
    shop = dice.choices(SHOPS, (3, 1))[0]
    begins = date(2026, 8, dice.choice((1, 1, 9)))
    first: dict[str, object] = {
        "Rule": name, "Version": 1, "Kind": kind, "Currency": shop.currency,
        "From": begins.isoformat(), **_KINDS[kind](dice),
    }  # fmt: skip
    if kind in _BY_SALES:
        first |= {"Basis": dice.choice(("GMV", "Settled net")),
                  "Hold-back days": dice.choice((0, 0, 7, 30))}  # fmt: skip
    if kind not in ("Retainer", "One-off") and not dice.randrange(3):
        first |= {"Campaign": dice.choice(("launch", "push")), "Window": "Campaign"}
    if kind == "Retainer" or not dice.randrange(4):
        first["Creators"] = dice.sample(CREATORS, 2)
    if not dice.randrange(3):
        first["Cap"] = dice.randint(20, 200)
    if dice.randrange(2):
        return [first]
    later = date(2026, dice.choice((9, 10)), dice.choice((1, 1, 16)))
    return [first, first | {"Version": 2, "From": later.isoformat(), **_KINDS[kind](dice)}]


def _excluding(dice: Random, rules: list[dict[str, object]]) -> list[dict[str, object]]:
    """Perhaps a rule by the month excludes another of the same currency."""
    monthly = sorted(
        {
            str(rule["Rule"])
            for rule in rules
            if "Campaign" not in rule and rule["Kind"] != "One-off"
        }
    )
    if len(monthly) > 1 and dice.randrange(2):
        excluder, excluded = dice.sample(monthly, 2)
        for rule in rules:
            if rule["Rule"] == excluder:
                rule["Excludes"] = excluded
    return rules


_BY_SALES = ("Top-up", "Milestone", "Contest")
_KINDS: Mapping[str, Callable[[Random], dict[str, object]]] = {
    "Top-up": lambda dice: {"Rate %": dice.choice((1, 2.5, 5, 7.25))},
    "Milestone": lambda dice: {
        "Levels": f"{dice.choice((50, 100.5))}: 10; 300: {dice.randint(11, 90)}; 900: 200",
        "Pays": dice.choice(("Highest reached", "Each reached")),
    },
    "Contest": lambda dice: {"Levels": f"1: {dice.randint(50, 99)}.01; 2: 40; 3: 20.03"},
    "Retainer": lambda dice: {
        "Amount": dice.choice((100, 250)), "Posts": dice.randint(1, 4),
        "If missed": dice.choice(("Forfeit", "Pro rata")),
    },
    "Per video": lambda dice: {
        "Amount": dice.randint(5, 40), "Days live": dice.choice((0, 7)),
        "Most videos": dice.choice((1, 2, 50)), "Disclosed only": dice.random() < 0.5,
    },
    "Flat fee": lambda dice: {"Amount": dice.randint(50, 90), "Posts": dice.randint(1, 3)},
    "Views bonus": lambda dice: {
        "Amount": dice.choice((1, 2.5)), "Cap per video": dice.choice((20, 60)),
    },
    "One-off": lambda dice: {"Amount": 20, "First": dice.choice(("Post", "Sale"))},
}  # fmt: skip
