"""`report roi`: what the programme brought and cost, by creator, cohort, campaign and the like."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from automations.roi.figures import Account, By
from automations.roi.sorting import Span
from automations.roi.tables import RoiTable
from schemas.parsing import BadCell
from schemas.payout_cells import parse_period
from worker import roi_words
from worker.cli.output import AsJson, OneBase, as_json, chosen, console, table, tell
from worker.clock import real_now
from worker.errors import Misconfigured
from worker.ledger.engine import Ledger, open_ledger
from worker.roi import Roi, read_roi, usual_span
from worker.settings import load_settings

MOST_ROWS = 40  # on the screen; --json and --csv have all
WIDE = 150  # what every column needs
NARROW = ("GMV", "Commission", "Estimated", "Cost", "Cash ROI", "Full ROI")
HINT = (
    "Cash ROI: GMV / commission. Full ROI: GMV / cost, which is commission, payouts, samples, "
    "team, tools and ads. --csv FILE and wide windows have every column. See docs/roi.md."
)


def roi(
    by: Annotated[By, typer.Option(help="What to tell it apart by.")] = By.CREATOR,
    since: Annotated[str, typer.Option(help="First month, like 2026-08; default 3 months.")] = "",
    until: Annotated[str, typer.Option(help="Last month, like 2026-10.")] = "",
    csv: Annotated[str, typer.Option(help="Also write every row to this file.")] = "",
    base: OneBase = "",
    json: AsJson = False,
) -> None:
    """GMV, commission, payouts and other costs, and their ratio. Reads the ledger only."""
    settings, answers = load_settings(), list[Roi]()
    ledger = open_ledger(settings.database_url)
    try:
        for name in chosen(settings, base):
            base_id = settings.airtable_base_ids[name]
            span = months(ledger, base_id, since, until)
            answers.append(read_roi(ledger, name, base_id, by=by, span=span))
    finally:
        ledger.close()
    for found in answers:
        as_json(roi_words.as_json(found)) if json else _show(found)
    if csv:
        _write(Path(csv), answers)
    if not json:
        console.print(f"[dim]{HINT}[/dim]")


def months(ledger: Ledger, base: str, since: str, until: str) -> Span:
    """The months asked for; Misconfigured if one is no month or they are the wrong way round."""
    usual = usual_span(ledger, base, real_now())
    first = _month("--since", since) if since else usual.since
    last = _month("--until", until) if until else usual.until
    # Only one end given: the usual other one, unless that lies on the wrong side.
    span = Span(first if since else min(first, last), last if until else max(first, last))
    if span.until < span.since:
        raise Misconfigured(f"--since {span.since} lies after --until {span.until}.")
    return span


def _month(option: str, written: str) -> str:
    try:
        return parse_period(written)
    except BadCell as bad:
        raise Misconfigured(f"{option}: {bad}") from bad


def _write(path: Path, answers: list[Roi]) -> None:
    try:
        path.write_text(roi_words.csv_text(answers), encoding="utf-8-sig", newline="")
    except OSError as error:
        raise Misconfigured(f"--csv {path}: {error.strerror}.") from error


def _show(found: Roi) -> None:
    names = roi_words.COLUMNS if console.width >= WIDE else NARROW
    places = [roi_words.COLUMNS.index(name) for name in names]
    for one in found.tables:
        shown = [(row.label, *_cells(row.account, one, places)) for row in one.rows]
        total = ("Total", *_cells(one.total, one, places))
        title = f"{found.base}: ROI in {one.currency}, {found.span.since} to {found.span.until}"
        columns = (found.by.value.title(), *names)
        table(title, columns, [*shown[:MOST_ROWS], total])
        if len(shown) > MOST_ROWS:
            console.print(f"… and {len(shown) - MOST_ROWS} more: --csv FILE writes them all.")
        console.print(f"[yellow]![/yellow] {roi_words.estimated(one)}")
    if not found.tables:
        console.print(f"{escape(found.base)}: nothing sold and nothing spent in these months.")
    for said in found.left_out:
        console.print(f"[yellow]![/yellow] In no figure: {escape(said)}")
    tell(found.problems)


def _cells(account: Account, one: RoiTable, places: Sequence[int]) -> Sequence[str]:
    cells = roi_words.cells(account, one.currency)
    return [cells[place] for place in places]
