"""The command `import`: files from Seller Center into the ledger, with a report per file."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from schemas.shops import Shop
from worker.cli.output import AsJson, AsOf, OneBase, as_json, console, finish, workers
from worker.errors import Misconfigured
from worker.imports.orders import ImportReport, import_orders
from worker.reading import Reading, forbidden_because
from worker.settings import load_settings
from worker.wiring import Worker

SHOWN_REJECTIONS = 20

Files = Annotated[list[Path], typer.Argument(help="Files as downloaded from Seller Center.")]
OneShop = Annotated[str, typer.Option("--shop", help="Shop of the files, as Settings names it.")]


def register(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command("import")(import_files)


def import_files(
    files: Files,
    shop: OneShop = "",
    base: OneBase = "",
    as_of: AsOf = "",
    json: AsJson = False,
) -> None:
    """Import order files; importing one again changes nothing."""
    to_fix: list[object] = []
    with workers(_one_base(base), as_of) as each:
        for worker in each:
            into = shop_named(_shops(worker), shop)
            for path in files:
                now, ledger = worker.clock.now(), worker.ledger
                report = import_orders(path, into, ledger, now, base=worker.base_id)
                to_fix += (*report.rejected, *report.warnings, *report.needs_review)
                if json:
                    as_json(asdict(report))
                else:
                    _print(report)
    finish(to_fix)


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


def _print(report: ImportReport) -> None:
    console.print(
        f"{escape(report.file_name)} → {escape(report.shop)}: {report.new} new, "
        f"{report.changed} changed, {report.unchanged} unchanged, "
        f"{report.kept} older than what is known, {len(report.rejected)} rejected"
    )
    for bad in report.rejected[:SHOWN_REJECTIONS]:
        where = f"row {bad.row}" + (f", {bad.column}" if bad.column else "")
        console.print(f"[yellow]![/yellow] {escape(f'{where}: {bad.reason}')}")
    if len(report.rejected) > SHOWN_REJECTIONS:
        console.print(f"… and {len(report.rejected) - SHOWN_REJECTIONS} more rows (see --json)")
    for status, number in report.needs_review.items():
        console.print(f"[yellow]![/yellow] {number} lines wait for review: {escape(status)}")
    for warning in report.warnings:
        console.print(f"[yellow]![/yellow] {escape(warning)}")
