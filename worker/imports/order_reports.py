"""What an import of an order file brought: the report, and how the ledger remembers it.

The bytes of a file that was imported before are known by their hash; what they brought is told
again without reading them.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime

from sqlalchemy import Connection, insert, select

from schemas.orders import Rejection
from schemas.shops import Shop
from worker.ledger.tables_money import IMPORTS

READER = "orders 1"  # another number, whenever bytes may be read differently, or the report changes
MOST_REMEMBERED = 10_000  # rejected rows of one import
_DAY = re.compile(r"(?<!\d)(20\d{2})[-_.]?(\d{2})[-_.]?(\d{2})(?:\d{4}|\d{6})?(?!\d)")


@dataclass(frozen=True, slots=True)
class Import:
    """Which file is being imported for which shop of which base.

    `exported_on` is the day (ISO) in the file's name, "" if it has none.
    """

    id: str
    base: str
    shop: str
    at: datetime
    exported_on: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What one file brought; rows are numbered as a spreadsheet shows them.

    Of lines that wait for review: their number by status, and the sum of their Payment Amount in
    minor units of `currency`. `may_change` lines are younger than two days before the newest.
    """

    file_name: str
    sha256: str
    shop: str
    currency: str
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    kept: int = 0
    rejected: tuple[Rejection, ...] = ()
    rejected_in_all: int = 0  # `rejected` of a file imported before are the first 10,000
    needs_review: Mapping[str, int] = field(default_factory=dict)
    needs_review_minor: int = 0
    may_change: int = 0
    warnings: tuple[str, ...] = ()
    imported_before: str = ""  # when, if the same bytes were


def reader_of(shop: Shop) -> str:
    """What else, beside the bytes, decides how a file of the shop is read."""
    return f"{READER}, {shop.time_zone}, {shop.currency}"


def exported_on(file_name: str) -> str:
    """The day (ISO) in a file's name; "" if there is none, or several, like those of a period."""
    days = set()
    for year, month, day in _DAY.findall(file_name):
        try:
            days.add(date(int(year), int(month), int(day)).isoformat())
        except ValueError:
            continue
    return days.pop() if len(days) == 1 else ""


def remember(connection: Connection, ident: Import, shop: Shop, report: ImportReport) -> None:
    """Keep the report in the ledger."""
    said = asdict(replace(report, rejected=report.rejected[:MOST_REMEMBERED]))
    connection.execute(
        insert(IMPORTS).values(
            id=ident.id,
            base=ident.base,
            shop=ident.shop,
            at=ident.at,
            file_name=report.file_name,
            sha256=report.sha256,
            new=report.new,
            changed=report.changed,
            unchanged=report.unchanged,
            kept=report.kept,
            rejected=report.rejected_in_all,
            reader=reader_of(shop),
            exported_on=ident.exported_on or None,
            report=json.dumps(said, ensure_ascii=False),
        )
    )


def told_before(
    connection: Connection, base: str, shop: Shop, sha256: str, file_name: str
) -> ImportReport | None:
    """The report of the same bytes, read the same way for the same shop: now nothing is new."""
    mine = (IMPORTS.c.base == base, IMPORTS.c.shop == shop.name, IMPORTS.c.sha256 == sha256)
    query = select(IMPORTS).where(*mine).order_by(IMPORTS.c.at.desc())
    last = connection.execute(query.limit(1)).first()
    if last is None or last.reader != reader_of(shop):
        return None
    said = json.loads(last.report)
    report = ImportReport(
        **said
        | {
            "rejected": tuple(Rejection(**bad) for bad in said["rejected"]),
            "warnings": tuple(said["warnings"]),
        }
    )
    at: datetime = last.at
    return replace(
        report,
        file_name=file_name,
        new=0,
        changed=0,
        unchanged=report.new + report.changed + report.unchanged,
        imported_before=at.isoformat(timespec="seconds"),
    )
