"""1099 thresholds: what the brand paid to each payee in a calendar year, and who is over.

Facts of tiktok-shop §3.5: 600 USD for payments through 2025, 2,000 for those of 2026, adjusted for
inflation from 2027 on. No tax advice; what a provider reports itself is for the accountant.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from schemas.money import Money, total
from schemas.records_payees import Payee

CURRENCY = "USD"
_THROUGH_2025 = Decimal(600)
_FROM_2026: Mapping[int, Decimal] = {2026: Decimal(2000)}
FOREIGN = ("W-8BEN", "W-8BEN-E")


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment that arrived; `mailbox` recognises its payee."""

    creator: str
    mailbox: str
    shown: str
    method: str
    amount: Money


@dataclass(frozen=True, slots=True)
class PayeeYear:
    """One payee's year: all creators it stands for, and what is to be done about it."""

    creators: tuple[str, ...]
    shown: str
    methods: tuple[str, ...]
    tax_forms: tuple[str, ...]
    amount: Money
    is_over: bool
    lacks_form: bool


def threshold(year: int) -> Money | None:
    """From which sum on a payee is reported; None for a year whose figure is not known here."""
    amount = _THROUGH_2025 if year <= 2025 else _FROM_2026.get(year)
    return None if amount is None else Money(amount, CURRENCY)


def plan_tax_year(
    *, payments: Sequence[Payment], payees: Mapping[str, Payee], limit: Money
) -> tuple[PayeeYear, ...]:
    """The year by payee, the largest first; two creators with one payee are one payee."""
    by_mailbox: dict[tuple[str, str], list[Payment]] = defaultdict(list)
    for one in payments:
        by_mailbox[one.mailbox, one.amount.currency].append(one)
    years = [_year(own, payees, limit) for own in by_mailbox.values()]
    return tuple(sorted(years, key=lambda y: (y.amount.currency, -y.amount.amount, y.creators)))


def _year(own: Sequence[Payment], payees: Mapping[str, Payee], limit: Money) -> PayeeYear:
    who = sorted({one.creator for one in own})
    forms = [payees[creator].tax_form if creator in payees else "" for creator in who]
    amount = total((one.amount for one in own), own[0].amount.currency)
    over = amount.currency == limit.currency and not amount < limit
    foreign = any(form in FOREIGN for form in forms)
    return PayeeYear(
        creators=tuple(payees[one].shown_as if one in payees else one for one in who),
        shown=own[-1].shown,
        methods=tuple(sorted({one.method for one in own})),
        tax_forms=tuple(sorted({form or "none" for form in forms})),
        amount=amount,
        is_over=over and not foreign,
        lacks_form=over and not foreign and "W-9" not in forms,
    )
