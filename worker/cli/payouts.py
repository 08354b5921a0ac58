"""Commands about payout runs: calculate, look, approve by another person or by link, post.

What follows a posted run (files, results, holds, tax) is in `finance`.
"""

from collections.abc import Callable
from typing import Annotated

import typer
from rich.markup import escape

from automations.payout_rows import by_statement, statement_key, totals
from automations.payouts import Line
from automations.run_words import review_lines
from schemas.tables.operations import TEAM
from worker import approval_links, payouts
from worker.airtable_names import raise_gone
from worker.cli import finance, simulation, tax, three_way
from worker.cli.output import AsJson, AsOf, OneBase, as_json, console, finish, table, tell, workers
from worker.cli.teammates import person_named, team_name
from worker.errors import Misconfigured
from worker.jobs.payouts import PAYOUTS, desk_of
from worker.payouts import Desk, Worked
from worker.reading import Reading, forbidden_because
from worker.settings import load_settings, of_brand
from worker.wiring import signing_keys

By = Annotated[str, typer.Option("--by", help="Who does it: name or e-mail of a Team row.")]
Period = Annotated[
    str, typer.Option("--period", "--run", help="Month, like 2026-10; default the last one.")
]
_Step = Callable[[Desk, str, str], Worked]


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    group = typer.Typer(help="What the brand owes its creators, month by month.")
    group.command("calculate")(calculate)
    group.command("approve")(approve)
    group.command("post")(post)
    group.command("show")(show)
    group.command("link")(link)
    finance.register(group)
    tax.register(group)
    three_way.register(group)
    simulation.register(group)
    app.add_typer(group, name="payouts")


def calculate(
    by: By, base: OneBase = "", period: Period = "", as_of: AsOf = "", json: AsJson = False
) -> None:
    """Calculate a month's run and show it in Airtable; pays nothing yet."""
    _each((base, as_of), period, by, payouts.calculate, json=json)


def approve(
    by: By, base: OneBase = "", period: Period = "", as_of: AsOf = "", json: AsJson = False
) -> None:
    """Approve a calculated run; not by whoever prepared it."""
    _each((base, as_of), period, by, payouts.approve, json=json)


def post(
    base: OneBase = "",
    period: Period = "",
    as_of: AsOf = "",
    json: AsJson = False,
) -> None:
    """Make an approved run permanent."""
    _each((base, as_of), period, "", lambda desk, month, _: payouts.post(desk, month), json=json)


def show(base: OneBase = "", period: Period = "", json: AsJson = False) -> None:
    """What an approver looks at: totals, held statements and why, what changed. Changes nothing."""
    _each((base, ""), period, "", lambda desk, month, _: payouts.look(desk, month), json=json)


def link(
    person: Annotated[str, typer.Option("--for", help="Who approves: name or e-mail in Team.")],
    base: OneBase = "",
    period: Period = "",
    as_of: AsOf = "",
) -> None:
    """A personal link, good for seven days, to look at a run and approve it."""
    settings = load_settings()
    keys = signing_keys(settings)
    with workers(base, as_of) as each:
        for worker in each:
            reading = Reading(worker)
            desk, _ = desk_of(reading)
            rows = reading.rows(TEAM)
            who = person_named(rows, person, "--for")
            name = team_name(rows, who)
            month = period or payouts.month_before(desk.rules, desk.now)
            found, held = payouts.to_approve(desk, month, who)
            made = approval_links.link_for(
                desk.base.base_id, found.key, (who, name), (found.facts_hash, held), desk.now
            )
            public = of_brand(settings, worker.name).public_url
            address = approval_links.url(public, approval_links.signed(made, keys))
            console.print(f"{worker.name}: run {month}, for {escape(name)}, seven days:")
            typer.echo(address)


def _each(where: tuple[str, str], period: str, by: str, step: _Step, *, json: bool) -> None:
    problems: list[object] = []
    with workers(*where) as each:
        for worker in each:
            reading = Reading(worker)
            if because := forbidden_because(reading):
                raise Misconfigured(because)
            raise_gone(worker.base.lacking(PAYOUTS.needs, PAYOUTS.choices))
            worker.base.need(PAYOUTS.needs)
            desk, wrong = desk_of(reading)
            person = person_named(reading.rows(TEAM), by) if by else ""
            month = period or payouts.month_before(desk.rules, desk.now)
            worked = step(desk, month, person)
            problems += (*wrong, *worked.problems, *worked.left_out)
            if json:
                as_json({"base": worker.name} | _as_json(worked))
            else:
                _print(worker.name, worked)
    finish(problems)


def _as_json(worked: Worked) -> dict[str, object]:
    return {
        "run": worked.run.key,
        "state": worked.run.state,
        "statements": [
            {"key": key, "total": str(totals(lines)[0]), "lines": [line.key for line in lines]}
            for key, lines in by_statement(worked.lines).items()
        ],
        "totals": [str(amount) for amount in totals(_split(worked)[0])],
        "held totals": [str(amount) for amount in totals(_split(worked)[1])],
        "left out": worked.left_out,
        "held": _holds_as_json(worked),
        "changes": list(review_lines(worked.review)) if worked.review else [],
        "problems": [problem.text for problem in worked.problems],
    }


def _split(worked: Worked) -> tuple[list[Line], list[Line]]:
    """The lines that are (to be) posted, and those of statements held out of the run."""
    held = worked.review.amounts if worked.review else {}
    going = [line for line in worked.lines if statement_key(line) not in held]
    return going, [line for line in worked.lines if statement_key(line) in held]


def _holds_as_json(worked: Worked) -> list[dict[str, str]]:
    if worked.review is None:
        return []
    return [
        {"statement": key, "kind": one.kind.value, "because": one.because}
        for holds in (worked.review.amounts, worked.review.payments)
        for key, own in holds.items()
        for one in own
    ]


def _print(base: str, worked: Worked) -> None:
    names = worked.review.names if worked.review else {}
    rows = [
        (names.get(line.creator, line.creator), line.window, line.kind, line.amount, line.because)
        for line in worked.lines
    ]
    if rows:
        columns = ("Creator", "Window", "Kind", "Amount", "Because")
        table(f"{base}: run {worked.run.period}", columns, rows)
    going, held = ("; ".join(str(amount) for amount in totals(lines)) for lines in _split(worked))
    said = f"{going or 'nothing to pay'}{f', and {held} held' if held else ''}"
    console.print(f"{base}: run {worked.run.period} is {worked.run.state}: {escape(said)}")
    for said in (*worked.left_out, *(review_lines(worked.review) if worked.review else ())):
        console.print(f"[yellow]![/yellow] {escape(said)}")
    tell(worked.problems)
