"""The `web` process: what needs a person today, unsubscribe links, /healthz, Airtable's pings.

The pages' own modules are `web_*`; this one puts them together and serves them. People's pages
need the ledger only, so that they still answer when Airtable, Redis or mail do not.
"""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime

from flask import Blueprint, Flask, Response
from gunicorn.app.base import BaseApplication

from worker import unsubscribe, web_login
from worker.airtable_limiter import Account
from worker.budget import Budget, read_budget, share_of
from worker.clock import real_now
from worker.errors import ServiceDown
from worker.ledger import consent
from worker.ledger.engine import Ledger, open_ledger
from worker.queue import wake
from worker.settings import Settings, expected_interval
from worker.watching import watch
from worker.web_approval import Door, approval_pages
from worker.web_health import Watch, health_page
from worker.web_login import Password
from worker.web_pings import ping_pages
from worker.web_staff import staff_pages
from worker.wiring import build, open_limiter

MOST_BYTES = 64 * 1024  # of a request; our longest form is a sentence
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}


def create_app(
    settings: Settings, jobs: Sequence[str], now: Callable[[], datetime] = real_now
) -> Flask:
    """The WSGI application; opens the ledger on the first request, after gunicorn forked."""
    app = Flask(
        "worker",
        template_folder=None,
        static_folder=unsubscribe.PAGES / "static",
        static_url_path="/static",
    )
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    keys = [key.get_secret_value() for key in settings.secret_key]
    web_login.sign_cookies(app, keys, https=settings.public_url.startswith("https://"))
    ledger = _opened_once(settings.database_url)
    password = Password(settings.web_password.get_secret_value(), keys, now)
    interval = expected_interval(settings)
    judge = Watch(settings.airtable_base_ids, jobs, interval, now())
    app.register_blueprint(_unsubscribe(ledger, keys, now))
    app.register_blueprint(
        ping_pages(ledger, settings.airtable_base_ids, lambda name: wake(settings, name))
    )
    app.register_blueprint(
        approval_pages(
            Door(ledger, keys, settings.airtable_base_ids, lambda name: wake(settings, name), now)
        )
    )
    app.register_blueprint(health_page(ledger, judge, now))
    app.register_blueprint(
        staff_pages(
            ledger, judge, password, now, _budgets(settings, now),
            lambda name: build(settings, name, as_of=now()),
        )
    )  # fmt: skip
    app.after_request(_with_security_headers)
    return app


def _unsubscribe(
    ledger: Callable[[], Ledger], keys: Sequence[str], now: Callable[[], datetime]
) -> Blueprint:
    def suppress(base: str, creator: str, source: str, at: datetime) -> None:
        with ledger().writing() as connection:
            consent.suppress_creator(
                connection, base, creator, reason="opt-out", source=source, at=at
            )

    return unsubscribe.unsubscribe_pages(
        lambda token: unsubscribe.read_token(keys, token), suppress, now
    )


def _budgets(settings: Settings, now: Callable[[], datetime]) -> Callable[[str], Budget | None]:
    """How each base's share of Airtable's calls stands; None while Redis, which counts, is away."""

    shares = {name: share_of(settings, name) for name in settings.airtable_base_ids}
    limiters = {
        name: open_limiter(settings, Account(budget=share.name, now=now))
        for name, share in shares.items()
    }

    def budget(name: str) -> Budget | None:
        try:
            return read_budget(limiters[name], shares[name], now())
        except ServiceDown:
            return None

    return budget


def _opened_once(url: str) -> Callable[[], Ledger]:
    opened: list[Ledger] = []
    opening = threading.Lock()

    def ledger() -> Ledger:
        with opening:
            if not opened:
                opened.append(open_ledger(url))
            return opened[0]

    return ledger


def _with_security_headers(page: Response) -> Response:
    for name, value in SECURITY_HEADERS.items():
        page.headers.setdefault(name, value)
    return page


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn is untyped
    def __init__(self, app: Flask, bind: str, started: Callable[[], None]) -> None:
        self._app, self._bind, self._started = app, bind, started
        super().__init__()

    def load_config(self) -> None:
        # One process: wrong passwords are counted in its memory. No control socket in $HOME.
        chosen = {"workers": 1, "threads": 8, "control_socket_disable": True}
        for name, value in {"bind": self._bind, **chosen}.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Called in the process that serves, after the fork: threads may start here."""
        self._started()
        return self._app


def serve(settings: Settings, jobs: Sequence[str], host: str, port: int) -> None:
    """Serve until stopped; /healthz and the watch judge the jobs of these names."""
    app = create_app(settings, jobs)
    _Server(app, f"{host}:{port}", lambda: watch(settings, tuple(jobs))).run()
