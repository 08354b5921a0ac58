"""`creators show | lift | forget`: what is held about one creator, and how it is let go."""

from typing import Annotated

import typer
from rich.markup import escape

from worker.cli.output import AsJson, OneBase, as_json, console, table, workers
from worker.errors import Misconfigured
from worker.ledger import consent, deliveries, forgetting, people
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
    """Show what the ledger holds about a creator."""
    for worker, held in _found(key, base):
        touches = deliveries.of_creator(worker.ledger, worker.base_id, held.creator)
        if json:
            as_json({
                "base": worker.name, "creator": held.creator, "names": held.names,
                "identities": held.identities, "held": held.counts,
                "messages": [[t.key, t.state.value, t.at, t.payload.get("subject", "")]
                             for t in touches],
            })  # fmt: skip
            continue
        rows = [(kind, ", ".join(values)) for kind, values in held.identities.items()]
        rows += [("name", ", ".join(held.names)), *held.counts.items()]  # type: ignore[list-item]
        table(f"{worker.name}: {held.creator}", ("What", "Held"), rows)
        said = [(t.at or "", t.state.value, t.payload.get("subject", ""), t.key) for t in touches]
        table("Messages", ("At", "State", "Subject", "Key"), said)


def lift(
    key: Key,
    because: Annotated[str, typer.Option("--because", help="Why they may be written to again.")],
    by: By,
    base: OneBase = "",
) -> None:
    """Lift a creator's suppressions for a stated reason; un-ticking Opted out does not."""
    if not because.strip() or not by.strip():
        raise Misconfigured("--because and --by are needed: the reason is kept with the decision.")
    lifted = 0
    for worker, held in _found(key, base):
        with worker.ledger.reading() as connection:
            hashes = people.hashes_of(connection, worker.base_id, held.creator)
        reason, now = f"{because.strip()} ({by.strip()})", worker.clock.now()
        lifted += sum(consent.lift(worker.ledger, one, because=reason, at=now) for one in hashes)
    console.print(f"Lifted: {lifted}. Untick Opted out in Airtable, or it takes effect again.")


def forget(
    key: Key,
    by: By,
    base: OneBase = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase a creator's personal data; hashes, states and money stay."""
    if not by.strip():
        raise Misconfigured("--by is needed: who decides is kept with the suppression.")
    for worker, held in _found(key, base):
        _preview(worker, held)
        if not yes:
            typer.confirm("Erase all of this for good?", abort=True)
        forgetting.forget(worker.ledger, held, by=by.strip(), at=worker.clock.now())
        console.print("Forgotten: nothing of it is left in the ledger, and nobody writes to them.")
        _by_hand(held)


def _preview(worker: Worker, held: Held) -> None:
    rows = [(kind, ", ".join(values)) for kind, values in held.identities.items()]
    rows += [(name, f"{count} rows") for name, count in held.counts.items()]
    table(f"{worker.name}: would be erased", ("What", "Held"), rows)


def _by_hand(held: Held) -> None:
    records = ", ".join(held.identities.get("record", ())) or "none known"
    console.print(
        "BY HAND in Airtable, which the team owns: delete the creator's rows in Creators "
        f"({escape(records)}), and their rows in Messages, Tasks, Samples and Content. Delete "
        "their mails in the mailbox, and the copies you keep of the ledger."
    )


def _found(key: str, base: str) -> list[tuple[Worker, Held]]:
    """The one creator meant, in each base that knows one; Misconfigured if none or several."""
    found: list[tuple[Worker, Held]] = []
    with workers(base) as each:
        for worker in each:
            meant = forgetting.find(worker.ledger, worker.base_id, key)
            if len(meant) > 1:
                raise Misconfigured(
                    f"{key!r} may be {', '.join(meant)} in {worker.name}: give one of these ids."
                )
            found += [
                (worker, forgetting.held(worker.ledger, worker.base_id, one)) for one in meant
            ]
    if not found:
        raise Misconfigured(f"No creator is known by {key!r}: nothing is held under that name.")
    return found
