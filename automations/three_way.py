"""The three-way check: order files against settlements against payouts, one difference at a time.

It says what does not agree and what probably happened; what people then decided about it is kept
by `exception_queue`. Settlement amounts are given as costs: what TikTok took is positive.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from schemas.money import Money


class Kind(Enum):
    """What does not agree."""

    DIFFERS = "Commission differs"
    NOT_SETTLED = "In no settlement"
    NOT_IN_ORDERS = "In no order file"
    PENDING = "Not settled in order files"
    REFUNDED = "Refunded after payout"
    STATEMENT = "Statement is not its lines"
    PAYMENT = "Payment differs"
    TWICE = "Paid more than once"
    NO_RESULT = "No result of payment"


@dataclass(frozen=True, slots=True)
class OrderSides:
    """One order as both sides have it, in minor units; `stated`, `known` and `settled` count lines.

    `ours` is the actual commission of settled order lines, `theirs` what settlements took for
    creators less what they gave back; `refund` is the part given back. `paid_before` says that a
    payout on the order's month was posted before the last of its statements.
    """

    shop: str
    order_id: str
    currency: str
    ours: int
    theirs: int
    refund: int = 0
    known: int = 0
    settled: int = 0
    stated: int = 0
    creator: str = ""
    paid_before: bool = False


@dataclass(frozen=True, slots=True)
class Paid:
    """One posted statement: what was posted, and what of it files carry and providers paid.

    `lines` is the sum of its posted lines, `exported` and `paid` those of payments not failed or
    reversed; `payments` is how many of them there are, `overdue` that a result should be there.
    """

    statement: str
    creator: str
    currency: str
    posted: int
    lines: int
    exported: int = 0
    paid: int = 0
    payments: int = 0
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One thing that does not agree; amounts in minor units, `order` an order or a statement."""

    kind: Kind
    shop: str
    order: str
    creator: str
    currency: str
    ours: int
    theirs: int
    because: str

    @property
    def key(self) -> str:
        """Its identity: of one order in one currency there is one, whatever kind it becomes."""
        return f"exception:{self.shop}:{self.order}:{self.currency}"

    @property
    def difference(self) -> int:
        """Theirs less ours."""
        return self.theirs - self.ours


@dataclass(frozen=True, slots=True)
class MonthSums:
    """One side's sums of a month in one shop: commission of creators, and of partners."""

    shop: str
    currency: str
    month: str
    creators: int
    partners: int = 0


@dataclass(frozen=True, slots=True)
class MonthCheck:
    """A month of a shop: what order files and settlements say of it.

    Their difference is what `mismatched` orders of the month explain, and `timing`: orders that
    were settled in one month and stated in another, or are not stated yet. Over all months it is
    only the latter.
    """

    shop: str
    currency: str
    month: str
    orders: int
    settlements: int
    partners: int
    mismatched: int

    @property
    def timing(self) -> int:
        """What is in another month, or not in a settlement yet."""
        return self.settlements - self.orders - self.mismatched


def order_mismatches(sides: Iterable[OrderSides]) -> Iterator[Mismatch]:
    """The orders on which the sides do not agree; none for one on which they do."""
    for one in sides:
        if one.ours == one.theirs:
            continue
        kind, because = _judged(one)
        yield Mismatch(
            kind, one.shop, one.order_id, one.creator, one.currency, one.ours, one.theirs, because
        )


def payment_mismatches(statements: Iterable[Paid]) -> Iterator[Mismatch]:
    """The statements whose lines, files and payments do not agree."""
    for one in statements:
        found = _of_statement(one)
        if found:
            kind, ours, theirs, because = found
            yield Mismatch(
                kind, "", one.statement, one.creator, one.currency, ours, theirs, because
            )


def checked_months(
    ours: Sequence[MonthSums],
    theirs: Sequence[MonthSums],
    mismatched: Mapping[tuple[str, str, str], int],
) -> tuple[MonthCheck, ...]:
    """Both sides by shop, currency and month; `mismatched` sums differences of orders so."""
    orders: dict[tuple[str, str, str], int] = defaultdict(int)
    stated: dict[tuple[str, str, str], tuple[int, int]] = {}
    for one in ours:
        orders[one.shop, one.currency, one.month] += one.creators
    for one in theirs:
        slot = (one.shop, one.currency, one.month)
        creators, partners = stated.get(slot, (0, 0))
        stated[slot] = (creators + one.creators, partners + one.partners)
    return tuple(
        MonthCheck(*slot, orders.get(slot, 0), *stated.get(slot, (0, 0)), mismatched.get(slot, 0))
        for slot in sorted({*orders, *stated, *mismatched})
    )


def _judged(one: OrderSides) -> tuple[Kind, str]:
    def said(minor: int) -> str:
        return str(Money.from_minor(minor, one.currency))

    if not one.stated:
        return Kind.NOT_SETTLED, (
            f"Order files say that {said(one.ours)} was settled; no settlement has the order. "
            "Import the settlement of that time, or ask TikTok."
        )
    if not one.known:
        return Kind.NOT_IN_ORDERS, (
            f"A settlement takes {said(one.theirs)} commission for an order that no order file "
            "has. Import the order file of that time."
        )
    if one.refund and one.paid_before:
        return Kind.REFUNDED, (
            f"A settlement gave back {said(one.refund)} commission after we had posted a payout "
            "on this order. Import the newest order file: the next run takes back what is due."
        )
    if not one.settled:
        return Kind.PENDING, (
            f"A settlement takes {said(one.theirs)}, but order files do not have the order as "
            "settled. Import a newer order file."
        )
    return Kind.DIFFERS, (
        f"Order files say {said(one.ours)}, settlements {said(one.theirs)}"
        + (f", after {said(one.refund)} given back." if one.refund else ".")
    )


def _of_statement(one: Paid) -> tuple[Kind, int, int, str] | None:
    if one.lines != one.posted:
        why = "The lines posted do not sum to the statement: tell whoever runs affiliate-ops."
        return Kind.STATEMENT, one.posted, one.lines, why
    if one.payments > 1:
        why = f"{one.payments} payments stand for one statement: stop those that were too many."
        return Kind.TWICE, one.posted, one.exported, why
    if one.payments and one.exported != one.posted:
        why = "The payment file carries another amount than the statement."
        return Kind.PAYMENT, one.posted, one.exported, why
    if one.paid and one.paid != one.posted:
        why = "The provider paid another amount than the statement."
        return Kind.PAYMENT, one.posted, one.paid, why
    if one.overdue:
        why = "It is in a payment file, but no result was recorded: payouts record FILE."
        return Kind.NO_RESULT, one.posted, one.paid, why
    return None
