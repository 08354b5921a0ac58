"""What a batch holds, for whoever checks it: rows, control totals by currency, file hashes."""

import json
from collections.abc import Sequence

from automations.finance_files.cells import amount, as_csv
from automations.finance_files.files import FinanceFile
from schemas.money import Money, total

NAME = "payouts-{batch:04d}-manifest.json"
SUMMARY = "payouts-{batch:04d}-summary.csv"
_SUMMARY_HEADER = ("file", "format", "currency", "rows", "total", "sha256")


def manifest(batch: int, files: Sequence[FinanceFile]) -> bytes:
    """The batch as JSON: the same batch, the same bytes."""
    said = {
        "batch": batch,
        "rows": sum(len(file.payments) for file in files),
        "totals": _totals(files),
        "files": [
            {
                "name": file.name,
                "format": file.format,
                "currency": file.currency,
                "rows": len(file.payments),
                "total": amount(_total(file)),
                "sha256": file.sha256,
            }
            for file in files
        ],
    }
    return (json.dumps(said, indent=2) + "\n").encode()


def summary(files: Sequence[FinanceFile]) -> bytes:
    """The same as a table."""
    return as_csv(
        (
            _SUMMARY_HEADER,
            *(
                (
                    file.name, file.format, file.currency, str(len(file.payments)),
                    amount(_total(file)), file.sha256,
                )
                for file in files
            ),
        )
    )  # fmt: skip


def _total(file: FinanceFile) -> Money:
    return total((one.amount for one in file.payments), file.currency)


def _totals(files: Sequence[FinanceFile]) -> dict[str, str]:
    currencies = sorted({file.currency for file in files})
    return {
        currency: amount(
            total((_total(file) for file in files if file.currency == currency), currency)
        )
        for currency in currencies
    }
