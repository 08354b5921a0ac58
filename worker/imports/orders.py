"""Importing a seller's "Affiliate orders" file: known by its bytes, or read and published.

A file that is not one is refused whole; a row that cannot be trusted is rejected alone.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from secrets import token_hex

from schemas.shops import Shop
from worker.imports.order_reports import (
    Import,
    ImportReport,
    exported_on,
    remember,
    told_before,
)
from worker.imports.reading import sha256_of
from worker.ledger.engine import Ledger

__all__ = ["ImportReport", "import_orders"]

Told = Callable[[int, int], None]


def import_orders(
    path: Path,
    shop: Shop,
    ledger: Ledger,
    now: datetime,
    *,
    base: str,
    told: Told | None = None,
) -> ImportReport:
    """Import the file's lines for `shop`; importing it again changes nothing.

    `told` hears how much was read, and of how much (0: unknown). Raises FileRefused (nothing
    stored) for a file that is not a seller's affiliate orders.
    """
    sha = sha256_of(path)
    ident = Import(f"{sha[:16]}/{token_hex(4)}", base, shop.name, now, exported_on(path.name))
    with ledger.reading() as connection:
        known = told_before(connection, base, shop, sha, path.name)
    if known is not None:
        with ledger.writing() as connection:
            remember(connection, ident, shop, known)
        return known
    from worker.imports.order_publishing import bring  # noqa: PLC0415 - its libraries are large

    draft = ImportReport(path.name, sha, shop.name, shop.currency)
    return bring(path, shop, ledger, ident, draft=draft, told=told)
