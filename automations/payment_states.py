"""What a provider's word may change of a payment, and what a person has to look at instead.

Exported → paid or failed; paid → reversed; failed → paid when no other attempt was made meanwhile.
The same word again changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from automations.payment_results import FAILED, PAID, REVERSED, WAITING, BadRow, Result
from schemas.money import Money

EXPORTED = "exported"
_MAY_BECOME: Mapping[str, tuple[str, ...]] = {
    EXPORTED: (PAID, FAILED, REVERSED),
    PAID: (REVERSED,),
    FAILED: (PAID,),
    REVERSED: (),
}
_ORDER = (WAITING, FAILED, PAID, REVERSED)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A payment as the ledger knows it; `is_last` if no other attempt at its statement followed."""

    reference: str
    statement: str
    amount: Money
    state: str
    is_last: bool = True


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a result file comes to: what to change, what stands already, what a person must see."""

    changes: Sequence[Result]
    unchanged: int
    waiting: Sequence[Result]
    bad: Sequence[BadRow]


def plan_records(*, results: Sequence[Result], known: Mapping[str, Attempt]) -> Recorded:
    """Judge every row against the payment its reference names; one row never stops another."""
    changes: list[Result] = []
    waiting: list[Result] = []
    bad: list[BadRow] = []
    unchanged = 0
    now = {reference: one.state for reference, one in known.items()}
    for result in sorted(results, key=lambda one: (_ORDER.index(one.state), one.row)):
        attempt = known.get(result.reference)
        wrong = _wrong(result, attempt)
        if attempt is None or wrong:
            bad.append(BadRow(result.row, wrong))
        elif result.state == WAITING:
            waiting.append(result)
        elif now[result.reference] == result.state:
            unchanged += 1
        elif refused := _refused(result, attempt, now[result.reference]):
            bad.append(BadRow(result.row, refused))
        else:
            now[result.reference] = result.state
            changes.append(result)
    return Recorded(changes, unchanged, waiting, sorted(bad, key=lambda one: one.row))


def _wrong(result: Result, attempt: Attempt | None) -> str:
    if attempt is None:
        return f"{result.reference}: no payment has this reference; nothing was guessed."
    if result.currency != attempt.amount.currency:
        return (
            f"{result.reference}: paid in {result.currency}, but it is {attempt.amount}. "
            "Ask the provider; nothing was recorded."
        )
    if result.amount != attempt.amount.amount:
        return (
            f"{result.reference}: {result.currency} {result.amount} instead of {attempt.amount}. "
            "Ask the provider, then pay or take back the difference by an Adjustment."
        )
    return ""


def _refused(result: Result, attempt: Attempt, state: str) -> str:
    if result.state == PAID and state == FAILED and not attempt.is_last:
        return (
            f"{result.reference}: paid after it had failed, and it was exported again since: "
            "stop the other payment, or it is paid twice."
        )
    if result.state not in _MAY_BECOME[state]:
        hint = " Money that came back is Reversed." if state == PAID else ""
        return f"{result.reference}: it is {state} here, so it cannot be {result.state}.{hint}"
    return ""
