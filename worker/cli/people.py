"""`creators show | lift | forget`: what is held about one creator, and how it is let go."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Annotated

import typer
from rich.markup import escape

from schemas.fields import Table
from worker import erasing, lifting
from worker.cli.output import AsJson, OneBase, as_json, console, table, tell, workers
from worker.errors import Misconfigured
from worker.ledger import forgetting
from worker.ledger.dossier import Dossier, dossier
from worker.ledger.forgetting import Held
from worker.wiring import Worker

Key = Annotated[str, typer.Argument(help="Handle, e-mail, name, record id, ledger id or hash.")]
By = Annotated[str, typer.Option("--by", help="Who decides.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    about = typer.Typer(help="What is held about one creator.")
    about.callback()(lambda: None)
    about.command("show")(show)
    about.command("lift")(lift)
    about.command("forget")(forget)
    app.add_typer(about, name="creators")


def show(key: Key, base: OneBase = "", json: AsJson = False) -> None:
    """Show everything the ledger holds about a creator, as when they ask for it."""

    def tell_all(worker: Worker, held: Held) -> None:
        known = dossier(worker.ledger, held)
        if json:
            as_json({
                "base": worker.name, "creator": held.creator, "forgotten": held.is_forgotten,
                "names": held.names, "identities": held.identities, "held": held.counts,
                "legal_basis": known.legal_basis, "source": known.source, **asdict(known),
            })  # fmt: skip
            return
        _show(worker, held, known)

    _each(key, base, tell_all)


def _show(worker: Worker, held: Held, known: Dossier) -> None:
    if held.is_forgotten:
        console.print("This creator was forgotten: only hashes, states and money are kept.")
    rows: list[tuple[object, ...]] = [
        ("name", ", ".join(held.names)),
        *((kind, ", ".join(values)) for kind, values in held.identities.items()),
        ("legal basis", known.legal_basis or "none recorded"),
        ("source", known.source or "none recorded"),
        *held.counts.items(),
    ]
    table(f"{worker.name}: {held.creator}", ("What", "Held"), rows)
    for title, facts in (
        ("Sequences", known.enrolments),
        ("Messages to them", known.messages),
        ("What they wrote", known.answers),
        ("Suppressions", known.suppressions),
        ("Cells of their row, as last read", [known.cells] if known.cells else []),
    ):
        for fact in facts:
            said = [(name, value) for name, value in fact.items() if value not in ("", None)]
            table(title, ("What", "Held"), said)


def lift(
    key: Key,
    because: Annotated[str, typer.Option("--because", help="Why they may be written to again.")],
    by: By,
    base: OneBase = "",
) -> None:
    """Lift a creator's suppressions for a stated reason; un-ticking Opted out does not."""
    if not because.strip() or not by.strip():
        raise Misconfigured("--because and --by are needed: the reason is kept with the decision.")

    def let_go(worker: Worker, held: Held) -> None:
        now = worker.clock.now()
        said = lifting.lift(worker.ledger, held, because=because, by=by, at=now)
        console.print(f"{worker.name}: {escape(said)}")

    _each(key, base, let_go)


def forget(
    key: Key,
    by: By,
    base: OneBase = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase a creator's personal data; hashes, states and money stay."""
    if not by.strip():
        raise Misconfigured("--by is needed: who decides is kept with the suppression.")

    def erase(worker: Worker, held: Held) -> None:
        _preview(worker, held)
        if not yes:
            typer.confirm("Erase all of this for good?", abort=True)
        whole = forgetting.forget(worker.ledger, held, by=by.strip(), at=worker.clock.now())
        console.print("Forgotten: nothing of it is left in the ledger, and nobody writes to them.")
        if not whole:
            console.print("BY HAND: the ledger's file is in use, so erased text is still in free "
                          "parts of it. Stop the worker and run this command again.")  # fmt: skip
        standing, problems = erasing.blank(worker, held)
        _by_hand(standing)
        tell(problems)

    _each(key, base, erase)


def _preview(worker: Worker, held: Held) -> None:
    rows = [(kind, ", ".join(values)) for kind, values in held.identities.items()]
    rows += [(name, f"{count} rows") for name, count in held.counts.items()]
    rows += [
        (f"cells of ours in {one.name}", ", ".join(records))
        for one, records in erasing.rows_of(worker.ledger, held).items()
    ]
    table(f"{worker.name}: would be erased", ("What", "Held"), rows)


def _by_hand(standing: Mapping[Table, Sequence[str]]) -> None:
    for one, records in standing.items():
        rows = ", ".join(records)
        console.print(f"BY HAND in Airtable: delete in {one.name} {escape(rows)}", soft_wrap=True)
    console.print(
        "BY HAND: delete their rows in Samples and Content, their mails in the mailbox and old "
        "copies of the ledger. Then run this command again: it erases what was read meanwhile."
        if standing
        else "BY HAND: delete their mails in the mailbox and old copies of the ledger."
    )


def _each(key: str, base: str, act: Callable[[Worker, Held], None]) -> None:
    """Do it with the one creator meant, in each base that knows one.

    Misconfigured (and nothing is done) if a base knows none of that name, or several.
    """
    known = 0
    with workers(base) as each:
        for worker in each:
            meant = forgetting.find(worker.ledger, worker.base_id, key)
            if len(meant) > 1:
                raise Misconfigured(
                    f"{key!r} may be {', '.join(meant)} in {worker.name}: give one of these ids."
                )
            for one in meant:
                known += 1
                act(worker, forgetting.held(worker.ledger, worker.base_id, one))
    if not known:
        raise Misconfigured(f"No creator is known by {key!r}: nothing is held under that name.")
