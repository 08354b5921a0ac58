"""What a provider says became of payments: its result file, understood row by row.

Reads PayPal's payout report, Wise's batch result and our own generic form by their headers, never
by position. What each row may change is decided in `payment_states`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

PAID, FAILED, REVERSED, WAITING = "paid", "failed", "reversed", "waiting"
MOST_TEXT = 300

# Our name, and what headers call it (lower case, letters only); the first that is there counts.
_COLUMNS: Mapping[str, str] = {
    "reference": "reference senderitemid paymentreference customerid uniqueid referenceid",
    "state": "state transactionstatus payoutitemstatus transferstatus status",
    "amount": "amount payoutamount amountvalue targetamount grossamount",
    "currency": "currency targetcurrency payoutcurrency amountcurrency",
    "paid_at": "paidat paidon timeprocessed processedat timecompleted completedon finishedon date",
    "provider_reference": "providerreference transactionid payoutitemid transferid id",
    "reason": "reason errormessage errorsmessage errorreason failurereason error errors",
}
_NEEDED = ("reference", "state", "amount", "currency")
_WORDS: Mapping[str, str] = {
    PAID: "paid success successful completed complete sent outgoingpaymentsent claimed",
    FAILED: "failed denied blocked cancelled canceled rejected expired",
    REVERSED: "reversed returned refunded fundsrefunded bouncedback chargedback",
    WAITING: "unclaimed pending onhold processing waiting incomingpaymentwaiting "
    "incomingpaymentinitiated fundsconverted new exported held",
}
_STATES = {word: state for state, words in _WORDS.items() for word in words.split()}
_DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%d %b %Y", "%b %d, %Y")


class NotAResultFile(ValueError):
    """The file has no header that says which column is what; the text names what is missing."""


@dataclass(frozen=True, slots=True)
class Result:
    """One row as the provider states it; `row` is its number in a spreadsheet."""

    row: int
    reference: str
    state: str
    amount: Decimal
    currency: str
    paid_on: date | None
    provider_reference: str
    reason: str


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that changes nothing, and why."""

    row: int
    text: str


def parse_results(
    table: Sequence[Sequence[str]], *, paid_on: date | None = None
) -> tuple[tuple[Result, ...], tuple[BadRow, ...]]:
    """The rows below the header; `paid_on` stands in where the file has no day.

    Raises NotAResultFile when reference, state, amount or currency cannot be found by name.
    """
    at, columns = _header(table)
    results: list[Result] = []
    bad: list[BadRow] = []
    for number, cells in enumerate(table[at + 1 :], at + 2):
        named = {name: _cell(cells, place) for name, place in columns.items()}
        if not any(named.values()):
            continue
        found = _understood(number, named, paid_on)
        (results if isinstance(found, Result) else bad).append(found)  # type: ignore[arg-type]  # sorted by type
    return tuple(results), tuple(bad)


def _header(table: Sequence[Sequence[str]]) -> tuple[int, Mapping[str, int]]:
    missing: tuple[str, ...] = _NEEDED
    for at, cells in enumerate(table[:10]):
        there = {re.sub(r"[^a-z]", "", cell.casefold()): n for n, cell in reversed(
            list(enumerate(cells)))}  # fmt: skip
        found = {
            ours: there[name]
            for ours, names in _COLUMNS.items()
            for name in reversed(names.split())
            if name in there
        }
        lacking = tuple(name for name in _NEEDED if name not in found)
        if not lacking:
            return at, found
        missing = lacking if len(lacking) < len(missing) else missing
    raise NotAResultFile(
        f"no row names the columns {', '.join(missing)}. Expected is a PayPal payout report, a "
        "Wise batch result, or reference,state,paid_at,provider_reference,amount,currency,reason."
    )


def _understood(row: int, named: Mapping[str, str], paid_on: date | None) -> Result | BadRow:
    state = _STATES.get(re.sub(r"[^a-z]", "", named["state"].casefold()))
    if not named["reference"]:
        return BadRow(row, "has no reference.")
    if state is None:
        return BadRow(row, f"{named['reference']}: state {named['state'][:60]!r} is not known.")
    amount = _amount(named["amount"])
    if amount is None:
        return BadRow(row, f"{named['reference']}: {named['amount'][:60]!r} is no amount.")
    try:
        day = _day(named.get("paid_at", "")) or paid_on
    except ValueError:
        shown = named["paid_at"][:60]
        return BadRow(row, f"{named['reference']}: {shown!r} is no day like 2026-11-30.")
    if day is None and state == PAID:
        return BadRow(row, f"{named['reference']}: no day. Name it with --paid-on 2026-11-30.")
    return Result(
        row=row,
        reference=named["reference"],
        state=state,
        amount=amount,
        currency=named["currency"].upper(),
        paid_on=day,
        provider_reference=named.get("provider_reference", "")[:MOST_TEXT],
        reason=" ".join(named.get("reason", "").split())[:MOST_TEXT],
    )


def _cell(cells: Sequence[str], place: int) -> str:
    # An apostrophe is what we put before text that would be a formula.
    return cells[place].strip().removeprefix("'").strip() if place < len(cells) else ""


def _amount(shown: str) -> Decimal | None:
    """An amount with a point; commas only as thousands, so that 1,5 is never taken for 15."""
    if not re.fullmatch(r"-?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?", shown):
        return None
    try:
        return Decimal(shown.replace(",", ""))
    except InvalidOperation:
        return None


def _day(shown: str) -> date | None:
    if not shown:
        return None
    try:
        return datetime.fromisoformat(shown).date()
    except ValueError:
        pass
    for style in _DAYS:
        try:
            return datetime.strptime(shown, style).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise ValueError(shown)
