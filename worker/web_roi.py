"""GET /roi: what the programme brought and cost, as figures, pictures, a table and a CSV file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from automations.roi.figures import By
from automations.roi.sorting import Span
from automations.roi.tables import RoiTable
from schemas.parsing import BadCell
from schemas.payout_cells import parse_period
from worker import roi_chart, roi_words
from worker.ledger.engine import Ledger
from worker.roi import Roi, read_roi, usual_span

MOST_ROWS = 50  # on the page; the CSV file has all


@dataclass(frozen=True, slots=True)
class Shown:
    """One table of one base as the page shows it."""

    title: str
    table: RoiTable
    costs: str
    months: str


def roi_pages(
    pages: Blueprint,
    ledger: Callable[[], Ledger],
    bases: Mapping[str, str],
    now: Callable[[], datetime],
) -> None:
    """Add the pages to the staff's, behind their login."""

    def read(name: str, by: By, span: Span) -> Roi:
        return read_roi(ledger(), name, bases[name], by=by, span=span)

    @pages.get("/roi")
    def roi() -> str:
        by, spans = _by(), {name: _span(ledger(), base, now()) for name, base in bases.items()}
        found = [read(name, by, spans[name]) for name in bases]
        months = [one if by is By.MONTH else read(one.base, By.MONTH, one.span) for one in found]
        return render_template(
            "roi.html",
            shown=[
                (one, [_shown(one, table, monthly, len(bases)) for table in one.tables])
                for one, monthly in zip(found, months, strict=True)
            ],
            span=next(iter(spans.values())),
            by=by,
            choices=By,
            words=roi_words,
            most=MOST_ROWS,
        )

    @pages.get("/roi/<name>.csv")
    def download(name: str) -> ResponseReturnValue:
        if name not in bases:
            abort(404)
        found = read(name, _by(), _span(ledger(), bases[name], now()))
        file = f"roi-{name}-{found.by.value}-{found.span.since}-{found.span.until}.csv"
        return Response(
            "\ufeff" + roi_words.csv_text([found]),
            mimetype="text/csv",
            headers={
                "Content-Disposition": f'attachment; filename="{file}"',
                "Cache-Control": "no-store",
            },
        )


def _shown(found: Roi, table: RoiTable, monthly: Roi, bases: int) -> Shown:
    where = f"{found.base}, " if bases > 1 else ""
    by_month = next((one for one in monthly.tables if one.currency == table.currency), None)
    return Shown(
        title=f"{where}{table.currency}",
        table=table,
        costs=roi_chart.costs_drawn(table),
        months=roi_chart.months_drawn(by_month) if by_month else "",
    )


def _by() -> By:
    try:
        return By(request.args.get("by", ""))
    except ValueError:
        return By.CREATOR


def _span(ledger: Ledger, base: str, now: datetime) -> Span:
    """The months asked for, or the usual ones if they are none or the wrong way round."""
    usual = usual_span(ledger, base, now)
    try:
        since = parse_period(request.args.get("since", "") or usual.since)
        until = parse_period(request.args.get("until", "") or usual.until)
    except BadCell:
        return usual
    return Span(since, until) if since <= until else usual
