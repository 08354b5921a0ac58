"""The staff pages: Today, and the decisions made there. Every decision carries a person's name."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TypeVar

import structlog
from babel.dates import format_timedelta
from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from worker import web_login, web_today
from worker.budget import Budget
from worker.decisions import DECISIONS, RESOLUTIONS
from worker.errors import ServiceDown
from worker.ledger import brakes, deliveries
from worker.ledger.engine import Ledger
from worker.unsubscribe import PAGES
from worker.web_consent import consent_pages
from worker.web_health import Watch
from worker.web_login import Password
from worker.web_outreach import outreach_page
from worker.web_payouts import payouts_pages
from worker.web_results import results_pages
from worker.web_roi import roi_pages
from worker.wiring import Worker

log = structlog.get_logger()

S = TypeVar("S")
REASON_LIMIT = 200
DECIDED_ALREADY = "That was decided already, perhaps by somebody else. Nothing was changed."
SAID = {
    "It was sent": "Noted as sent. The creator goes on to the next step.",
    "Send it again": "It will be sent again in the next pass.",
    "Drop it": "Dropped. It will not be sent.",
    "Release": "Released. It goes on in the next pass.",
    "Drop": "Dropped. It will not be done.",
}


def staff_pages(
    ledger: Callable[[], Ledger],
    watch: Watch,
    password: Password,
    now: Callable[[], datetime],
    budget: Callable[[str], Budget | None],
    opened: Callable[[str], Worker],
) -> Blueprint:
    """GET / shows what needs a person; each POST makes one decision and comes back."""
    pages = Blueprint("staff", __name__, template_folder=str(PAGES))
    web_login.guard(pages, password)
    web_login.login_pages(pages, password)

    @pages.get("/")
    def today() -> str:
        at = now()
        bases = [
            web_today.read_base(ledger(), name, watch, at, budget(name)) for name in watch.bases
        ]
        return render_template(
            "today.html",
            bases=bases,
            pauses=web_today.read_pauses(ledger(), watch.bases),
            everything=brakes.EVERYTHING,
            at=at,
            ago=lambda then: _ago(at - then),
        )

    @pages.post("/doubts")
    def resolve() -> ResponseReturnValue:
        return _decided(RESOLUTIONS, "key", lambda key, state: deliveries.resolve(
            ledger(), key, state, by=web_login.who(password), at=now()
        ))  # fmt: skip

    @pages.post("/holds")
    def decide() -> ResponseReturnValue:
        return _decided(DECISIONS, "hold", lambda hold, state: brakes.decide(
            ledger(), hold, state, by=web_login.who(password), at=now()
        ))  # fmt: skip

    _other_pages(pages, ledger, watch.bases, lambda: web_login.who(password), now)
    outreach_page(pages, tuple(watch.bases), opened)
    _pausing(pages, ledger, password, now)
    _apologies(pages)
    return pages


def _other_pages(
    pages: Blueprint,
    ledger: Callable[[], Ledger],
    bases: Mapping[str, str],
    who: Callable[[], str],
    now: Callable[[], datetime],
) -> None:
    results_pages(pages, ledger, bases, now)
    roi_pages(pages, ledger, bases, now)
    payouts_pages(pages, ledger, bases, who, now)
    consent_pages(pages, ledger, bases, who, now)


def _pausing(
    pages: Blueprint,
    ledger: Callable[[], Ledger],
    password: Password,
    now: Callable[[], datetime],
) -> None:
    @pages.post("/pause")
    def pause() -> ResponseReturnValue:
        why = " ".join(request.form.get("because", "").split())[:REASON_LIMIT]
        if not why:
            return _back("Nothing was paused: write why, so that the others know.")
        because = f"{why} ({web_login.who(password)})"
        brakes.pause(ledger(), brakes.EVERYTHING, because=because, at=now())
        log.info("paused", scope=brakes.EVERYTHING)
        return _back("Everything is paused: no further message leaves until somebody resumes.")

    @pages.post("/resume")
    def resume() -> ResponseReturnValue:
        scope = request.form.get("scope", "")
        if not brakes.resume(ledger(), scope, now()):
            return _back("That pause was lifted already.")
        log.info("resumed", scope=scope)
        return _back("Resumed. Messages that are due leave from the next pass on.")


def _apologies(pages: Blueprint) -> None:
    @pages.errorhandler(ServiceDown)
    @pages.errorhandler(SQLAlchemyError)
    def ledger_away(error: Exception) -> ResponseReturnValue:
        log.error("ledger", why=type(error).__name__)
        return render_template("away.html"), 503


def _decided(
    choices: Mapping[str, S], named: str, decide: Callable[[str, S], bool]
) -> ResponseReturnValue:
    choice = request.form.get("decision", "")
    if choice not in choices:
        return _back("Choose one of the buttons.")
    if not decide(request.form.get(named, ""), choices[choice]):
        return _back(DECIDED_ALREADY)
    return _back(SAID[choice])


def _back(said: str) -> ResponseReturnValue:
    flash(said)
    return redirect("/", code=303)


def _ago(passed: timedelta) -> str:
    if passed < timedelta(minutes=1):
        return "just now"
    return f"{format_timedelta(passed, locale='en', threshold=1.5)} ago"
