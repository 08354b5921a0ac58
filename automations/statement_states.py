"""How far a statement's money is, in the words Airtable, the page and the command line show."""

from collections.abc import Mapping, Sequence

from automations.payout_rows import HELD, Standing, by_statement, carried_out
from automations.payouts import Line
from automations.statement_holds import Hold, Holds, in_words
from schemas.money import Money, total
from schemas.records_payouts import RunState

_SHOWN: Mapping[str, str] = {
    "posted": "Posted",
    "unrecorded": "Posted",
    "exported": "Exported",
    "paid": "Paid",
    "failed": "Failed",
    "reversed": "Reversed",
}
LEFT_OUT = "Left out of this run: what is owed comes in the next one."


def stands_unposted(
    state: RunState, lines: Sequence[Line], amounts: Holds, payments: Holds
) -> dict[str, Standing]:
    """Each statement of a run that is not posted yet."""
    return {
        key: Standing(
            HELD if key in amounts else state.value,
            _reasons(amounts.get(key, ()), payments.get(key, ()), carried(own)),
        )
        for key, own in by_statement(lines).items()
    }


def stands_left_out(amounts: Holds) -> dict[str, Standing]:
    """The statements with which a run was not posted."""
    return {key: Standing(HELD, f"{in_words(own)}\n{LEFT_OUT}") for key, own in amounts.items()}


def stands_posted(
    state: str, carried_over: Money, holds: Sequence[Hold], *, reference: str, paid_on: str
) -> Standing:
    """A statement that was posted; `state` is how far its money is."""
    return Standing(_SHOWN[state], _reasons((), holds, carried_over), reference, paid_on)


def carried(lines: Sequence[Line]) -> Money:
    """What these lines of one statement leave for a later run."""
    out = [-line.amount for line in lines if carried_out(line)]
    return total(out, lines[0].amount.currency)


def _reasons(amounts: Sequence[Hold], payments: Sequence[Hold], left: Money) -> str:
    said = [in_words(own) for own in (amounts, payments) if own]
    if left:
        low = "Below zero" if left.amount < 0 else "Below the minimum"
        said.append(f"{low}: {left} is carried over.")
    return "\n".join(said)
