"""The wire between a client and the fronts: every HTTP request passes here exactly once.

Applies the faults that concern the connection, notes /v0 requests in the log, dates every answer.
A fault a front must word itself (429, 500, 503, billing_limit) travels on as `environ[FAULT]`.
"503 after 7" is a 503 whose answer carries `Retry-After: 7`.
"""

import time
from collections.abc import Iterable
from email.utils import format_datetime
from typing import TYPE_CHECKING

from werkzeug.test import run_wsgi_app
from werkzeug.wrappers import Response

from sandbox.world import World

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

FAULT = "sandbox.fault"
SLOW_S = 2.0
# What a proxy in front of Airtable says, which knows no JSON.
_PROXYS = {
    "502": "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>",
    "504": "<html><head><title>504 Gateway Time-out</title></head></html>",
}


class Dropped(ConnectionAbortedError):
    """The connection is closed without an answer, as a fault demands."""


class Wire:
    """WSGI middleware around all fronts of one world."""

    def __init__(self, app: "WSGIApplication", world: World) -> None:
        self._app = app
        self._world = world

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], _decoded(environ["PATH_INFO"])
        fault = None
        if not path.startswith("/sandbox/"):
            fault = self._world.faults.take(f"{method} {path}")
        at = self._world.clock.now()
        answer = self._answered(environ, fault)
        if path.startswith("/v0/"):
            status = answer.status_code if answer else None
            self._world.requests.append(
                {
                    "method": method,
                    "path": path,
                    "base": base_in(path),
                    "status": status,
                    "at": at.isoformat(),
                    "fault": fault,
                }
            )
        if answer is None or fault == "drop_reply":
            raise Dropped(fault)
        answer.headers["Date"] = format_datetime(self._world.clock.now(), usegmt=True)
        return answer(environ, start_response)

    def _answered(self, environ: "WSGIEnvironment", fault: str | None) -> Response | None:
        """The fronts' answer, or None if the request must not reach them nor be answered."""
        if fault == "drop_request":
            return None
        if fault in _PROXYS:
            return Response(_PROXYS[fault], int(fault), mimetype="text/html")
        if fault == "slow":
            time.sleep(SLOW_S)
        kind, _, retry_after = (fault or "").partition(" after ")
        environ[FAULT] = kind or None
        body, status, headers = run_wsgi_app(self._app, environ)
        if retry_after:
            headers["Retry-After"] = retry_after
        return Response(body, status, headers)


def _decoded(path: str) -> str:
    """WSGI carries the bytes of a path as if they were latin-1."""
    return path.encode("latin-1").decode("utf-8", "replace")


def base_in(path: str) -> str | None:
    """The base id a /v0 path is about; None for calls about no single base."""
    match [part for part in path.split("/") if part]:
        case ["v0", "meta", "bases", base, *_] | ["v0", "bases", base, *_]:
            return base
        case ["v0", base, _, *_] if base != "meta":
            return base
        case _:
            return None
