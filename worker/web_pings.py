"""POST /hooks/airtable/<base>: Airtable says that something changed, and a pass begins at once.

Only the base's own webhook can sign such a ping. What changed is read from the feed, never from
the ping; without Redis the answer is 503, and Airtable tries again.
"""

from collections.abc import Callable, Mapping

import structlog
from flask import Blueprint, Response, request

from worker.errors import ServiceDown
from worker.ledger import feeds
from worker.ledger.engine import Ledger
from worker.pings import is_signed

log = structlog.get_logger()

MAC = "X-Airtable-Content-MAC"


def ping_pages(
    ledger: Callable[[], Ledger], bases: Mapping[str, str], wake: Callable[[str], None]
) -> Blueprint:
    """The endpoint; `bases` maps names to ids, `wake` notes a ping of the base of that name."""
    pages = Blueprint("pings", __name__)

    @pages.post("/hooks/airtable/<base>")
    def ping(base: str) -> Response:
        name = _name(bases, base)
        if name is None:
            return Response(status=404)
        secret = feeds.load(ledger(), bases[name]).mac_secret
        if not is_signed(request.get_data(), request.headers.get(MAC, ""), secret):
            return Response(status=403)
        try:
            wake(name)
        except ServiceDown as down:
            log.warning("ping", base=name, why=str(down))
            return Response(status=503)
        return Response(status=204)

    return pages


def _name(bases: Mapping[str, str], asked: str) -> str | None:
    """The base's name, asked for by name or by id."""
    if asked in bases:
        return asked
    return next((name for name, base_id in bases.items() if base_id == asked), None)
