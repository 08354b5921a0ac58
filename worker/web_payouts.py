"""GET /payouts: runs, what is held and why, what changed, statements; POST releases a hold.

Needs the ledger and its mirror only. Approving is not done here: it takes a Team row, by link.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from flask import Blueprint, Response, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from automations.payout_rows import by_statement, statement_key, totals
from automations.run_words import Review
from schemas.money import Money, total
from schemas.rules import parse_rules
from schemas.tables import operations
from worker import held_statements, payout_review, payouts_chart, statement_pages
from worker.held_statements import HeldStatement
from worker.ledger import mirror, payout_holds, payout_runs, posted_statements
from worker.ledger.engine import Ledger
from worker.ledger.payout_holds import Release
from worker.ledger.payout_runs import PayoutRun, Stale
from worker.payees import read_payees
from worker.payouts_chart import Bar
from worker.statement_pages import Letterhead

log = structlog.get_logger()

NEWEST = 12
MOST_HELD, MOST_STATEMENTS, MOST_RELEASES = 100, 200, 20
PARTS = {
    "paid": "Paid", "exported": "On its way", "posted": "Waits", "unrecorded": "Waits",
    "failed": "Did not arrive", "reversed": "Did not arrive",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run in the table: how many statements, and what of its money is where, by currency."""

    period: str
    state: str
    statements: int
    sums: Mapping[str, Sequence[Money]]


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A statement to print."""

    key: str
    who: str
    amount: Money
    state: str
    reference: str


@dataclass(frozen=True, slots=True)
class BasePayouts:
    """One base's payouts on the page."""

    name: str
    runs: Sequence[RunLine]
    has_money: bool
    latest: str
    parts: Sequence[str]
    review: Review | None
    held: Sequence[HeldStatement]
    more_held: int
    statements: Sequence[StatementLine]
    more_statements: int
    releases: Sequence[tuple[str, Release]]


def payouts_pages(
    pages: Blueprint,
    ledger: Callable[[], Ledger],
    bases: Mapping[str, str],
    who: Callable[[], str],
    now: Callable[[], datetime],
) -> None:
    """Add the pages to the staff's, behind their login."""

    @pages.get("/payouts")
    def payouts_page() -> str:
        return render_template(
            "payouts.html", found=[_read(ledger(), name, bases[name]) for name in bases]
        )

    @pages.post("/payouts/release")
    def payouts_release() -> ResponseReturnValue:
        flash(_released(ledger(), bases, who(), now()))
        return redirect("/payouts", code=303)

    @pages.get("/payouts/<name>.svg")
    def payouts_picture(name: str) -> ResponseReturnValue:
        if name not in bases:
            abort(404)
        picture = _picture(ledger(), bases[name])
        return Response(picture, mimetype="image/svg+xml", headers={"Cache-Control": "no-store"})

    @pages.get("/payouts/<name>/statement")
    def payouts_statement(name: str) -> ResponseReturnValue:
        key = request.args.get("key", "")
        if name not in bases or f":{bases[name]}/" not in key:
            abort(404)
        sheets = statement_pages.sheets_of(
            ledger(), [key], read_payees(ledger(), bases[name]), _head(ledger(), bases[name])
        )
        if not sheets:
            abort(404)
        return statement_pages.rendered(sheets, inline=False)

    @pages.get("/statement.css")
    def payouts_style() -> Response:
        return Response(statement_pages.STYLE.read_text(), mimetype="text/css")


def _head(ledger: Ledger, base: str) -> Letterhead:
    rules, _ = parse_rules(mirror.rows(ledger, base, operations.SETTINGS))
    return Letterhead(rules.brand, "")


def _released(ledger: Ledger, bases: Mapping[str, str], by: str, at: datetime) -> str:
    name, key = request.form.get("base", ""), request.form.get("statement", "")
    wanted = (key, request.form.get("kind", ""), request.form.get("about", ""))
    if name not in bases:
        return "Nothing was released: that base is not known."
    chosen = [
        one
        for one in held_statements.read_held(ledger, bases[name])
        if (one.key, one.hold.kind.value, one.hold.about) == wanted
    ]
    try:
        gone = held_statements.release(
            ledger, bases[name], chosen, by=by, because=request.form.get("because", ""), at=at
        )
    except Stale as stale:
        return str(stale)
    if not gone:
        return "That hold is gone already. Nothing was changed."
    log.info("released", statement=key, kind=wanted[1])
    if chosen[0].hold.kind.is_of_amount:
        return f"Released for {chosen[0].who}. The run has to be approved anew: it pays more now."
    return f"Released for {chosen[0].who}. It goes into the next files."


def _read(ledger: Ledger, name: str, base: str) -> BasePayouts:
    payees = read_payees(ledger, base)
    names = payout_review.names_of(payees)
    with ledger.reading() as connection:
        runs = payout_runs.newest(connection, base, NEWEST)
        sums = posted_statements.sums(connection, base)
        statements = posted_statements.of_period(connection, base)
        releases = payout_holds.releases(connection, base)[:MOST_RELEASES]
        drafts = {
            run.key: payout_runs.draft_lines(connection, run.key)
            for run in runs
            if run.state != payout_runs.POSTED
        }
        held_amounts = {key: payout_holds.amount_holds(connection, key) for key in drafts}
    lines = []
    for run in runs:
        if run.key in drafts:
            kept = [ln for ln in drafts[run.key] if statement_key(ln) not in held_amounts[run.key]]
            count = len(by_statement(drafts[run.key]))
            lines.append(RunLine(run.period, run.state, count, {"Waits": totals(kept)}))
        else:
            lines.append(_posted_line(run, sums))
    held = held_statements.read_held(ledger, base)
    ordered = sorted(statements, key=lambda one: (-one.amount.amount, one.key))
    return BasePayouts(
        name=name,
        runs=lines,
        has_money=bool(sums),
        latest=runs[0].period if runs else "",
        parts=[part for part in payouts_chart.COLOURS if any(one.sums.get(part) for one in lines)],
        review=_review(ledger, runs[0]) if runs else None,
        held=held[:MOST_HELD],
        more_held=max(0, len(held) - MOST_HELD),
        statements=[
            StatementLine(
                one.key, names.get(one.creator, one.creator), one.amount, one.state, one.reference
            )
            for one in ordered[:MOST_STATEMENTS]
        ],
        more_statements=max(0, len(ordered) - MOST_STATEMENTS),
        releases=[(_name_of(one, names), one) for one in releases],
    )


def _posted_line(
    run: PayoutRun, sums: Sequence[tuple[str, str, str, int, Money, Money]]
) -> RunLine:
    by_part: dict[str, list[Money]] = defaultdict(list)
    count = 0
    for period, state, _, statements, amount, carried in sums:
        if period == run.period:
            count += statements
            by_part[PARTS[state]].append(amount)
            by_part["Carried over"].append(carried)
    return RunLine(
        run.period, run.state, count, {part: _summed(own) for part, own in by_part.items()}
    )


def _summed(amounts: Sequence[Money]) -> Sequence[Money]:
    currencies = sorted({one.currency for one in amounts})
    found = [
        total((one for one in amounts if one.currency == currency), currency)
        for currency in currencies
    ]
    return [one for one in found if one]


def _review(ledger: Ledger, run: PayoutRun) -> Review:
    with ledger.reading() as connection:
        lines = payout_runs.draft_lines(connection, run.key)
    return payout_review.review(ledger, run, lines, read_payees(ledger, run.base))


def _name_of(one: Release, names: Mapping[str, str]) -> str:
    creator = one.statement.rsplit(":", 2)[-2]
    return names.get(creator, creator)


def _picture(ledger: Ledger, base: str) -> str:
    """The newest months in the currency most is paid in."""
    with ledger.reading() as connection:
        sums = posted_statements.sums(connection, base)
    by_currency: dict[str, int] = defaultdict(int)
    for _, _, currency, statements, _, _ in sums:
        by_currency[currency] += statements
    currency = max(sorted(by_currency), key=lambda one: by_currency[one], default="USD")
    periods = sorted({period for period, *_ in sums})[-NEWEST:]
    bars = []
    for period, state, of, _, amount, carried in sums:
        if of == currency and period in periods:
            bars.append(Bar(period, PARTS[state], float(amount.amount)))
            if carried.amount > 0:
                bars.append(Bar(period, "Carried over", float(carried.amount)))
    return payouts_chart.drawn(bars, currency)
