"""PayPal Payouts, as its web page takes them: no header, one currency, at most 5,000 rows.

Columns (tiktok-shop §3.4): recipient, amount, currency, reference (30 characters, no spaces), note
(400 characters), wallet.
"""

from collections.abc import Sequence

from automations.finance_files.cells import amount, as_csv, plain_text
from automations.finance_files.payment import Payment

MOST_ROWS = 5_000
MOST_NOTE = 400


def written(payments: Sequence[Payment]) -> bytes:
    """The file's bytes."""
    return as_csv(
        (
            plain_text(one.account),
            amount(one.amount),
            one.amount.currency,
            one.reference,
            plain_text(one.note, MOST_NOTE),
            "PAYPAL",
        )
        for one in payments
    )
