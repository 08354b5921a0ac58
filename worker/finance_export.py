"""Makes the files finance pays from: in the ledger first, then on the disk, the same bytes again.

A batch is claimed in one transaction; killed before its files are written, the next export writes
them. Which payments a file holds is never decided twice; an account changed since is refused.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from automations.finance_files import FinanceFile, Payment, format_of, make_files, write_file
from automations.finance_files.manifest import NAME, SUMMARY, manifest, summary
from automations.finance_files.references import reference
from automations.statement_holds import Holds
from schemas.records_payees import Payee
from worker import payout_review
from worker.errors import Misconfigured
from worker.ledger import payments, posted_statements, shown_payouts
from worker.ledger.engine import Ledger
from worker.ledger.payments import KnownFile, KnownPayment
from worker.ledger.posted_statements import Statement
from worker.payees import read_payees

Payees = Mapping[str, Payee]


@dataclass(frozen=True, slots=True)
class Till:
    """Whose money is paid out, and when: a base, its ledger, the brand notes name."""

    ledger: Ledger
    base: str
    brand: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Exported:
    """Files on the disk; `statements` are those in them, `held` what was not put into any."""

    paths: Sequence[Path]
    files: Sequence[FinanceFile]
    is_new: bool
    held: Holds


def export(till: Till, period: str, format_: str, out: Path) -> Exported:
    """Put every statement that may be paid into files in `out`; of one month if `period` says so.

    With nothing new, the last batch is written again. Raises Misconfigured if it would differ.
    """
    payees = read_payees(till.ledger, till.base)
    with till.ledger.writing() as connection:
        due = posted_statements.open_ones(connection, till.base, period)
        held = payout_review.payment_holds(connection, till.base, [one.due for one in due], payees)
        batch = payments.next_batch(connection, till.base)
        free = [one for one in due if one.key not in held]
        new = make_files(batch, list(_payments(till, free, payees, format_)))
        payments.claim(connection, till.base, new, payees, (batch, period, till.now))
        states = {one.statement for file in new for one in file.payments}
        shown_payouts.is_due(connection, till.base, states)
    with till.ledger.reading() as connection:
        wanted = payments.to_write(connection, till.base, period)
        rows = {file.name: payments.of_file(connection, till.base, file.name) for file in wanted}
        periods = _periods(posted_statements.by_keys(
            connection, {one.statement for own in rows.values() for one in own}
        ))  # fmt: skip
    files = [_again(till, file, rows[file.name], payees, periods) for file in wanted]
    paths = _write(out, wanted, files)
    with till.ledger.writing() as connection:
        payments.written(connection, till.base, [file.name for file in files], till.now)
    return Exported(paths, files, bool(new), held)


def _payments(
    till: Till, free: Sequence[Statement], payees: Payees, format_: str
) -> Sequence[tuple[str, Payment]]:
    """The payments with the format of their file; a format asked for takes what it can pay."""
    found = []
    for one in free:
        payee = payees[one.creator]
        wanted = format_ or format_of(payee.method)
        if wanted in ("csv", format_of(payee.method)):
            found.append((wanted, _payment(till, one, payee, one.attempt + 1)))
    return found


def _payment(till: Till, one: Statement, payee: Payee, attempt: int) -> Payment:
    return Payment(
        reference=reference(one.key, one.period, attempt),
        attempt=attempt,
        statement=one.key,
        period=one.period,
        creator=one.creator,
        name=payee.shown_as,
        handle=payee.handle,
        method=payee.method,
        account=payee.account,
        amount=one.amount,
        note=f"{till.brand} creator payout {one.period}".strip(),
    )


def _periods(statements: Sequence[Statement]) -> Mapping[str, Statement]:
    return {one.key: one for one in statements}


def _again(
    till: Till,
    file: KnownFile,
    rows: Sequence[KnownPayment],
    payees: Payees,
    statements: Mapping[str, Statement],
) -> FinanceFile:
    """The file from what the ledger knows and Creators says now; refused if it would differ."""
    moved = sorted({row.shown for row in rows if not _is_same(row, payees)})
    if moved:
        raise Misconfigured(
            f"{file.name} cannot be made again as it was: the payee or Pay by of {len(moved)} "
            f"creators changed since ({', '.join(moved[:3])}). Use the file you have, or put "
            "Creators back; a payment that must go elsewhere is recorded as failed first."
        )
    made = write_file(
        file.name,
        file.format,
        [
            _payment(till, statements[row.statement], payees[row.creator], row.attempt)
            for row in rows
        ],
    )
    if made.sha256 != file.sha256:
        raise Misconfigured(
            f"{file.name} cannot be made again as it was: a name or handle in Creators, or Brand "
            "in Settings, changed since. Use the file you have, or put the cell back."
        )
    return made


def _is_same(row: KnownPayment, payees: Payees) -> bool:
    payee = payees.get(row.creator)
    return payee is not None and payee.account_hash == row.account_hash


def _write(out: Path, known: Sequence[KnownFile], files: Sequence[FinanceFile]) -> Sequence[Path]:
    """Every file, and the manifest and summary of each batch; each whole or not at all."""
    paths = []
    for batch in sorted({file.batch for file in known}):
        names = {file.name for file in known if file.batch == batch}
        own = [file for file in files if file.name in names]
        contents = {file.name: file.content for file in own}
        contents[NAME.format(batch=batch)] = manifest(batch, own)
        contents[SUMMARY.format(batch=batch)] = summary(own)
        paths += [put(out / name, content) for name, content in contents.items()]
    return paths


def put(path: Path, content: bytes) -> Path:
    """Write a file so that nobody ever finds half of it; only its owner may read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    return path
