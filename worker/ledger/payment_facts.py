"""Posted statements whose lines, files and payments do not agree, found by the database."""

from datetime import datetime

from sqlalchemy import Connection, Subquery, and_, case, func, or_, select

from automations.payment_results import PAID
from automations.payment_states import EXPORTED
from automations.three_way import Paid
from worker.ledger.metadata import UtcDateTime
from worker.ledger.tables_money import POSTED_LINES
from worker.ledger.tables_statements import PAYMENT_FILES, PAYMENTS, POSTED_STATEMENTS
from worker.ledger.three_way_facts import MOST_ORDERS


def disagreeing(connection: Connection, base: str, exported_by: datetime) -> tuple[Paid, ...]:
    """The statements to ask about; those exported before `exported_by` should have a result."""
    posted, made, paid = POSTED_STATEMENTS.c, _of_lines(base), _of_payments(base)
    lines = func.coalesce(made.c.minor, 0)
    live = func.coalesce(paid.c.live, 0)
    arrived = func.coalesce(paid.c.arrived, 0)
    number = func.coalesce(paid.c.number, 0)
    overdue = func.coalesce(paid.c.waiting_since, exported_by) < exported_by
    query = (
        select(
            posted.key, posted.creator, posted.currency, posted.amount_minor,
            lines.label("lines"), live.label("live"), arrived.label("arrived"),
            number.label("number"), overdue.label("overdue"),
        )
        .select_from(
            POSTED_STATEMENTS.outerjoin(
                made,
                and_(
                    made.c.run == posted.run,
                    made.c.creator == posted.creator,
                    made.c.currency == posted.currency,
                ),
            ).outerjoin(paid, paid.c.statement == posted.key)
        )
        .where(
            posted.base == base,
            or_(
                lines != posted.amount_minor,
                number > 1,
                and_(number > 0, live != posted.amount_minor),
                overdue,
            ),
        )
        .order_by(posted.key)
        .limit(MOST_ORDERS)
    )  # fmt: skip
    return tuple(
        Paid(
            row.key, row.creator, row.currency, row.amount_minor, int(row.lines), int(row.live),
            int(row.arrived), int(row.number), bool(row.overdue),
        )
        for row in connection.execute(query)
    )  # fmt: skip


def _of_lines(base: str) -> Subquery:
    line = POSTED_LINES.c
    return (
        select(line.run, line.creator, line.currency, func.sum(line.amount_minor).label("minor"))
        .where(line.base == base)
        .group_by(line.run, line.creator, line.currency)
        .subquery("made")
    )


def _of_payments(base: str) -> Subquery:
    one, file = PAYMENTS.c, PAYMENT_FILES.c
    on_its_way = one.state.in_((EXPORTED, PAID))
    waits = case((one.state == EXPORTED, file.made_at))
    return (
        select(
            one.statement,
            func.sum(case((on_its_way, one.amount_minor), else_=0)).label("live"),
            func.sum(case((one.state == PAID, one.amount_minor), else_=0)).label("arrived"),
            func.sum(case((on_its_way, 1), else_=0)).label("number"),
            func.min(waits, type_=UtcDateTime()).label("waiting_since"),
        )
        .join(PAYMENT_FILES, and_(file.base == one.base, file.name == one.file))
        .where(one.base == base)
        .group_by(one.statement)
        .subquery("paid")
    )
