"""The command `import`: files of TikTok into the ledger, each with a report of its own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from schemas.exports.judging import Period, period_typed
from schemas.money import Money
from schemas.parsing import BadCell
from schemas.shops import Shop
from worker.cli.output import AsJson, AsOf, OneBase, as_json, console, workers
from worker.errors import Misconfigured
from worker.imports.exports import ExportReport, Into, import_file
from worker.imports.order_reports import ImportReport
from worker.imports.reading import FileRefused
from worker.reading import Reading, forbidden_because
from worker.settings import load_settings
from worker.wiring import Worker

SHOWN_REJECTIONS = 20

Files = Annotated[list[Path], typer.Argument(help="Files as downloaded from TikTok.")]
OneShop = Annotated[str, typer.Option("--shop", help="Shop of the files, as Settings names it.")]
OnePeriod = Annotated[
    str,
    typer.Option("--period", help="Days of lists that do not name them: 2026-10-01..2026-10-31."),
]
Report = ImportReport | ExportReport
Told = Callable[[int, int], None]


def register(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command("import")(import_files)


def import_files(
    files: Files,
    shop: OneShop = "",
    period: OnePeriod = "",
    base: OneBase = "",
    as_of: AsOf = "",
    json: AsJson = False,
) -> None:
    """Import any of TikTok's exports, recognised by its header; again, it changes nothing."""
    days = _period(period)
    answers: list[Mapping[str, object]] = []
    codes = [0]
    with workers(_one_base(base), as_of) as each:
        for worker in each:
            into = Into(worker.base_id, shop_named(_shops(worker), shop), days)
            for path in files:
                code, answer = _import_one(worker, path, into, quiet=json)
                codes.append(code)
                answers.append(answer)
    if json:
        as_json(answers[0] if len(answers) == 1 else answers)
    raise typer.Exit(max(codes))


def _import_one(
    worker: Worker, path: Path, into: Into, *, quiet: bool
) -> tuple[int, Mapping[str, object]]:
    """Import one file and say what it brought: its exit code, and the answer as JSON."""
    try:
        with _progress(path, quiet=quiet) as told:
            report = import_file(path, into, worker.ledger, worker.clock.now(), told=told)
    except FileRefused as refused:
        Console(stderr=True, soft_wrap=True, highlight=False).print(
            f"[red]✗[/red] {escape(str(refused))}"
        )
        return 2, {"file_name": path.name, "refused": str(refused)}
    if not quiet:
        _print(report)
    to_fix = (*report.rejected, *report.warnings, *report.needs_review)
    return (1 if to_fix else 0), asdict(report)


@contextmanager
def _progress(path: Path, *, quiet: bool) -> Iterator[Told]:
    """Show on a terminal how far a file was read; elsewhere, and beside JSON, nothing."""
    screen = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
    )  # fmt: skip
    shown = not quiet and screen.is_terminal
    with Progress(*columns, console=screen, transient=True, disable=not shown) as progress:
        reading = progress.add_task(escape(path.name), total=None)

        def told(done: int, of: int) -> None:
            progress.update(reading, completed=done, total=of or None)

        yield told


def _period(typed: str) -> Period | None:
    try:
        return period_typed(typed) if typed else None
    except BadCell as bad:
        raise Misconfigured(f"--period {bad}.") from bad


def _one_base(base: str) -> str:
    """A file belongs to one brand; with several, it has to be named."""
    bases = load_settings().airtable_base_ids
    if not base and len(bases) > 1:
        raise Misconfigured(f"--base is missing: the file is of one of {', '.join(bases)}.")
    return base


def _shops(worker: Worker) -> Sequence[Shop]:
    reading = Reading(worker)
    if because := forbidden_because(reading):
        raise Misconfigured(because)
    rules, _ = reading.rules()
    return rules.shops


def shop_named(shops: Sequence[Shop], named: str) -> Shop:
    """The shop of that name, or the only one; Misconfigured if that is not one shop."""
    found = [shop for shop in shops if not named or shop.name.casefold() == named.casefold()]
    if len(found) != 1:
        known = ", ".join(shop.name for shop in shops)
        raise Misconfigured(f"--shop {named or '(not given)'}: Settings' Shops names {known}.")
    return found[0]


def _print(report: Report) -> None:
    what = f" ({', '.join(report.exports)})" if isinstance(report, ExportReport) else ""
    console.print(
        f"{escape(report.file_name + what)} → {escape(report.shop)}: {report.new} new, "
        f"{report.changed} changed, {report.unchanged} unchanged, "
        f"{report.kept} older than what is known, {report.rejected_in_all} rejected"
    )
    for bad in report.rejected[:SHOWN_REJECTIONS]:
        where = f"row {bad.row}" + (f", {bad.column}" if bad.column else "")
        console.print(f"[yellow]![/yellow] {escape(f'{where}: {bad.reason}')}")
    if report.rejected_in_all > SHOWN_REJECTIONS:
        console.print(f"… and {report.rejected_in_all - SHOWN_REJECTIONS} more rows (see --json)")
    for status, number in report.needs_review.items():
        console.print(f"[yellow]![/yellow] {number} lines wait for review: {escape(status)}")
    for warning in report.warnings:
        console.print(f"[yellow]![/yellow] {escape(warning)}")
    if isinstance(report, ImportReport):
        _print_more(report)


def _print_more(report: ImportReport) -> None:
    """What is told of order lines alone; nothing of it waits for a person."""
    if report.needs_review:
        waiting = Money.from_minor(report.needs_review_minor, report.currency)
        console.print(f"  Lines that wait for review are worth {waiting}.")
    if report.may_change:
        console.print(f"  {report.may_change} lines are so young that they may still change.")
    if report.imported_before:
        console.print(f"  The same file was imported at {report.imported_before}.")
