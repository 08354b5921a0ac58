"""Settlement lines as finance workbooks bring them, and a screen that keeps what it is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, insert

from schemas.fields import Field, Table
from schemas.parsing import Row
from tests.builders_roi import BASE, OCTOBER, a_line
from worker.airtable import Upserted
from worker.ledger.engine import Ledger
from worker.ledger.tables_exports import SETTLEMENT_LINES


def stated(number: int, **changes: object) -> dict[str, Any]:
    """The settlement of `a_line(number)`: 3.75 taken for the creator on 25 October."""
    line: dict[str, Any] = {
        "base": BASE, "shop": "Glow US", "source": "settlement", "statement_id": "s1",
        "type": "Order", "entry_id": a_line(number)["order_id"], "related_order_id": "",
        "sku_id": "1729", "payment_id": "", "currency": "USD", "is_ad_payment": False,
        "statement_on": "2026-10-25", "settled_on": "2026-10-24", "settlement_amount": 2000,
        "revenue": 2500, "fees": -500, "affiliate_commission": -375,
        "affiliate_partner_commission": None, "affiliate_ads_commission": None,
        "affiliate_partner_ads_commission": None, "commission_deposit": None,
        "commission_refund": None, "rest": "{}", "fingerprint": "f", "import_id": "i",
        "changed_at": OCTOBER,
    }  # fmt: skip
    return line | changes


def with_settlements(ledger: Ledger, lines: Sequence[Mapping[str, object]]) -> None:
    """Let the ledger hold exactly these settlement lines."""
    with ledger.writing() as connection:
        connection.execute(delete(SETTLEMENT_LINES))
        if lines:
            connection.execute(insert(SETTLEMENT_LINES), list(lines))


@dataclass
class Sheet:
    """One table of a base, kept by key; people edit `rows` directly."""

    base_id: str = BASE
    rows: dict[str, dict[Field, object]] = field(default_factory=dict)
    written: int = 0

    def read(self, table: Table, **_: object) -> tuple[Row, ...]:
        """Every row."""
        del table
        return tuple(Row(f"rec{key}", OCTOBER, cells) for key, cells in self.rows.items())

    def update(self, table: Table, changes: Mapping[str, Mapping[Field, object]]) -> tuple[()]:
        """Nothing is written so."""
        raise AssertionError(table.name, changes)

    def upsert(self, table: Table, rows: Sequence[Mapping[Field, object]]) -> Upserted:
        """Write rows by key."""
        assert table.key
        for cells in rows:
            self.rows.setdefault(str(cells[table.key]), {}).update(cells)
        self.written += len(rows)
        return Upserted()
