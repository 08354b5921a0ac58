"""What the ledger keeps of a record beyond its cells: its period, its stage of life, its kind."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from schemas.exports.cells import Value
from schemas.exports.declaring import Export, Store
from schemas.exports.judging import Period
from schemas.exports.rows import Record
from schemas.orders import LineStatus, rank_of, status_of

# Paying for ads with sales is a settlement row of its own, and no commission.
_AD_PAYMENT = re.compile(r"\bgmv\b.*\bads?\b", re.IGNORECASE)
_STATUSES: Mapping[str, LineStatus] = {
    "ชำระเงินแล้ว": LineStatus.SETTLED,
    "決済済み": LineStatus.SETTLED,
    "to settle": LineStatus.PENDING,
    "awaiting settlement": LineStatus.PENDING,
}
_RETURNED = frozenset({"yes", "はい"})


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the file as a whole says of each row; `product_id` is "" unless its name states it."""

    currency: str
    period: Period | None = None
    product_id: str = ""


def derived(export: Export, record: Record, about: Circumstances) -> Record:
    """The record with the values that no single cell states."""
    match export.store:
        case Store.METRICS:
            more = _of_period(about)
        case Store.SETTLEMENTS:
            more = {"is_ad_payment": bool(_AD_PAYMENT.search(record.text("type")))}
        case Store.ORDERS:
            more = _of_life(record)
        case _:
            more = {}
    return replace(record, values={**record.values, "currency": about.currency, **more})


def _of_period(about: Circumstances) -> dict[str, Value]:
    more: dict[str, Value] = {"product_id": about.product_id} if about.product_id else {}
    if about.period:
        more |= {
            "since": about.period.since.isoformat(),
            "until": about.period.until.isoformat(),
        }
    return more


def _of_life(record: Record) -> dict[str, Value]:
    raw = record.text("raw_status")
    status = _STATUSES.get(raw.casefold()) or status_of(raw)
    returned = record.text("fully_returned").casefold() in _RETURNED
    life = LineStatus.VOID if returned else status
    return {"status": status.value, "rank": rank_of(life)}
