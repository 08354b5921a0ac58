"""`templates preview`: what a creator would be sent, on the screen or to a colleague's inbox."""

from typing import Annotated

import typer
from rich.markup import escape

from automations import words_lint
from automations.plan import Broken, Message, Thread
from schemas.outreach import Identified, Step
from schemas.parsing import parsed
from schemas.problems import Problem
from schemas.records_words import parse_templates
from schemas.sequences import SequenceRow, StepRow, parse_sequence, parse_step
from schemas.tables import outreach as tables
from worker.cli.output import (
    AsJson,
    OneBase,
    as_json,
    console,
    each_base,
    finish,
    tell,
    workers,
)
from worker.errors import Misconfigured
from worker.jobs.outreach import OUTREACH, renderer
from worker.mail import Outgoing
from worker.reading import Reading
from worker.wiring import Worker


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    about = typer.Typer(help="The words messages are made of.")
    about.callback()(lambda: None)
    about.command("preview")(preview)
    about.command("lint")(lint)
    app.add_typer(about, name="templates")


def preview(
    creator: Annotated[str, typer.Argument(help="Name, @handle, e-mail or record id.")],
    step: Annotated[int, typer.Argument(help="Number of the step.", min=1)],
    to: Annotated[str, typer.Option("--to", help="Send it to this address of yours.")] = "",
    base: OneBase = "",
) -> None:
    """Show the message a creator would get at a step; with --to, mail it to yourself."""
    with workers(base) as each:
        for worker in each:
            reading = Reading(worker, remember=False)
            who = _find(reading, creator)
            message = _message(reading, who, step)
            if to:
                _send(worker, who, message, to)
                console.print(f"Sent to {escape(to)}, as {escape(who.row.shown_as)} would get it.")
                continue
            console.print(f"[bold]Subject:[/bold] {escape(message.subject)}\n")
            console.print(escape(message.text))


def lint(base: OneBase = "", json: AsJson = False) -> None:
    """Check every file and every row of Templates; changes nothing."""
    problems: list[Problem] = []

    def look(worker: Worker) -> None:
        reading = Reading(worker, remember=False)
        worker.base.need(OUTREACH.needs)
        rows = parse_templates(reading.rows(tables.TEMPLATES))
        steps = parsed(tables.STEPS, reading.rows(tables.STEPS), parse_step).records
        words = worker.words.overridden_by(rows.records)
        found = (*rows.problems, *words_lint.lint(words, steps))
        problems.extend(found)
        if json:
            as_json({"base": worker.name, "templates": len(words.templates),
                     "problems": [[p.table, p.record_id, p.text] for p in found]})  # fmt: skip
            return
        console.print(f"{worker.name}: {len(words.templates)} templates, {len(found)} to put right")
        tell(found)

    each_base(base, look)
    finish(problems)


def _find(reading: Reading, wanted: str) -> Identified:
    identified, _ = reading.identified()
    known_as = wanted.strip().casefold().removeprefix("@")
    for one in identified:
        row = one.row
        if known_as in {row.name.casefold(), row.handle, row.email, row.record_id.casefold()}:
            return one
    raise Misconfigured(f"No creator is called {wanted!r}: give a name, @handle, e-mail or record.")


def _message(reading: Reading, who: Identified, number: int) -> Message:
    steps = parsed(tables.STEPS, reading.rows(tables.STEPS), parse_step).records
    mine = [s for s in steps if s.sequence_record == who.row.sequence_record and s.number == number]
    if not who.row.sequence_record or not mine:
        raise Misconfigured(f"{who.row.shown_as} is in no sequence with a step {number}.")
    rules, _ = reading.rules()
    thread = Thread(f"{who.creator}:{number}", "the subject of the first message", number == 1)
    made = renderer(reading, rules)(who, _sequence(reading, mine[0]), _step(mine[0]), thread)
    if isinstance(made, Broken):
        raise Misconfigured(made.text)
    if isinstance(made, str):
        raise Misconfigured(made)
    return made


def _sequence(reading: Reading, step: StepRow) -> SequenceRow:
    sequences = parsed(tables.SEQUENCES, reading.rows(tables.SEQUENCES), parse_sequence).records
    found = next((one for one in sequences if one.record_id == step.sequence_record), None)
    if found is None:
        raise Misconfigured("The sequence of that step cannot be used: see Sequences.")
    return found


def _step(row: StepRow) -> Step:
    return Step(row.number, row.wait_days, row.template, row.business, row.by_hand)


def _send(worker: Worker, who: Identified, message: Message, to: str) -> None:
    """A preview goes to a colleague: it is no touch, so it is neither claimed nor capped."""
    if not worker.mailboxes:
        raise Misconfigured("SMTP_URL is not set: a preview cannot be mailed.")
    mailbox = next(iter(worker.mailboxes.values()))
    subject = f"[preview] {message.subject}"
    now = worker.clock.now()
    mailbox.send(
        Outgoing(
            key=f"preview:{who.row.record_id}:{now.isoformat()}",
            to=to,
            to_name="",
            message=Message(subject, message.text, message.html),
            unsubscribe_url="",
            at=now,
        )
    )
