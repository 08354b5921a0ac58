"""Commands about the money of posted runs: files, results, holds."""

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from automations.finance_files import FORMATS
from automations.finance_files.cells import amount
from automations.payment_results import Result
from automations.payment_states import Recorded
from automations.statement_holds import Holds, in_words
from schemas.tables.operations import TEAM
from worker import finance_export, finance_results, held_statements, payout_catching_up
from worker import statement_pages as pages
from worker.cli.output import AsJson, AsOf, OneBase, as_json, console, finish, table, tell, workers
from worker.cli.teammates import person_named, team_name
from worker.errors import Misconfigured
from worker.finance_export import Exported, Till
from worker.held_statements import HeldStatement
from worker.jobs.payouts import desk_of
from worker.ledger import posted_statements
from worker.ledger.payout_runs import Stale
from worker.payees import read_payees
from worker.payouts import Desk
from worker.reading import Reading, forbidden_because
from worker.wiring import Worker

HTML = "html"
Month = Annotated[
    str, typer.Option("--period", "--run", help="Month of the run; default all that is due.")
]


def register(group: typer.Typer) -> None:
    """Add these commands to `payouts`."""
    group.command("export")(export)
    group.command("record")(record)
    group.command("holds")(holds)
    group.command("release")(release)


def export(
    base: OneBase = "",
    period: Month = "",
    format_: Annotated[
        str, typer.Option("--format", help=f"{', '.join(FORMATS)} or html; default by Pay by.")
    ] = "",
    out: Annotated[Path, typer.Option("--out", help="Folder for the files.")] = Path("var/finance"),
    as_of: AsOf = "",
    json: AsJson = False,
) -> None:
    """Make the files finance pays from, and a printable statement per creator."""
    if format_ not in ("", HTML, *FORMATS):
        raise Misconfigured(f"--format {format_}: choose {', '.join(FORMATS)} or {HTML}.")
    wrong: list[object] = []
    with workers(base, as_of) as each:
        for worker in each:
            desk = _desk(worker)
            folder = out / worker.name
            till = Till(worker.ledger, worker.base_id, desk.rules.brand, desk.now)
            made = Exported((), (), is_new=False, held={})
            if format_ != HTML:
                made = finance_export.export(till, period, format_, folder)
            printed = _print_statements(worker, desk, made, period, folder)
            wrong += [*_caught_up(desk), *made.held]
            if json:
                as_json(_exported_as_json(worker.name, made, printed))
            else:
                _tell_exported(worker.name, made, printed)
    finish(wrong)


def _desk(worker: Worker) -> Desk:
    reading = Reading(worker)
    if because := forbidden_because(reading):
        raise Misconfigured(because)
    return desk_of(reading)[0]


def _caught_up(desk: Desk) -> tuple[object, ...]:
    _, problems = payout_catching_up.catch_up(desk)
    tell(problems)
    return problems


def _print_statements(
    worker: Worker, desk: Desk, made: Exported, period: str, folder: Path
) -> list[Path]:
    """The statements of the month asked for, else of what is in the files."""
    keys = {one.statement for file in made.files for one in file.payments}
    if period or not made.files:
        with worker.ledger.reading() as connection:
            found = posted_statements.of_period(connection, worker.base_id, period)
            keys |= {one.key for one in found}
    payees = read_payees(worker.ledger, worker.base_id)
    head = pages.Letterhead(desk.rules.brand, worker.postal_address)
    files = pages.files_of(worker.ledger, sorted(keys), payees, head)
    return [
        finance_export.put(folder / "statements" / name, content)
        for name, content in sorted(files.items())
    ]


def _exported_as_json(base: str, made: Exported, printed: list[Path]) -> dict[str, object]:
    return {
        "base": base,
        "new": made.is_new,
        "files": [
            {
                "name": file.name, "rows": len(file.payments), "currency": file.currency,
                "sha256": file.sha256,
            }
            for file in made.files
        ],
        "paths": [str(path) for path in made.paths],
        "statements": [str(path) for path in printed],
        "held": {key: in_words(own) for key, own in made.held.items()},
    }  # fmt: skip


def _tell_exported(base: str, made: Exported, printed: list[Path]) -> None:
    rows = [
        (file.name, len(file.payments), file.currency,
         amount(sum((one.amount for one in file.payments[1:]), file.payments[0].amount)),
         file.sha256[:12])
        for file in made.files
    ]  # fmt: skip
    if rows:
        again = "" if made.is_new else " (nothing new: the last batch, written again)"
        table(f"{base}: payment files{again}", ("File", "Rows", "", "Total", "SHA-256"), rows)
    else:
        console.print(f"{base}: no statement is due to be paid.")
    if printed:
        console.print(f"{len(printed)} statements to print in {escape(str(printed[0].parent))}")
    _tell_held(made.held)


def _tell_held(held: Holds) -> None:
    for key, own in sorted(held.items()):
        console.print(f"[yellow]![/yellow] {escape(key)}: {escape(in_words(own))}")


def record(
    files: Annotated[list[Path], typer.Argument(help="Result files of PayPal, Wise or your own.")],
    base: OneBase = "",
    paid_on: Annotated[
        str, typer.Option("--paid-on", help="Day of rows that name none, like 2026-11-30.")
    ] = "",
    as_of: AsOf = "",
    json: AsJson = False,
) -> None:
    """Record what became of payments: paid, failed, reversed. The same file again does nothing."""
    day = _day(paid_on)
    read = [finance_results.read_results(path, day) for path in files]
    results = [(file.name, one) for file in read for one in file.results]
    wrong = [f"{file.name} row {one.row}: {one.text}" for file in read for one in file.bad]
    counts: Counter[str] = Counter()
    known: set[str] = set()
    with workers(base, as_of) as each:
        for worker in each:
            desk = _desk(worker)
            rows = [one for _, one in results]
            here = finance_results.references_of(worker.ledger, worker.base_id, rows)
            known |= here
            for name in dict.fromkeys(name for name, _ in results):
                own = [one for n, one in results if n == name and one.reference in here]
                done = finance_results.record(worker.ledger, worker.base_id, own, desk.now)
                _count(counts, done)
                wrong += [f"{name} row {one.row}: {one.text}" for one in done.bad]
            wrong += [str(problem) for problem in _caught_up(desk)]
    wrong += [_unknown(name, one) for name, one in results if one.reference not in known]
    if json:
        as_json({**counts, "problems": wrong})
    else:
        said = ", ".join(f"{what} {number}" for what, number in counts.items())
        console.print(said or "Nothing was recorded.")
        for problem in wrong:
            console.print(f"[yellow]![/yellow] {escape(problem)}")
    finish(wrong)


def _unknown(name: str, one: Result) -> str:
    shown = one.reference[:60]
    return f"{name} row {one.row}: {shown}: no payment has this reference; nothing was guessed."


def _count(counts: Counter[str], done: Recorded) -> None:
    counts.update(one.state for one in done.changes)
    for what, number in (("unchanged", done.unchanged), ("still waiting", len(done.waiting))):
        if number:
            counts[what] += number


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError as error:
        raise Misconfigured(f"--paid-on {written}: write a day like 2026-11-30.") from error


def holds(base: OneBase = "", as_of: AsOf = "", json: AsJson = False) -> None:
    """Statements that are held, and why; exit 1 if there are any."""
    found: list[object] = []
    with workers(base, as_of) as each:
        for worker in each:
            _desk(worker)
            held = held_statements.read_held(worker.ledger, worker.base_id)
            found += held
            if json:
                as_json([
                    {"base": worker.name, "statement": one.key, "reference": one.short,
                     "creator": one.who, "amount": str(one.amount), "kind": one.hold.kind.value,
                     "because": one.hold.because}
                    for one in held
                ])  # fmt: skip
            for one in () if json else held:
                console.print(f"{one.short} {escape(one.who)}, {one.amount}. {escape(_why(one))}")
            if not held and not json:
                console.print(f"{worker.name}: nothing is held.")
    finish(found)


def _why(one: HeldStatement) -> str:
    return f"{one.hold.kind.value}: {one.hold.because}."


def release(
    statement: Annotated[str, typer.Argument(help="Its reference, as `payouts holds` shows it.")],
    by: Annotated[str, typer.Option("--by", help="Who does it: name or e-mail of a Team row.")],
    because: Annotated[str, typer.Option("--because", help="Why; it is kept.")],
    kind: Annotated[str, typer.Option("--kind", help="Only this kind of hold.")] = "",
    base: OneBase = "",
    as_of: AsOf = "",
) -> None:
    """Let a held statement go, with your name and reason."""
    gone = 0
    with workers(base, as_of) as each:
        for worker in each:
            reading = Reading(worker)
            if why := forbidden_because(reading):
                raise Misconfigured(why)
            desk, _ = desk_of(reading)
            rows = reading.rows(TEAM)
            who = person_named(rows, by)
            name = team_name(rows, who)
            chosen = [
                one
                for one in held_statements.read_held(worker.ledger, worker.base_id)
                if statement in (one.key, one.short)
                and kind.casefold() in ("", one.hold.kind.value.casefold())
            ]
            gone += held_statements.release(
                worker.ledger, worker.base_id, chosen, by=name, because=because, at=desk.now
            )
            _caught_up(desk)
            for one in chosen:
                console.print(f"Released for {escape(one.who)}: {escape(one.hold.kind.value)}.")
    if not gone:
        raise Stale(f"{statement}: nothing of that name is held; see `payouts holds`.")
