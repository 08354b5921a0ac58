"""Commands about what waits for a person: pauses, doubts, holds, and how things stand."""

from typing import Annotated

import typer
from rich.markup import escape

from schemas.outreach import DeliveryState
from worker import parking, rebuilding
from worker.brands import mailbox_names
from worker.budget import share_of
from worker.cli.output import (
    AsJson,
    OneBase,
    as_json,
    chosen,
    console,
    counts_line,
    finish,
    table,
    workers,
)
from worker.clock import real_now
from worker.decisions import RESOLUTIONS
from worker.errors import Misconfigured
from worker.ledger import brakes, deliveries, history, parked, shown_rows
from worker.ledger.brakes import HoldState
from worker.ledger.engine import open_ledger
from worker.settings import load_settings
from worker.wiring import Worker

WAITING = ("in doubt", "held", "problems", "parked until")

By = Annotated[str, typer.Option("--by", help="Who decides.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command("pause")(pause)
    app.command("resume")(resume)
    app.command("status")(status)
    about_deliveries = typer.Typer(help="Once-only actions and what became of them.")
    about_deliveries.command("list")(list_deliveries)
    about_deliveries.command("resolve")(resolve)
    about_deliveries.command("rebuild")(rebuild)
    app.add_typer(about_deliveries, name="deliveries")
    about_holds = typer.Typer(help="Plans that wait for a person.")
    about_holds.command("list")(list_holds)
    about_holds.command("show")(show_hold)
    about_holds.command("release")(release)
    about_holds.command("drop")(drop)
    app.add_typer(about_holds, name="holds")


def pause(
    base: OneBase = "",
    mailbox: Annotated[str, typer.Option(help="Only this mailbox.")] = "",
    because: Annotated[str, typer.Option(help="Why; shown to everybody.")] = "paused by hand",
) -> None:
    """Stop sending from the next message on: everything, one base or one mailbox."""
    for scope in _scopes(base, mailbox):
        ledger = open_ledger(load_settings().database_url)
        brakes.pause(ledger, scope, because=because, at=real_now())
        ledger.close()
        console.print(f"Paused: {escape(scope)}. 'affiliate-ops resume' lifts it.")


def resume(
    base: OneBase = "",
    mailbox: Annotated[str, typer.Option(help="Only this mailbox.")] = "",
) -> None:
    """Lift a pause; with --base, also call Airtable again although it refused for this month."""
    for scope in _scopes(base, mailbox):
        ledger = open_ledger(load_settings().database_url)
        lifted = brakes.resume(ledger, scope, real_now())
        lifted |= bool(base) and parked.unpark(ledger, _sharing(base), real_now())
        ledger.close()
        said = "Resumed" if lifted else "Was not paused"
        console.print(f"{said}: {escape(scope)}.")


def _scopes(base: str, mailbox: str) -> tuple[str, ...]:
    settings = load_settings()
    if mailbox and mailbox not in mailbox_names(settings):
        raise Misconfigured(
            f"--mailbox {mailbox}: mailboxes are {', '.join(mailbox_names(settings))}."
        )
    if mailbox:
        return (brakes.mailbox_scope(mailbox),)
    if base:
        return tuple(
            brakes.base_scope(settings.airtable_base_ids[name]) for name in chosen(settings, base)
        )
    return (brakes.EVERYTHING,)


def _sharing(base: str) -> tuple[str, ...]:
    """The bases that draw on the same share of Airtable's calls as this one."""
    return share_of(load_settings(), base).bases


def status(base: OneBase = "", json: AsJson = False) -> None:
    """How each base stands: runs, what waits for a person, pauses, calls used."""
    waiting: list[object] = []
    with workers(base) as each:
        for worker in each:
            ledger, base_id = worker.ledger, worker.base_id
            stands = {
                "base": worker.name,
                **_calls(worker),
                **_rows(worker),
                "in doubt": len(deliveries.doubts(ledger, base_id)),
                "held": len(brakes.holds(ledger, base_id, only_held=True)),
                "problems": len(history.standing_problems(ledger, base_id)),
                "paused": [
                    scope
                    for scope, _, _ in brakes.pauses(ledger)
                    if brakes.concerns(scope, base_id, worker.mailboxes)
                ],
                "last good run": {
                    job: at.isoformat(timespec="seconds")
                    for job, at in history.last_good_ends(ledger, base_id).items()
                },
            }
            waiting += [stands[name] for name in WAITING if stands[name]]
            if json:
                as_json(stands)
            else:
                table(worker.name, ("", ""), [(k, v) for k, v in stands.items() if k != "base"])
                _show_runs(worker.name, history.last_runs(ledger, base_id, 10))
    finish(waiting)


def _rows(worker: Worker) -> dict[str, object]:
    """How full the base is, as far as the ledger knows."""
    room = shown_rows.rows_used(worker.ledger, worker.base_id)
    return {
        "rows used": room.used,
        "rows at most": room.limit,
        "rows by table": dict(room.by_table),
    }


def _calls(worker: Worker) -> dict[str, object]:
    """How it stands with Airtable's calls: this base's, and those of all that share them."""
    budget = parking.budget_of(worker)
    standing = parking.parked_now(worker, worker.clock.now())
    return {
        "airtable calls this month": worker.limiter.calls(worker.base_id),
        "calls used of the share": budget.used,
        "calls left of the share": budget.left,
        "calls forecast for the month": budget.forecast,
        "share of calls": budget.share.allowance,
        "mode": budget.mode.value,
        "parked until": standing.until.isoformat(timespec="minutes") if standing else "",
    }


def _show_runs(name: str, runs: tuple[history.Run, ...]) -> None:
    rows = [
        (
            run.started_at.isoformat(sep=" ", timespec="seconds"),
            run.job,
            run.outcome.value if run.outcome else "not ended",
            counts_line({k: v for k, v in run.summary.items() if isinstance(v, int)}),
        )
        for run in runs
    ]
    table(f"{name}: last runs", ("Started", "Job", "Outcome", "What it did"), rows)


def list_deliveries(
    state: Annotated[str, typer.Option(help="Only this state, like 'in doubt'.")] = "",
    base: OneBase = "",
    json: AsJson = False,
) -> None:
    """List once-only actions, newest first."""
    wanted = _state(state)
    with workers(base) as each:
        for worker in each:
            found = deliveries.listed(worker.ledger, worker.base_id, wanted, 100)
            if json:
                as_json([{"key": d.key, "state": d.state.value, "attempt": d.attempt, "at": d.at,
                          "because": d.because, "outcome": d.outcome} for d in found])  # fmt: skip
                continue
            rows = [(d.key, d.state.value, d.at or "", d.outcome) for d in found]
            table(f"{worker.name}: deliveries", ("Key", "State", "At", "Outcome"), rows)


def _state(written: str) -> DeliveryState | None:
    if not written:
        return None
    try:
        return DeliveryState(written)
    except ValueError as error:
        known = ", ".join(repr(state.value) for state in DeliveryState)
        raise Misconfigured(f"--state {written}: states are {known}.") from error


def resolve(
    key: Annotated[str, typer.Argument(help="Key of a delivery in doubt.")],
    decision: Annotated[str, typer.Argument(help="sent, again or drop.")],
    by: By,
) -> None:
    """Decide a delivery in doubt: it was sent, send it again, or drop it."""
    states = dict(zip(("sent", "again", "drop"), RESOLUTIONS.values(), strict=True))
    if decision not in states:
        raise Misconfigured(f"{decision!r} is no decision: say sent, again or drop.")
    ledger = open_ledger(load_settings().database_url)
    resolved = deliveries.resolve(ledger, key, states[decision], by=by, at=real_now())
    ledger.close()
    if not resolved:
        raise Misconfigured(f"{key} is not in doubt: see 'affiliate-ops deliveries list'.")
    console.print(f"{escape(key)}: {decision}.")


def rebuild(base: OneBase = "") -> None:
    """After the ledger was lost: read touches and suppressions back from Airtable."""
    with workers(base) as each:
        for worker in each:
            counts = rebuilding.rebuild(worker)
            console.print(f"{worker.name}: {counts_line(counts)}")


def list_holds(base: OneBase = "", json: AsJson = False) -> None:
    """List the plans that wait for a person."""
    with workers(base) as each:
        for worker in each:
            held = brakes.holds(worker.ledger, worker.base_id, only_held=True)
            if json:
                as_json([_hold_as_json(hold) for hold in held])
            else:
                rows = [(h.id, h.job, h.kind, h.size or "", h.because) for h in held]
                table(f"{worker.name}: holds", ("Id", "Job", "Kind", "Rows", "Because"), rows)


def show_hold(
    hold: Annotated[str, typer.Argument(help="Id of the hold.")], json: AsJson = False
) -> None:
    """Show what a held plan would do."""
    ledger = open_ledger(load_settings().database_url)
    found = brakes.by_id(ledger, hold)
    ledger.close()
    if found is None:
        raise Misconfigured(f"There is no hold {hold}: see 'affiliate-ops holds list'.")
    if json:
        as_json(_hold_as_json(found))
        return
    console.print(f"[bold]{escape(found.job)}[/bold] {found.state.value}: {escape(found.because)}")
    for line in found.preview:
        console.print(f"· {escape(line)}")


def _hold_as_json(hold: brakes.Hold) -> dict[str, object]:
    return {
        "id": hold.id, "job": hold.job, "kind": hold.kind, "rows": hold.size,
        "state": hold.state.value, "because": hold.because, "since": hold.opened_at,
        "preview": hold.preview,
    }  # fmt: skip


def release(hold: Annotated[str, typer.Argument(help="Id of the hold.")], by: By) -> None:
    """Let a held plan go on."""
    _decide(hold, HoldState.RELEASED, by)


def drop(hold: Annotated[str, typer.Argument(help="Id of the hold.")], by: By) -> None:
    """Drop a held plan: it is not carried out."""
    _decide(hold, HoldState.DROPPED, by)


def _decide(hold: str, state: HoldState, by: str) -> None:
    ledger = open_ledger(load_settings().database_url)
    decided = brakes.decide(ledger, hold, state, by=by, at=real_now())
    ledger.close()
    if not decided:
        raise Misconfigured(f"{hold} does not wait any more: see 'affiliate-ops holds list'.")
    console.print(f"{escape(hold)}: {state.value}.")
