"""The `web` process: what needs a person today, unsubscribe links, and /healthz.

The pages' own modules are `web_*`; this one puts them together and serves them.
"""

from flask import Flask
from gunicorn.app.base import BaseApplication

from worker import unsubscribe
from worker.clock import real_now
from worker.ledger import consent
from worker.ledger.engine import Ledger, open_ledger
from worker.settings import Settings
from worker.wiring import signing_keys


def create_app(settings: Settings) -> Flask:
    """The WSGI application; opens the ledger on the first request, after gunicorn forked."""
    app = Flask("worker", template_folder=None, static_folder=None)
    opened: list[Ledger] = []

    def ledger() -> Ledger:
        if not opened:
            opened.append(open_ledger(settings.database_url))
        return opened[0]

    def suppress(base: str, creator: str, source: str, at: object) -> None:
        del at
        with ledger().writing() as connection:
            consent.suppress_creator(
                connection, base, creator, reason="opt-out", source=source, at=real_now()
            )

    keys = signing_keys(settings)
    app.register_blueprint(
        unsubscribe.unsubscribe_pages(
            lambda token: unsubscribe.read_token(keys, token), suppress, real_now
        )
    )
    return app


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn is untyped
    def __init__(self, app: Flask, bind: str) -> None:
        self._app, self._bind = app, bind
        super().__init__()

    def load_config(self) -> None:
        for name, value in {"bind": self._bind, "workers": 1, "threads": 8}.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._app


def serve(settings: Settings, host: str, port: int) -> None:
    """Serve until stopped."""
    _Server(create_app(settings), f"{host}:{port}").run()
