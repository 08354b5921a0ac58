"""Payments sorted into files: one format, one currency and no more rows than the provider takes."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from automations.finance_files import generic, paypal, wise
from automations.finance_files.payment import Payment
from schemas.records_payees import PAYPAL, WISE

_WRITERS: Mapping[str, tuple[Callable[[Sequence[Payment]], bytes], int]] = {
    "paypal": (paypal.written, paypal.MOST_ROWS),
    "wise": (wise.written, wise.MOST_ROWS),
    "csv": (generic.written, generic.MOST_ROWS),
}
FORMATS = tuple(_WRITERS)


@dataclass(frozen=True, slots=True)
class FinanceFile:
    """One file as it is to be written; its payments are in the order of its rows."""

    name: str
    format: str
    currency: str
    payments: tuple[Payment, ...]
    content: bytes

    @property
    def sha256(self) -> str:
        """The hash of its bytes."""
        return hashlib.sha256(self.content).hexdigest()


def format_of(method: str) -> str:
    """The format a creator's method is paid by when nobody asks for another."""
    return {PAYPAL: "paypal", WISE: "wise"}.get(method, "csv")


def make_files(batch: int, payments: Sequence[tuple[str, Payment]]) -> tuple[FinanceFile, ...]:
    """The files of a batch; each payment comes with its format. Raises ValueError below zero."""
    sorted_out: dict[tuple[str, str], list[Payment]] = defaultdict(list)
    for format_, payment in payments:
        if payment.amount.amount <= 0:
            raise ValueError(f"{payment.reference}: {payment.amount} is nothing to pay")
        sorted_out[format_, payment.amount.currency].append(payment)
    files: list[FinanceFile] = []
    for (format_, currency), own in sorted(sorted_out.items()):
        most = _WRITERS[format_][1]
        ordered = sorted(own, key=lambda one: one.reference)
        parts = [ordered[start : start + most] for start in range(0, len(ordered), most)]
        for number, part in enumerate(parts, 1):
            part_name = f"-{number}" if len(parts) > 1 else ""
            name = f"payouts-{batch:04d}-{format_}-{currency}{part_name}.csv"
            files.append(write_file(name, format_, part))
    return tuple(files)


def write_file(name: str, format_: str, payments: Sequence[Payment]) -> FinanceFile:
    """One file of these payments, in this order."""
    content = _WRITERS[format_][0](payments)
    return FinanceFile(name, format_, payments[0].amount.currency, tuple(payments), content)
