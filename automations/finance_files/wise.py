"""A Wise batch: a header that stays as it is, at most 1,000 rows, amounts in the target currency.

Columns (tiktok-shop §3.4) are those of the saved-recipient template: a payee with an @ goes in as
`recipientEmail`, any other is Wise's own id of the recipient.
"""

from collections.abc import Sequence

from automations.finance_files.cells import amount, as_csv, plain_text
from automations.finance_files.payment import Payment

MOST_ROWS = 1_000
HEADER = (
    "recipientId", "name", "account", "sourceCurrency", "targetCurrency", "amountCurrency",
    "amount", "paymentReference", "recipientEmail", "receiverType",
)  # fmt: skip


def written(payments: Sequence[Payment]) -> bytes:
    """The file's bytes."""
    return as_csv((HEADER, *map(_row, payments)))


def _row(one: Payment) -> tuple[str, ...]:
    by_mail = "@" in one.account
    currency = one.amount.currency
    return (
        "" if by_mail else plain_text(one.account),
        plain_text(one.name),
        "",
        currency,
        currency,
        "target",
        amount(one.amount),
        one.reference,
        plain_text(one.account) if by_mail else "",
        "",
    )
