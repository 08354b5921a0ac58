"""What holds a statement, and why, in words: pure, on today's cells and what was paid before.

Amount holds keep a statement's lines out of posting: the next run brings them by itself, as owed
minus posted. Payment holds let it be posted and keep it out of every file finance pays from.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from automations.payout_rows import by_statement
from automations.payouts import Line
from schemas.hashes import hash_of
from schemas.money import Money
from schemas.records_payees import Payee


class HoldKind(Enum):
    """Why a statement is held."""

    DISPUTE = "Dispute"
    BUDGET = "Budget"
    METHOD = "Pay by"
    UNVERIFIED = "Payee not verified"
    CHANGED = "Payee changed"
    DUPLICATE = "Duplicate payee"
    TAX_FORM = "Tax form"
    NOT_PAID = "Not paid"
    UNRECORDED = "Paid before?"

    @property
    def is_of_amount(self) -> bool:
        """Whether the amount itself is open, so that it is not posted."""
        return self in (HoldKind.DISPUTE, HoldKind.BUDGET)

    @property
    def can_be_released(self) -> bool:
        """Whether a person may let it go; nobody can pay to an account that is not there."""
        return self is not HoldKind.METHOD


@dataclass(frozen=True, slots=True)
class Hold:
    """One reason; `about` says of what exactly, so that a release covers that and nothing later."""

    kind: HoldKind
    about: str
    because: str


@dataclass(frozen=True, slots=True)
class Due:
    """A statement that was or will be posted; `state` is how far its money is."""

    key: str
    creator: str
    amount: Money
    state: str = "posted"
    attempt: int = 0  # of the payment made last
    said: str = ""  # why that one failed or came back


@dataclass(frozen=True, slots=True)
class PaidTo:
    """The account a creator's last payment went to."""

    account_hash: str
    shown: str


Holds = Mapping[str, tuple[Hold, ...]]  # by the key of the statement


def plan_amount_holds(
    *, lines: Sequence[Line], payees: Mapping[str, Payee], crossed: Mapping[str, str]
) -> Holds:
    """Holds of statements whose amount is open; `crossed` has budgets by the rule's title."""
    found: dict[str, tuple[Hold, ...]] = {}
    for key, own in by_statement(lines).items():
        holds = (*_dispute(payees.get(own[0].creator)), *_budgets(own, crossed))
        if holds:
            found[key] = holds
    return found


def _dispute(payee: Payee | None) -> Iterable[Hold]:
    if payee and payee.dispute:
        because = f"There is an open dispute: {' '.join(payee.dispute.split())[:200]}"
        yield Hold(HoldKind.DISPUTE, hash_of(payee.dispute), because)


def _budgets(lines: Sequence[Line], crossed: Mapping[str, str]) -> Iterable[Hold]:
    for title in sorted({f"{line.rule} v{line.version}" for line in lines} & crossed.keys()):
        yield Hold(HoldKind.BUDGET, hash_of(f"{title}:{crossed[title]}"), crossed[title])


def plan_payment_holds(
    *, due: Sequence[Due], payees: Mapping[str, Payee], paid_to: Mapping[str, PaidTo]
) -> Holds:
    """Holds of statements whose money may not leave yet; nothing that is not to be paid has any.

    `payees` are those of all creators: two with one payee hold each other.
    """
    sharing = _sharing(payees)
    found: dict[str, tuple[Hold, ...]] = {}
    for one in due:
        if one.amount.amount <= 0 or one.state in ("exported", "paid"):
            continue
        payee = payees.get(one.creator)
        holds = (
            *_attempt(one),
            *_payee(payee, one.creator, sharing),
            *_changed(payee, paid_to.get(one.creator)),
        )
        if holds:
            found[one.key] = holds
    return found


def without(holds: Holds, released: Iterable[tuple[str, str, str]]) -> Holds:
    """The holds still in force; `released` has (statement, kind, about)."""
    gone = set(released)
    kept = {
        key: tuple(
            one
            for one in own
            if not one.kind.can_be_released or (key, one.kind.value, one.about) not in gone
        )
        for key, own in holds.items()
    }
    return {key: own for key, own in kept.items() if own}


def in_words(holds: Sequence[Hold]) -> str:
    """The reasons as one text, a line each."""
    return "\n".join(f"{one.kind.value}: {one.because}" for one in holds)


def _attempt(one: Due) -> Iterable[Hold]:
    if one.state in ("failed", "reversed"):
        because = f"The payment {'failed' if one.state == 'failed' else 'came back'}"
        reason = f": {one.said}" if one.said else ""
        yield Hold(HoldKind.NOT_PAID, f"{one.state} {one.attempt}", f"{because}{reason}")
    if one.state == "unrecorded":
        because = "It was posted before payments were recorded here: release it if it is unpaid"
        yield Hold(HoldKind.UNRECORDED, "", because)


def _payee(
    payee: Payee | None, creator: str, sharing: Mapping[str, Sequence[tuple[str, str]]]
) -> Iterable[Hold]:
    if payee is None:
        yield Hold(HoldKind.METHOD, "", "Creators has no row of theirs any more")
        return
    if not payee.tax_form:
        yield Hold(HoldKind.TAX_FORM, "", "There is no tax form on file")
    if not payee.method or not payee.account:
        missing = "Pay by" if not payee.method else "Payee"
        yield Hold(HoldKind.METHOD, "", f"{missing} is empty in Creators")
        return
    if not payee.is_payable:
        because = f"{payee.method} pays to an e-mail address or its own id, not to {payee.masked}"
        yield Hold(HoldKind.METHOD, payee.account_hash, because)
    if not payee.verified:
        because = f"Nobody has ticked that {payee.masked} is theirs"
        yield Hold(HoldKind.UNVERIFIED, payee.account_hash, because)
    others = [name for other, name in sharing.get(payee.mailbox_hash, ()) if other != creator]
    if others:
        because = f"{payee.masked} is also the payee of {', '.join(sorted(others)[:3])}"
        yield Hold(HoldKind.DUPLICATE, payee.mailbox_hash, because)


def _changed(payee: Payee | None, before: PaidTo | None) -> Iterable[Hold]:
    if payee and before and payee.account_hash and payee.account_hash != before.account_hash:
        where = payee.masked if payee.masked != before.shown else "another one that looks like it"
        because = f"The last payment went to {before.shown}, this one would go to {where}"
        yield Hold(HoldKind.CHANGED, payee.account_hash, because)


def _sharing(payees: Mapping[str, Payee]) -> Mapping[str, Sequence[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for creator, payee in payees.items():
        if payee.method and payee.mailbox_hash:
            found[payee.mailbox_hash].append((creator, payee.shown_as))
    return {mailbox: who for mailbox, who in found.items() if len(who) > 1}
