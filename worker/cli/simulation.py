"""`payouts simulate`: what past months would have cost under the rules on trial."""

from collections.abc import Mapping
from typing import Annotated

import typer
from rich.markup import escape

from automations.roi.figures import Account
from automations.simulation import Change
from schemas.money import Money
from worker import roi_words
from worker.airtable_names import raise_gone
from worker.cli.output import AsJson, OneBase, as_json, console, finish, table, tell, workers
from worker.cli.roi import months
from worker.errors import Misconfigured
from worker.jobs.payouts import PAYOUTS
from worker.payouts import Desk
from worker.reading import Reading, forbidden_because
from worker.roi import names_of_creators
from worker.simulating import Replay, simulate

MOST = 10  # winners and losers on the screen; --json has everybody


def register(group: typer.Typer) -> None:
    """Add the command to `payouts`."""
    group.command("simulate")(simulate_payouts)


def simulate_payouts(
    since: Annotated[str, typer.Option("--from", help="First month, like 2026-08.")] = "",
    until: Annotated[str, typer.Option("--to", help="Last month, like 2026-10.")] = "",
    base: OneBase = "",
    json: AsJson = False,
) -> None:
    """Replay past months with the Payout rules whose Status is Trial. Changes nothing."""
    problems: list[object] = []
    with workers(base) as each:
        for worker in each:
            reading = Reading(worker, remember=False)
            if because := forbidden_because(reading):
                raise Misconfigured(because)
            raise_gone(worker.base.lacking(PAYOUTS.needs, PAYOUTS.choices))
            rules, wrong = reading.rules()
            desk = Desk(worker.base, worker.ledger, rules, worker.clock.now())
            found = simulate(desk, months(worker.ledger, worker.base_id, since, until))
            names = names_of_creators(worker.ledger, worker.base_id)
            problems += (*wrong, *found.problems)
            if json:
                as_json({"base": worker.name} | _as_json(found, names))
            else:
                _show(worker.name, found, names)
                tell((*wrong, *found.problems))
    finish(problems)


def _show(base: str, found: Replay, names: Mapping[str, str]) -> None:
    span = f"{found.span.since} to {found.span.until}"
    if not found.trials:
        console.print(
            f"[yellow]![/yellow] {escape(base)}: no row of Payout rules has Status Trial, so both "
            "sides are the same."
        )
    changes = [*found.simulated.rules, *found.simulated.totals]
    rows = [(_rule(one, found.trials), *_amounts(one)) for one in changes]
    table(f"{base}: payouts {span}", ("Rule", "Now", "On trial", "Difference"), rows)
    moved = [one for one in found.simulated.creators if one.difference]
    for said, some in (
        ("gain most", [one for one in moved if one.difference > 0][:MOST]),
        ("lose most", [one for one in reversed(moved) if one.difference < 0][:MOST]),
    ):
        if some:
            lines = [(names.get(one.name, one.name), *_amounts(one)) for one in some]
            table(f"Who would {said}", ("Creator", "Now", "On trial", "Difference"), lines)
    for currency, (now, then) in found.roi.items():
        console.print(
            f"{currency}: full ROI {roi_words.times(now.full_roi)} now, "
            f"{roi_words.times(then.full_roi)} on trial; cost "
            f"{roi_words.amount(now.cost, currency)} now, "
            f"{roi_words.amount(then.cost, currency)} on trial."
        )
    for said in found.crossed:
        console.print(f"[yellow]![/yellow] {escape(said)}")
    console.print("Nothing was changed.")


def _rule(one: Change, trials: tuple[str, ...]) -> str:
    if not one.name:
        return f"All in {one.currency}"
    return f"{one.name} (trial)" if one.name in trials else one.name


def _amounts(one: Change) -> tuple[str, ...]:
    amounts = (one.now, one.then, one.difference)
    return tuple(str(Money.from_minor(minor, one.currency)) for minor in amounts)


def _as_json(found: Replay, names: Mapping[str, str]) -> dict[str, object]:
    return {
        "from": found.span.since,
        "to": found.span.until,
        "trials": found.trials,
        "rules": [{"rule": one.name} | _change(one) for one in found.simulated.rules],
        "creators": [
            {"creator": one.name, "name": names.get(one.name, "")} | _change(one)
            for one in found.simulated.creators
        ],
        "totals": [_change(one) for one in found.simulated.totals],
        "roi": {
            currency: {"now": _roi(now, currency), "on trial": _roi(then, currency)}
            for currency, (now, then) in found.roi.items()
        },
        "budgets crossed": found.crossed,
        "problems": [problem.text for problem in found.problems],
    }


def _change(one: Change) -> dict[str, object]:
    return dict(zip(("now", "on trial", "difference"), _amounts(one), strict=True))


def _roi(account: Account, currency: str) -> Mapping[str, object]:
    known = roi_words.figures(account, currency)
    return {name: known[name] for name in ("gross", "commission", "payouts", "cost", "cash_roi",
                                           "full_roi", "estimated_share")}  # fmt: skip
