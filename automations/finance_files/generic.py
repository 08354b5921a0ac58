"""The generic file: everything finance may need to pay by whatever they use, with a header.

What comes back in the first columns (reference, state, paid_at, …) is read by `payouts record`.
"""

from collections.abc import Sequence

from automations.finance_files.cells import amount, as_csv, plain_text
from automations.finance_files.payment import Payment

MOST_ROWS = 50_000
HEADER = (
    "reference", "creator", "handle", "pay_by", "payee", "amount", "currency", "period", "note",
)  # fmt: skip


def written(payments: Sequence[Payment]) -> bytes:
    """The file's bytes."""
    return as_csv((HEADER, *map(_row, payments)))


def _row(one: Payment) -> tuple[str, ...]:
    return (
        one.reference,
        plain_text(one.name),
        plain_text(one.handle.removeprefix("@")),
        plain_text(one.method),
        plain_text(one.account),
        amount(one.amount),
        one.amount.currency,
        one.period,
        plain_text(one.note),
    )
