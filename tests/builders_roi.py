"""A small programme in the ledger for ROI: order lines, creators, posted lines, the team's rows."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert

from schemas.fields import Field, Table
from schemas.parsing import Row
from worker.ledger import mirror
from worker.ledger.engine import Ledger
from worker.ledger.tables import (
    CREATOR_COHORTS,
    CREATOR_HANDLES,
    CREATOR_IDENTITIES,
    CREATORS,
)
from worker.ledger.tables_money import ORDER_LINES, POSTED_LINES

BASE = "appGLOW0000000001"
ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
OCTOBER = datetime(2026, 10, 14, 12, 0, tzinfo=UTC)
PEOPLE = {"maria": "maria.santos", "jonas": "jonas.b", "aiko": "aiko.makes"}


def a_line(number: int, **changes: object) -> dict[str, Any]:
    """A settled order line of Maria's, USD 25.00 with 15 % commission, of October."""
    created: Any = changes.get("created_at", OCTOBER)
    line: dict[str, Any] = {
        "base": BASE, "shop": "Glow US", "order_id": f"5764{number:014}", "sku_id": "1729",
        "product_id": "p1", "creator_handle": PEOPLE["maria"], "content_id": "", "currency": "USD",
        "content_type": "Video", "status": "settled", "raw_status": "Settled",
        "standard_rate": "15%", "shop_ads_rate": "", "price": 2500, "payment_amount": 2500,
        "est_commission_base": 2500, "est_commission": 375, "actual_commission_base": 2500,
        "actual_commission": 375, "est_shop_ads": None, "actual_shop_ads": None,
        "est_cofunded": None, "actual_cofunded": None, "paid_at": created, "delivered_at": None,
        "settled_at": created + timedelta(days=9), "fully_returned": False, "quantity": 1,
        "created_on": created.date().isoformat(), "created_at": created, "rank": 2,
        "import_id": "i1", "first_seen": created,
        "changed_at": created, "extra": None,
    }  # fmt: skip
    return line | changes


def still_pending(number: int, **changes: object) -> dict[str, Any]:
    """A line whose commission is only estimated yet."""
    unknown = {"actual_commission_base": None, "actual_commission": None, "settled_at": None}
    return a_line(number, status="pending", raw_status="Pending", rank=1, **(unknown | changes))


def with_lines(ledger: Ledger, lines: Sequence[Mapping[str, object]]) -> None:
    """Let the ledger hold exactly these order lines."""
    with ledger.writing() as connection:
        connection.execute(delete(ORDER_LINES))
        if lines:
            connection.execute(insert(ORDER_LINES), list(lines))


def with_people(ledger: Ledger) -> None:
    """Three creators known by handle; two of them enrolled."""
    with ledger.writing() as connection:
        for creator, handle in PEOPLE.items():
            record = f"rec{creator}"
            connection.execute(insert(CREATORS).values(
                id=creator, base=BASE, record_id=record, stage="", created_at=OCTOBER))  # fmt: skip
            connection.execute(insert(CREATOR_IDENTITIES).values(
                base=BASE, kind="record", value=record, creator=creator,
                since=OCTOBER))  # fmt: skip
            connection.execute(insert(CREATOR_HANDLES).values(
                base=BASE, handle=handle, since=ALWAYS, creator=creator))  # fmt: skip
        for creator, source in (("maria", "Marketplace"), ("jonas", "Referral")):
            connection.execute(insert(CREATOR_COHORTS).values(
                base=BASE, creator=creator, month="2026-09", source=source))  # fmt: skip


def a_posted_line(
    creator: str, minor: int, *, window: str = "2026-10", **changes: object
) -> dict[str, Any]:
    """A top-up that was posted."""
    run: Any = changes.get("run", f"{BASE}/2026-10")
    rule: Any = changes.get("rule", "Growth")
    line: dict[str, Any] = {
        "key": f"line:{run}:{creator}:{rule} v1:{window}", "base": BASE, "run": run,
        "creator": creator, "rule": rule, "window": window, "currency": "USD", "kind": "Top-up",
        "paid_by": "Brand", "because": "5%", "rule_version": 1, "amount_minor": minor, "count": 1,
        "basis_minor": None, "rate": "5%", "terms": "",
        "posted_at": datetime(2026, 11, 3, tzinfo=UTC),
    }  # fmt: skip
    return line | changes


def with_posted(ledger: Ledger, *lines: Mapping[str, object]) -> None:
    """Post these lines."""
    with ledger.writing() as connection:
        connection.execute(insert(POSTED_LINES), list(lines))


def typed(ledger: Ledger, table: Table, record_id: str, cells: Mapping[Field, object]) -> None:
    """A row of the team's, as the mirror last read it."""
    with ledger.writing() as connection:
        mirror.save(connection, BASE, table, [Row(record_id, OCTOBER, cells)])
