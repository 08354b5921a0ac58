"""Payments in the ledger: which statement went into which file to whom, and what became of it.

A statement is in one file only, unless its payment failed or came back and a person released it:
that is decided in `claim`, in the transaction that writes the ledger, before any file exists.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, or_, select, update

from automations.finance_files import FinanceFile
from automations.payment_results import PAID, Result
from automations.payment_states import EXPORTED, Attempt
from automations.statement_holds import PaidTo
from automations.tax_years import Payment as YearPayment
from schemas.money import Money
from schemas.records_payees import Payee
from worker.ledger import posted_statements
from worker.ledger.posted_statements import IN_ONE_STATEMENT
from worker.ledger.tables_statements import PAYMENT_FILES, PAYMENTS, POSTED_STATEMENTS


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file as it was made; its bytes can be made again and are checked by its hash."""

    name: str
    batch: int
    period: str
    format: str
    sha256: str
    made_at: datetime
    is_written: bool


@dataclass(frozen=True, slots=True)
class KnownPayment:
    """A row of a file as it was made."""

    file: str
    reference: str
    attempt: int
    statement: str
    creator: str
    amount: Money
    method: str
    account_hash: str
    shown: str


def paid_to(connection: Connection, base: str) -> Mapping[str, PaidTo]:
    """The account each creator's last payment went to, of those that are on their way or paid."""
    query = (
        select(PAYMENTS.c.creator, PAYMENTS.c.payee_hash, PAYMENTS.c.payee_shown)
        .join(
            PAYMENT_FILES,
            (PAYMENT_FILES.c.base == PAYMENTS.c.base) & (PAYMENT_FILES.c.name == PAYMENTS.c.file),
        )
        .where(PAYMENTS.c.base == base, PAYMENTS.c.state.in_((EXPORTED, PAID)))
        .order_by(PAYMENT_FILES.c.batch, PAYMENTS.c.reference)
    )
    return {
        row.creator: PaidTo(row.payee_hash, row.payee_shown) for row in connection.execute(query)
    }


def next_batch(connection: Connection, base: str) -> int:
    """The number of the batch that is made next."""
    query = select(func.coalesce(func.max(PAYMENT_FILES.c.batch), 0)).where(
        PAYMENT_FILES.c.base == base
    )
    return int(connection.execute(query).scalar_one()) + 1


def claim(
    connection: Connection,
    base: str,
    files: Sequence[FinanceFile],
    payees: Mapping[str, Payee],
    batch: tuple[int, str, datetime],
) -> None:
    """Put the files' statements into them; `batch` is its number, the month asked for, and now."""
    number, period, now = batch
    for file in files:
        row = {
            "base": base, "name": file.name, "batch": number, "period": period,
            "format": file.format, "currency": file.currency, "row_count": len(file.payments),
            "sha256": file.sha256, "made_at": now, "written_at": None,
        }  # fmt: skip
        connection.execute(insert(PAYMENT_FILES), row)
        connection.execute(insert(PAYMENTS), _payments(base, file, payees))
    states = {one.statement: EXPORTED for file in files for one in file.payments}
    posted_statements.set_states(connection, states, another_attempt=1)


def _payments(
    base: str, file: FinanceFile, payees: Mapping[str, Payee]
) -> Sequence[Mapping[str, object]]:
    return [
        {
            "base": base, "reference": one.reference, "statement": one.statement,
            "attempt": one.attempt,
            "file": file.name, "position": position, "creator": one.creator,
            "currency": one.amount.currency, "amount_minor": one.amount.minor(),
            "method": one.method, "payee_hash": payees[one.creator].account_hash,
            "mailbox_hash": payees[one.creator].mailbox_hash,
            "payee_shown": payees[one.creator].masked, "state": EXPORTED,
            "paid_on": "", "provider_reference": "", "reason": "", "recorded_at": None,
        }
        for position, one in enumerate(file.payments, 1)
    ]  # fmt: skip


def to_write(connection: Connection, base: str, period: str) -> Sequence[KnownFile]:
    """Files never written to a disk, else those of the last batch made for that month."""
    same = PAYMENT_FILES.c.base == base
    last = select(func.max(PAYMENT_FILES.c.batch)).where(same, PAYMENT_FILES.c.period == period)
    query = select(PAYMENT_FILES).where(
        same,
        or_(PAYMENT_FILES.c.written_at.is_(None), PAYMENT_FILES.c.batch == last.scalar_subquery()),
    )
    found = [
        KnownFile(
            row.name, row.batch, row.period, row.format, row.sha256, row.made_at,
            row.written_at is not None,
        )
        for row in connection.execute(query.order_by(PAYMENT_FILES.c.batch, PAYMENT_FILES.c.name))
    ]  # fmt: skip
    unwritten = {file.batch for file in found if not file.is_written}
    return [file for file in found if not unwritten or file.batch in unwritten]


def of_file(connection: Connection, base: str, name: str) -> Sequence[KnownPayment]:
    """The rows of a file, in their order."""
    query = (
        select(PAYMENTS)
        .where(PAYMENTS.c.base == base, PAYMENTS.c.file == name)
        .order_by(PAYMENTS.c.position)
    )
    return [
        KnownPayment(
            row.file, row.reference, row.attempt, row.statement, row.creator,
            Money.from_minor(row.amount_minor, row.currency), row.method, row.payee_hash,
            row.payee_shown,
        )
        for row in connection.execute(query)
    ]  # fmt: skip


def written(connection: Connection, base: str, names: Collection[str], now: datetime) -> None:
    """These files are on a disk."""
    connection.execute(
        update(PAYMENT_FILES)
        .where(PAYMENT_FILES.c.base == base, PAYMENT_FILES.c.name.in_(sorted(names)))
        .values(written_at=now)
    )


def attempts(
    connection: Connection, base: str, references: Collection[str]
) -> Mapping[str, Attempt]:
    """The payments of these references; those nobody made are missing."""
    ordered = sorted(set(references))
    found: dict[str, Attempt] = {}
    for start in range(0, len(ordered), IN_ONE_STATEMENT):
        query = (
            select(PAYMENTS, POSTED_STATEMENTS.c.attempt.label("newest"))
            .join(POSTED_STATEMENTS, POSTED_STATEMENTS.c.key == PAYMENTS.c.statement)
            .where(
                PAYMENTS.c.base == base,
                PAYMENTS.c.reference.in_(ordered[start : start + IN_ONE_STATEMENT]),
            )
        )
        for row in connection.execute(query):
            found[row.reference] = Attempt(
                row.reference, row.statement, Money.from_minor(row.amount_minor, row.currency),
                row.state, is_last=row.attempt == row.newest,
            )  # fmt: skip
    return found


def record(
    connection: Connection,
    base: str,
    changes: Sequence[Result],
    known: Mapping[str, Attempt],
    now: datetime,
) -> None:
    """Take over what the provider says of these payments, and with it their statements."""
    paid = [_recorded(one, now) for one in changes if one.state == PAID]
    others = [_recorded(one, now) for one in changes if one.state != PAID]
    which = update(PAYMENTS).where(
        PAYMENTS.c.base == base, PAYMENTS.c.reference == bindparam("its_reference")
    )
    said: dict[str, Any] = {name: bindparam(f"its_{name}") for name in _SAID}
    if paid:
        connection.execute(which.values(**said, paid_on=bindparam("its_day")), paid)
    if others:
        # What failed or came back keeps the day it had.
        connection.execute(which.values(**said), others)
    states = {
        known[one.reference].statement: one.state for one in changes if known[one.reference].is_last
    }
    posted_statements.set_states(connection, states)


_SAID = ("state", "reason", "recorded_at", "provider_reference")


def _recorded(result: Result, now: datetime) -> dict[str, object]:
    found: dict[str, object] = {
        "its_reference": result.reference,
        "its_state": result.state,
        "its_reason": result.reason,
        "its_recorded_at": now,
        "its_provider_reference": result.provider_reference,
    }
    if result.state == PAID:
        found["its_day"] = result.paid_on.isoformat() if result.paid_on else ""
    return found


def paid_in(connection: Connection, base: str, year: int) -> Sequence[YearPayment]:
    """The payments that arrived in a calendar year and did not come back."""
    query = (
        select(PAYMENTS)
        .where(
            PAYMENTS.c.base == base,
            PAYMENTS.c.state == PAID,
            PAYMENTS.c.paid_on.between(f"{year}-01-01", f"{year}-12-31"),
        )
        .order_by(PAYMENTS.c.paid_on, PAYMENTS.c.reference)
    )
    return [
        YearPayment(
            row.creator, row.mailbox_hash, row.payee_shown, row.method,
            Money.from_minor(row.amount_minor, row.currency),
        )
        for row in connection.execute(query)
    ]  # fmt: skip
