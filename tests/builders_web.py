"""Builders for the staff page: its settings, a creator in doubt, a browser that is logged in."""

from dataclasses import replace

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from schemas.outreach import DeliveryState
from tests.builders_ledger import BASE, REAL, a_fence, a_touch, an_enrolment
from worker.ledger import claims, leases
from worker.ledger.engine import Ledger
from worker.settings import Settings
from worker.web import create_app

PASSWORD = "eleven green bottles"
JOBS = ("replies", "outreach")


def some_settings(database_url: str, **changed: object) -> Settings:
    """The settings of a deployment with one base, `glow`."""
    given: dict[str, object] = {
        "airtable_api_key": "patEXAMPLE",
        "airtable_base_ids": f"glow={BASE}",
        "database_url": database_url,
        "secret_key": "a-secret-of-enough-length",
        "web_password": PASSWORD,
    }
    return Settings(_env_file=None, **{**given, **changed})  # type: ignore[call-arg,arg-type]  # pydantic-settings


def an_app(database_url: str, **changed: object) -> Flask:
    """The web process at the instant REAL."""
    return create_app(some_settings(database_url, **changed), JOBS, now=lambda: REAL)


def a_doubt(ledger: Ledger, creator: str = "ana", subject: str = "Hello from Glow") -> str:
    """A touch that may or may not have left; its key."""
    an_enrolment(ledger, creator)
    wanted = replace(a_touch(creator), payload={"subject": subject, "text": "…"})
    fence = a_fence(ledger)
    claimed = claims.claim(ledger, wanted, fence=fence, owner="me", now=REAL, real=REAL)
    leases.give_back(ledger, fence, real=REAL)
    claims.settle(
        ledger, claimed, DeliveryState.IN_DOUBT, now=REAL, outcome="The connection broke off."
    )
    return wanted.key


def logged_in(app: Flask, name: str = "Linh Tran", password: str = PASSWORD) -> FlaskClient:
    """A browser whose person typed the password."""
    browser = app.test_client()
    browser.get("/login")
    post(browser, "/login", name=name, password=password)
    return browser


def post(browser: FlaskClient, path: str, **form: str) -> TestResponse:
    """Send a form as its page would, with the token it carries."""
    with browser.session_transaction() as session:
        form["form_token"] = str(session.get("form", ""))
    return browser.post(path, data=form, follow_redirects=True)
