"""Payout runs in the ledger: drafts that may change, an approval of exactly one draft, and
posted lines that never change again.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from sqlalchemy import Connection, RowMapping, delete, insert, literal, select, update

from automations.payouts import Line
from schemas.money import Money
from worker.errors import Misconfigured
from worker.ledger.posted_statements import is_held, post_statements
from worker.ledger.tables_money import DRAFT_LINES, PAYOUT_RUNS, POSTED_LINES

CALCULATED, APPROVED, POSTED = "calculated", "approved", "posted"


@dataclass(frozen=True, slots=True)
class PayoutRun:
    """A run as the ledger knows it; people by the record id of their Team row."""

    key: str
    base: str
    period: str
    state: str
    prepared_by: str
    approved_by: str
    cut_off: datetime
    calculated_at: datetime
    posted_at: datetime | None
    facts_hash: str
    approved_hash: str
    based_on: str


class Stale(Misconfigured):
    """The run is not (any more) what it has to be for this; the text says what to do."""


def find(connection: Connection, key: str) -> PayoutRun | None:
    """The run of that key, if it was ever calculated."""
    row = connection.execute(select(PAYOUT_RUNS).where(PAYOUT_RUNS.c.key == key)).mappings().first()
    return _run(row) if row else None


def last_posted(connection: Connection, base: str) -> PayoutRun | None:
    """The posted run of the latest period."""
    query = (
        select(PAYOUT_RUNS)
        .where(PAYOUT_RUNS.c.base == base, PAYOUT_RUNS.c.state == POSTED)
        .order_by(PAYOUT_RUNS.c.period.desc())
    )
    row = connection.execute(query).mappings().first()
    return _run(row) if row else None


def draft(connection: Connection, run: PayoutRun, lines: Sequence[Line]) -> PayoutRun:
    """Replace the run's draft; an approval of another draft is gone with it."""
    before = find(connection, run.key)
    if before and before.state == POSTED:
        raise Stale(f"Run {run.period} is posted; what changed since comes in the next run.")
    same = before is not None and before.facts_hash == run.facts_hash
    if before and same and before.state == APPROVED and before.based_on == run.based_on:
        return before
    connection.execute(delete(PAYOUT_RUNS).where(PAYOUT_RUNS.c.key == run.key))
    connection.execute(delete(DRAFT_LINES).where(DRAFT_LINES.c.run == run.key))
    connection.execute(insert(PAYOUT_RUNS).values(**asdict(run)))
    _insert_drafts(connection, [{"base": run.base} | to_row(line) for line in lines])
    return run


def posted_lines(connection: Connection, run: str) -> tuple[Line, ...]:
    """The lines that were posted with the run, in the order of their keys."""
    query = select(POSTED_LINES).where(POSTED_LINES.c.run == run).order_by(POSTED_LINES.c.key)
    return tuple(from_row(row) for row in connection.execute(query).mappings())


def newest(connection: Connection, base: str, most: int) -> tuple[PayoutRun, ...]:
    """The base's newest runs, the latest period first."""
    query = (
        select(PAYOUT_RUNS)
        .where(PAYOUT_RUNS.c.base == base)
        .order_by(PAYOUT_RUNS.c.period.desc())
        .limit(most)
    )
    return tuple(_run(row) for row in connection.execute(query).mappings())


def draft_lines(connection: Connection, run: str) -> tuple[Line, ...]:
    """The lines of the run's present draft, in the order of their keys."""
    query = select(DRAFT_LINES).where(DRAFT_LINES.c.run == run).order_by(DRAFT_LINES.c.key)
    return tuple(from_row(row) for row in connection.execute(query).mappings())


def approve(connection: Connection, key: str, by: str, now: datetime) -> PayoutRun:
    """Approve the draft as it stands; its hash is what may be posted.

    Stale if `by` prepared it, or if its month is not over in every shop.
    """
    run = wanted(connection, key)
    if run.state == POSTED:
        raise Stale(f"Run {run.period} is posted already.")
    if by == run.prepared_by:
        raise Stale(f"Run {run.period} was prepared by the same person: somebody else approves it.")
    if run.cut_off > now:
        raise Stale(f"{run.period} is not over: a run is approved after the end of its month.")
    change = {"state": APPROVED, "approved_by": by, "approved_hash": run.facts_hash}
    connection.execute(update(PAYOUT_RUNS).where(PAYOUT_RUNS.c.key == key).values(**change))
    return wanted(connection, key)


def disapprove(connection: Connection, key: str) -> None:
    """Take an approval back: what it was given for is not what would be posted now."""
    undone = {"state": CALCULATED, "approved_by": "", "approved_hash": ""}
    connection.execute(
        update(PAYOUT_RUNS)
        .where(PAYOUT_RUNS.c.key == key, PAYOUT_RUNS.c.state == APPROVED)
        .values(**undone)
    )


def post(connection: Connection, key: str, now: datetime) -> PayoutRun:
    """Make the approved draft permanent, in the caller's one transaction; twice is once.

    Statements with an amount hold stay out: the next run brings what they owe.
    """
    run = wanted(connection, key)
    if run.state == POSTED:
        return run
    if run.state != APPROVED:
        raise Stale(f"Run {run.period} is not approved.")
    last = last_posted(connection, run.base)
    if (last.key if last else "") != run.based_on:
        raise Stale(
            f"Another run was posted since {run.period} was calculated: calculate it again."
        )
    if facts_hash(draft_lines(connection, key)) != run.approved_hash:
        raise Stale(f"The lines of {run.period} are not those approved: calculate it again.")
    names = [column.name for column in DRAFT_LINES.columns]
    drafts = select(
        *(DRAFT_LINES.c[name] for name in names), literal(now, POSTED_LINES.c.posted_at.type)
    ).where(DRAFT_LINES.c.run == key, ~is_held(DRAFT_LINES))
    connection.execute(insert(POSTED_LINES).from_select([*names, "posted_at"], drafts))
    connection.execute(
        update(PAYOUT_RUNS).where(PAYOUT_RUNS.c.key == key).values(state=POSTED, posted_at=now)
    )
    post_statements(connection, run, now)
    return wanted(connection, key)


def facts_hash(lines: Sequence[Line]) -> str:
    """One hash of all that the lines say."""
    digest = hashlib.sha256()
    for line in sorted(lines, key=lambda one: one.key):
        digest.update(repr(tuple(to_row(line).values())).encode())
    return digest.hexdigest()


def to_row(line: Line) -> dict[str, object]:
    """The line as the ledger keeps it."""
    return {
        "key": line.key,
        "run": line.run,
        "creator": line.creator,
        "rule": line.rule,
        "rule_version": line.version,
        "window": line.window,
        "currency": line.amount.currency,
        "amount_minor": line.amount.minor(),
        "kind": line.kind,
        "paid_by": line.paid_by,
        "count": line.count,
        "basis_minor": None if line.basis is None else line.basis.minor(),
        "rate": line.rate,
        "because": line.because,
        "terms": line.terms,
    }


def from_row(row: RowMapping) -> Line:
    """The line a ledger row keeps."""
    currency = row["currency"]
    basis = row["basis_minor"]
    return Line(
        key=row["key"],
        run=row["run"],
        creator=row["creator"],
        rule=row["rule"],
        version=row["rule_version"],
        window=row["window"],
        kind=row["kind"],
        amount=Money.from_minor(row["amount_minor"], currency),
        paid_by=row["paid_by"],
        count=row["count"],
        because=row["because"],
        basis=None if basis is None else Money.from_minor(basis, currency),
        rate=row["rate"],
        terms=row["terms"],
    )


def _insert_drafts(connection: Connection, rows: Sequence[dict[str, object]]) -> None:
    statement = insert(DRAFT_LINES)
    names = statement.compile(dialect=connection.dialect).positiontup
    if not rows:
        return
    if names is None:
        connection.execute(statement, rows)
        return
    # Straight to the driver: tens of thousands of lines in a third of the time.
    compiled = str(statement.compile(dialect=connection.dialect))
    connection.exec_driver_sql(compiled, [tuple(row[name] for name in names) for row in rows])


def wanted(connection: Connection, key: str) -> PayoutRun:
    """The run of that key; Stale if it was never calculated."""
    run = find(connection, key)
    if run is None:
        raise Stale(f"Run {key.rsplit('/', 1)[-1]} was never calculated: calculate it first.")
    return run


def _run(row: Mapping[str, object] | RowMapping) -> PayoutRun:
    return PayoutRun(**{one.name: row[one.name] for one in fields(PayoutRun)})  # type: ignore[arg-type]  # the columns are the fields
