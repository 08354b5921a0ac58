"""Commands about jobs: preview one, run one pass now, preview a template for a creator."""

from typing import Annotated

import typer
from rich.markup import escape

from automations.plan import NotNow, OpenEnrolment, Plan, SendTouch
from worker import parking
from worker.airtable_names import raise_gone
from worker.cli.output import (
    AsJson,
    AsOf,
    OneBase,
    as_json,
    console,
    counts_line,
    each_base,
    finish,
    table,
    tell,
)
from worker.errors import Misconfigured, ServiceDown
from worker.jobs import JOBS, Job
from worker.rationing import check_clock_within_the_calls
from worker.reading import Reading
from worker.running import run_once
from worker.wiring import Worker

SHOWN_ROWS = 50

JobName = Annotated[str, typer.Argument(help=f"One of: {', '.join(JOBS)}.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command("plan")(plan)
    app.command("run")(run)


def plan(job: JobName, base: OneBase = "", as_of: AsOf = "", json: AsJson = False) -> None:
    """Preview what a job would do now; changes nothing."""
    wanted = _job(job)
    problems: list[object] = []

    def look(worker: Worker) -> None:
        if because := parking.away_because(worker):
            raise ServiceDown(because)
        raise_gone(worker.base.lacking(wanted.needs, wanted.choices))
        worker.base.need(wanted.needs)
        made = wanted.plan(Reading(worker, remember=False))
        problems.extend(made.problems)
        if json:
            as_json(_plan_as_json(worker, made))
        else:
            _show_plan(worker, job, made)

    each_base(base, look, as_of)
    finish(problems)


def run(job: JobName, base: OneBase = "", as_of: AsOf = "", json: AsJson = False) -> None:
    """Do one pass of a job now."""
    wanted = _job(job)
    problems: list[object] = []
    down: list[str] = []

    def work(worker: Worker) -> None:
        reading = Reading(worker)
        check_clock_within_the_calls(reading)
        ran = run_once(worker, wanted, reading)
        outcome = ran.outcome.value if ran.outcome else "another worker is at it"
        problems.extend(ran.done.problems)
        problems.extend([ran.done.held_because] if ran.done.held_because else [])
        if json:
            as_json({"base": worker.name, "outcome": outcome, "counts": ran.done.counts,
                     "held": ran.done.held_because})  # fmt: skip
            return
        console.print(f"{worker.name}: {outcome} — {escape(counts_line(ran.done.counts))}")
        if ran.done.held_because:
            console.print(f"[yellow]held:[/yellow] {escape(ran.done.held_because)}")
        tell(ran.done.problems)
        down.extend(ran.done.down)

    each_base(base, work, as_of)
    if down:
        raise ServiceDown("\n".join(down))
    finish(problems)


def _job(name: str) -> Job:
    if name not in JOBS:
        raise Misconfigured(f"There is no job called {name!r}. Jobs are: {', '.join(JOBS)}.")
    return JOBS[name]


def _show_plan(worker: Worker, job: str, made: Plan) -> None:
    touches = [action for action in made.actions if isinstance(action, SendTouch)]
    rows = [
        (t.address, t.step, t.message.subject, "by hand" if t.by_hand else t.mailbox, t.because)
        for t in touches[:SHOWN_ROWS]
    ]
    if rows:
        columns = ("To", "Step", "Subject", "From", "Because")
        table(f"{worker.name}: {len(touches)} to send", columns, rows)
    rest = [a for a in made.actions if not isinstance(a, SendTouch | OpenEnrolment)]
    if rest:
        changes = [(type(a).__name__, a.because) for a in rest[:SHOWN_ROWS]]
        table(f"{worker.name}: {len(rest)} other actions", ("Action", "Because"), changes)
    if made.skipped:
        skipped = [(s.who, s.because) for s in made.skipped[:SHOWN_ROWS]]
        table(f"{worker.name}: {len(made.skipped)} not now", ("Who", "Because"), skipped)
    if not made.actions:
        console.print(f"{worker.name}: {job} has nothing to do now.")
    if made.held_because:
        console.print(f"[yellow]held:[/yellow] {escape(made.held_because)}")
    tell(made.problems)


def _plan_as_json(worker: Worker, made: Plan) -> dict[str, object]:
    return {
        "base": worker.name,
        "actions": [_action_as_json(action) for action in made.actions],
        "not_now": [_skip_as_json(skip) for skip in made.skipped],
        "problems": [[p.table, p.record_id, p.text] for p in made.problems],
        "held": made.held_because,
    }


def _action_as_json(action: object) -> dict[str, object]:
    named = ("key", "because", "address", "step", "record_id", "channel", "content", "to")
    found = {name: getattr(action, name) for name in named if hasattr(action, name)}
    if isinstance(action, SendTouch):
        found |= {
            "mailbox": action.mailbox, "by_hand": action.by_hand,
            "subject": action.message.subject, "text": action.message.text,
        }  # fmt: skip
    return {"action": type(action).__name__, **found}


def _skip_as_json(skip: NotNow) -> dict[str, object]:
    return {"record_id": skip.record_id, "who": skip.who, "because": skip.because}
