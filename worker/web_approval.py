"""GET /approve/<token> shows a run to the person a link was made for; POST approves it.

Needs the ledger only and no password: the link is the key. Airtable is told by the next pass.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from flask import Blueprint, Response, make_response, render_template, request

from automations.payout_rows import by_statement, statement_key, totals
from automations.payouts import Line
from automations.run_words import Review
from schemas.money import Money
from worker import approval_links, payout_review
from worker.approval_links import ApprovalLink
from worker.errors import ServiceDown
from worker.ledger import payout_holds, payout_runs, shown_payouts
from worker.ledger.engine import Ledger
from worker.ledger.payout_runs import PayoutRun, Stale
from worker.payees import read_payees
from worker.unsubscribe import PAGES

log = structlog.get_logger()

UNKNOWN = "This link is not complete, or was not made here. Ask whoever sent it for a new one."
OVER = "This link is more than seven days old. Ask for a new one."
RECALCULATED = (
    "The run was calculated again, or what is held in it changed, since this link was made. "
    "Nothing can be approved with it: ask for a new one."
)


@dataclass(frozen=True, slots=True)
class Door:
    """What the page stands on; `wake` asks for a pass over the base of a name."""

    ledger: Callable[[], Ledger]
    keys: Sequence[str]
    bases: Mapping[str, str]
    wake: Callable[[str], None]
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class RunShown:
    """A run as the page shows it."""

    period: str
    to_pay: Sequence[Money]
    statements: int
    held: int
    review: Review


def approval_pages(door: Door) -> Blueprint:
    """The page of a personal link."""
    pages = Blueprint("approval", __name__, template_folder=str(PAGES))

    @pages.get("/approve/<token>")
    def look(token: str) -> Response:
        link = approval_links.read(token, door.keys)
        run, wrong = _found(door, link)
        if link is None or run is None or wrong:
            return _page(404 if link is None else 409, wrong)
        button = approval_links.form_token(token, door.keys)
        return _page(200, "", link=link, run=_shown(door.ledger(), run), button=button)

    @pages.post("/approve/<token>")
    def approve(token: str) -> Response:
        link = approval_links.read(token, door.keys)
        if link is None or not approval_links.is_form_token(
            request.form.get("button", ""), token, door.keys
        ):
            return _page(404 if link is None else 400, UNKNOWN)
        return _approve(door, link)

    return pages


def _found(door: Door, link: ApprovalLink | None) -> tuple[PayoutRun | None, str]:
    """The run the link is for, and why it cannot be approved with it."""
    if link is None:
        return None, UNKNOWN
    if link.is_over(door.now()):
        return None, OVER
    with door.ledger().reading() as connection:
        run = payout_runs.find(connection, link.run)
        held = payout_holds.held_mark(connection, link.run)
    return run, _wrong(run, held, link)


def _wrong(run: PayoutRun | None, held: str, link: ApprovalLink) -> str:
    if run is None:
        return RECALCULATED
    if run.state == payout_runs.POSTED:
        return f"Run {run.period} is posted already."
    if run.state == payout_runs.APPROVED:
        return f"Run {run.period} is approved already."
    if run.facts_hash[:32] != link.facts or approval_links.mark_of(held) != link.held:
        return RECALCULATED
    return ""


def _approve(door: Door, link: ApprovalLink) -> Response:
    """Approve in one transaction what the link was made for, or nothing."""
    if link.is_over(door.now()):
        return _page(409, OVER)
    with door.ledger().writing() as connection:
        run = payout_runs.find(connection, link.run)
        wrong = _wrong(run, payout_holds.held_mark(connection, link.run), link)
        if not wrong:
            try:
                payout_runs.approve(connection, link.run, link.person, door.now())
                shown_payouts.is_due(connection, link.base, [link.run])
            except Stale as stale:
                wrong = str(stale)
    if wrong or run is None:
        return _page(409, wrong)
    log.info("approved", run=link.run, by=link.person)
    _wake(door, link.base)
    return _page(200, "", done=f"Run {run.period} is approved in the name of {link.name}.")


def _wake(door: Door, base: str) -> None:
    for name in (name for name, base_id in door.bases.items() if base_id == base):
        try:
            door.wake(name)
        except ServiceDown as down:
            log.warning("approval", base=name, why=str(down))  # the next tick shows it


def _shown(ledger: Ledger, run: PayoutRun) -> RunShown:
    with ledger.reading() as connection:
        lines: Sequence[Line] = payout_runs.draft_lines(connection, run.key)
    found = payout_review.review(ledger, run, lines, read_payees(ledger, run.base))
    kept = [line for line in lines if statement_key(line) not in found.amounts]
    return RunShown(
        run.period,
        totals(kept),
        len(by_statement(lines)),
        len(found.amounts),
        found,
    )


def _page(status: int, wrong: str, **shown: object) -> Response:
    page = make_response(render_template("approve.html", wrong=wrong, **shown))
    page.status_code = status
    page.headers["Cache-Control"] = "no-store"
    page.headers["X-Robots-Tag"] = "noindex"
    return page
