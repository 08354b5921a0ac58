"""`report outreach`: what outreach brought, with intervals, and when it is too early to tell."""

from datetime import UTC, date, datetime
from typing import Annotated

import typer

from automations.results import By, Happened
from worker.cli import roi
from worker.cli.output import AsJson, OneBase, as_json, chosen, console, table
from worker.clock import real_now
from worker.errors import Misconfigured
from worker.ledger.engine import open_ledger
from worker.results import USUAL_SPAN, Results, in_words, read_results
from worker.settings import load_settings

HINT = (
    "Counted on the touch each thing followed; a touch counts 14 days after it left, 30 for "
    "conversions (Onboarded or later). In brackets: where the true share lies, 95 times of 100."
)


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    about = typer.Typer(help="What the programme brought.")
    about.callback()(lambda: None)
    about.command("outreach")(outreach)
    about.command("roi")(roi.roi)
    app.add_typer(about, name="report")


def outreach(
    by: Annotated[By, typer.Option(help="What to tell results apart by.")] = By.STEP,
    since: Annotated[str, typer.Option(help="First day, like 2026-09-01; default 90 days.")] = "",
    base: OneBase = "",
    json: AsJson = False,
) -> None:
    """Replies, opt-outs, bounces and conversions of outreach. Reads the ledger only."""
    settings, now = load_settings(), real_now()
    begins = _since(since) if since else now - USUAL_SPAN
    ledger = open_ledger(settings.database_url)
    try:
        for name in chosen(settings, base):
            found = read_results(
                ledger, name, settings.airtable_base_ids[name], by=by, since=begins, now=now
            )
            as_json(_as_json(found)) if json else _show(found)
    finally:
        ledger.close()
    if not json:
        console.print(f"[dim]{HINT}[/dim]")


def _since(written: str) -> datetime:
    try:
        day = date.fromisoformat(written)
    except ValueError as error:
        raise Misconfigured(f"--since {written}: write a day like 2026-09-01.") from error
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _show(found: Results) -> None:
    rows = [
        (line.label, line.sent, *(in_words(line.rates[what]) for what in Happened), line.says)
        for line in found.lines
    ]
    columns = (found.by.value.title(), "Sent", "Replies", "Opt-outs", "Bounces", "Conversions", "")
    table(f"{found.base}: outreach since {found.since:%d %b %Y}", columns, rows)


def _as_json(found: Results) -> dict[str, object]:
    return {
        "base": found.base,
        "by": found.by.value,
        "since": found.since,
        "results": [
            {
                "label": line.label,
                "sent": line.sent,
                "says": line.says,
                **{
                    what.value: {
                        "count": rate.count, "of": rate.of, "share": rate.share,
                        "low": rate.interval[0], "high": rate.interval[1],
                        "too_early": rate.is_too_early,
                    }
                    for what, rate in line.rates.items()
                },
            }
            for line in found.lines
        ],
    }  # fmt: skip
