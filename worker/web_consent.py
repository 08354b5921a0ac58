"""GET /lift asks whom to write to again and why; POST lifts what bars that creator.

Needs the ledger only. Forgetting is the command line's: it also names rows to delete in Airtable.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

import structlog
from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from worker import lifting
from worker.ledger import forgetting
from worker.ledger.engine import Ledger

log = structlog.get_logger()

REASON_LIMIT = 200


def consent_pages(
    pages: Blueprint,
    ledger: Callable[[], Ledger],
    bases: Mapping[str, str],
    who: Callable[[], str],
    now: Callable[[], datetime],
) -> None:
    """Add the page to the staff's, behind their login."""

    @pages.get("/lift")
    def ask() -> str:
        return render_template("lift.html", key=request.args.get("key", ""))

    @pages.post("/lift")
    def lift() -> ResponseReturnValue:
        key = request.form.get("key", "").strip()
        why = " ".join(request.form.get("because", "").split())[:REASON_LIMIT]
        if not key or not why:
            flash("Nothing was lifted: say who, and why.")
            return redirect("/lift", code=303)
        meant = {name: forgetting.find(ledger(), base, key) for name, base in sorted(bases.items())}
        for said in _unclear(key, meant) or [
            f"{name}: {_lifted(ledger(), bases[name], creator, why, who(), now())}"
            for name, found in meant.items()
            for creator in found
        ]:
            flash(said)
        return redirect("/lift", code=303)


def _unclear(key: str, meant: Mapping[str, tuple[str, ...]]) -> list[str]:
    if not any(meant.values()):
        return [f"Nothing was lifted: no creator is known by {key!r}."]
    return [
        f"Nothing was lifted: {key!r} may be {', '.join(found)} in {name}. Type one of these."
        for name, found in meant.items()
        if len(found) > 1
    ]


def _lifted(ledger: Ledger, base: str, creator: str, why: str, by: str, at: datetime) -> str:
    log.info("lifted", base=base, creator=creator)
    held = forgetting.held(ledger, base, creator)
    return lifting.lift(ledger, held, because=why, by=by, at=at)
