"""Commands about payout runs: calculate, approve by another person, post."""

from collections.abc import Callable
from typing import Annotated

import typer
from rich.markup import escape

from automations.payout_rows import by_statement, totals
from schemas.parsing import Row, text
from schemas.tables.operations import TEAM, TEAM_EMAIL, TEAM_NAME
from worker import payouts
from worker.airtable_names import raise_gone
from worker.cli import simulation, three_way
from worker.cli.output import AsJson, AsOf, OneBase, as_json, console, finish, table, tell, workers
from worker.errors import Misconfigured
from worker.jobs.payouts import PAYOUTS, desk_of
from worker.payouts import Desk, Worked
from worker.reading import Reading, forbidden_because

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


def person_named(rows: tuple[Row, ...], named: str) -> str:
    """The record id of the one Team row with that name or e-mail; Misconfigured otherwise."""
    wanted = named.strip().casefold()
    found = [
        row.id
        for row in rows
        if wanted in (text(row, TEAM_NAME).casefold(), text(row, TEAM_EMAIL).casefold())
    ]
    if len(found) != 1:
        known = ", ".join(sorted(text(row, TEAM_NAME) for row in rows)) or "nobody"
        raise Misconfigured(f"--by {named}: {len(found)} rows of Team match. Team has: {known}.")
    return found[0]


def _as_json(worked: Worked) -> dict[str, object]:
    return {
        "run": worked.run.key,
        "state": worked.run.state,
        "statements": [
            {"key": key, "total": str(totals(lines)[0]), "lines": [line.key for line in lines]}
            for key, lines in by_statement(worked.lines).items()
        ],
        "totals": [str(amount) for amount in totals(worked.lines)],
        "left out": worked.left_out,
        "problems": [problem.text for problem in worked.problems],
    }


def _print(base: str, worked: Worked) -> None:
    rows = [
        (line.creator, line.window, line.kind, line.amount, line.because) for line in worked.lines
    ]
    if rows:
        columns = ("Creator", "Window", "Kind", "Amount", "Because")
        table(f"{base}: run {worked.run.period}", columns, rows)
    to_pay = "; ".join(str(amount) for amount in totals(worked.lines)) or "nothing to pay"
    console.print(f"{base}: run {worked.run.period} is {worked.run.state}: {escape(to_pay)}")
    for said in worked.left_out:
        console.print(f"[yellow]![/yellow] {escape(said)}")
    tell(worked.problems)
