"""Takes in what a provider says became of payments: its csv read, judged, and recorded at once."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from automations.payment_results import BadRow, NotAResultFile, Result, parse_results
from automations.payment_states import Recorded, plan_records
from worker.errors import Misconfigured
from worker.ledger import payments, shown_payouts
from worker.ledger.engine import Ledger

MOST_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class ResultFile:
    """A result file as it was understood."""

    name: str
    results: Sequence[Result]
    bad: Sequence[BadRow]


def read_results(path: Path, paid_on: date | None) -> ResultFile:
    """The rows of the file; Misconfigured if it is none, and then nothing is recorded."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Misconfigured(f"{path}: cannot be read ({error.strerror}).") from error
    if len(content) > MOST_BYTES:
        raise Misconfigured(f"{path.name} is larger than 20 MB: that is no payout report.")
    try:
        results, bad = parse_results(_table(content), paid_on=paid_on)
    except (NotAResultFile, UnicodeDecodeError, csv.Error) as error:
        raise Misconfigured(f"{path.name}: {error}") from error
    return ResultFile(path.name, results, bad)


def record(ledger: Ledger, base: str, results: Sequence[Result], now: datetime) -> Recorded:
    """Record these rows of one base, all that are right, in one transaction; twice is once."""
    with ledger.writing() as connection:
        known = payments.attempts(connection, base, {one.reference for one in results})
        planned = plan_records(results=results, known=known)
        payments.record(connection, base, planned.changes, known, now)
        keys = {known[one.reference].statement for one in planned.changes}
        shown_payouts.is_due(connection, base, keys)
    return planned


def references_of(ledger: Ledger, base: str, results: Sequence[Result]) -> frozenset[str]:
    """Which of the references are payments of this base."""
    with ledger.reading() as connection:
        return frozenset(payments.attempts(connection, base, {one.reference for one in results}))


def _table(content: bytes) -> Sequence[Sequence[str]]:
    wide = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    text = content.decode("utf-16" if wide else "utf-8-sig")
    head = text[:4096]
    delimiter = max(",;\t", key=head.count)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
