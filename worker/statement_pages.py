"""Printable statements: one HTML file per creator, and the same sheet on the staff page.

The words are in `templates/statements`; everything from a cell is escaped.
"""

import functools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from automations.finance_files.references import reference
from automations.payout_rows import by_statement
from automations.payouts import Line
from schemas.records_payees import Payee
from worker.ledger import payout_runs, posted_statements
from worker.ledger.engine import Ledger
from worker.ledger.posted_statements import Statement

TEMPLATES = Path(__file__).parent.parent / "templates" / "statements"
STYLE = TEMPLATES / "statement.css"
_STATUS = {
    "posted": "Waits for payment", "unrecorded": "Posted", "exported": "On its way",
    "paid": "Paid", "failed": "Did not arrive", "reversed": "Came back",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who sends the statement."""

    brand: str
    address: str


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One amount as the creator reads it."""

    what: str
    because: str
    window: str
    amount: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One statement as the creator reads it."""

    brand: str
    address: str
    month: str
    period: str
    name: str
    handle: str
    reference: str
    status: str
    paid_to: str
    currency: str
    lines: Sequence[SheetLine]
    total: str
    total_is: str
    carried: str


def sheets_of(
    ledger: Ledger, keys: Sequence[str], payees: Mapping[str, Payee], head: Letterhead
) -> tuple[Sheet, ...]:
    """The posted statements of these keys as sheets, in order of their keys."""
    with ledger.reading() as connection:
        statements = posted_statements.by_keys(connection, keys)
        runs = sorted({one.run for one in statements})
        lines = {
            key: own
            for run in runs
            for key, own in by_statement(payout_runs.posted_lines(connection, run)).items()
        }
    return tuple(
        _sheet(one, lines.get(one.key, ()), payees.get(one.creator), head) for one in statements
    )


def rendered(sheets: Sequence[Sheet], *, inline: bool) -> str:
    """The page; with its style in it for a file, with a link to it for the staff page."""
    style = STYLE.read_text() if inline else ""
    return _environment().get_template("statement.html").render(sheets=sheets, style=style)


def files_of(
    ledger: Ledger, keys: Sequence[str], payees: Mapping[str, Payee], head: Letterhead
) -> Mapping[str, bytes]:
    """A file per creator, by name: all of their statements among these keys."""
    by_creator: dict[str, list[Sheet]] = defaultdict(list)
    for key, sheet in zip(sorted(keys), sheets_of(ledger, keys, payees, head), strict=True):
        by_creator[key.rsplit(":", 2)[-2]].append(sheet)
    return {_file_name(own): rendered(own, inline=True).encode() for own in by_creator.values()}


def _sheet(one: Statement, lines: Sequence[Line], payee: Payee | None, head: Letterhead) -> Sheet:
    left = ""
    if one.carried:
        why = "is below zero" if one.carried.amount < 0 else "is below the minimum payout"
        left = f"{one.carried} {why} and is carried over to the next statement."
    return Sheet(
        brand=head.brand,
        address=head.address,
        month=date.fromisoformat(f"{one.period}-01").strftime("%B %Y"),
        period=one.period,
        name=payee.shown_as if payee else one.creator,
        handle=f"@{payee.handle.removeprefix('@')}" if payee and payee.handle else "",
        reference=one.reference or reference(one.key, one.period, 1),
        status=_status(one),
        paid_to=f"{payee.method}, {payee.masked}" if payee and payee.account else "",
        currency=one.amount.currency,
        lines=[_line(line) for line in sorted(lines, key=lambda ln: (ln.window, ln.key))],
        total=_bare(str(one.amount)),
        total_is="To be paid" if one.state != "paid" else "Paid",
        carried=left,
    )


def _status(one: Statement) -> str:
    if not one.amount.amount:
        return "Nothing to pay"
    on = f" on {one.paid_on}" if one.paid_on and one.state == "paid" else ""
    return f"{_STATUS[one.state]}{on}"


def _line(line: Line) -> SheetLine:
    what = f"{line.kind}: {line.rule}" if line.terms else line.kind
    when = line.window.replace("..", " to ")
    return SheetLine(what, line.because, when, _bare(str(line.amount)))


def _bare(shown: str) -> str:
    return shown.partition(" ")[2]


def _file_name(own: Sequence[Sheet]) -> str:
    """A name that sorts by month and creator, and that no cell can turn into another path."""
    called = unicodedata.normalize("NFKD", own[0].handle or own[0].name).casefold()
    slug = re.sub(r"[^a-z0-9_]+", "-", called).strip("-")[:40] or "creator"
    return f"statement-{own[0].period}-{slug}-{own[0].reference.split('-')[2]}.html"


@functools.cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined
    )
