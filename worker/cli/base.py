"""Commands about the base and the deployment: fill the base, check everything."""

import typer
from rich.markup import escape

from worker.checking import check_everything
from worker.cli.output import AsJson, OneBase, as_json, console, each_base, finish
from worker.init_base import init as init_base
from worker.wiring import Worker


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command("init")(init)
    app.command("doctor")(doctor)


def init(base: OneBase = "") -> None:
    """Fill the base: create the tables and fields that are missing, and starter rows."""

    def fill(worker: Worker) -> None:
        made: list[str] = []
        with console.status(f"{worker.name}: filling the base…"):
            init_base(worker.base, lambda line: _created(line, made))
        console.print(f"{worker.name}: {len(made) or 'nothing'} created.")

    each_base(base, fill)


def _created(line: str, made: list[str]) -> None:
    made.append(line)
    console.print(f"[green]+[/green] {escape(line)}")


def doctor(base: OneBase = "", json: AsJson = False) -> None:
    """Check keys, base, views, mail, Discord, Redis, the ledger and the clock."""
    wrong: list[object] = []

    def check(worker: Worker) -> None:
        findings = check_everything(worker)
        wrong.extend(finding for finding in findings if not finding.ok)
        if json:
            as_json([{"base": worker.name, "ok": f.ok, "what": f.what, "next": f.next_step}
                     for f in findings])  # fmt: skip
            return
        console.print(f"[bold]{escape(worker.name)}[/bold]")
        for finding in findings:
            mark = "[green]✓[/green]" if finding.ok else "[red]✗[/red]"
            console.print(f"{mark} {escape(finding.what)}")
            if not finding.ok:
                console.print(f"  → {escape(finding.next_step)}")

    each_base(base, check)
    finish(wrong)
