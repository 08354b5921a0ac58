"""The unsubscribe link and its two pages; needs the ledger only, neither Redis nor Airtable.

The link names base and creator by the ledger's ids (nothing personal) and carries 96 bits of an
HMAC over both: unforgeable, and short enough for a header line.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flask import Blueprint, Response, make_response, render_template, request

PAGES = Path(__file__).parent.parent / "templates" / "web"
LANGUAGES = ("en", "es", "pt", "de", "fr", "vi", "id")
Suppress = Callable[[str, str, str, datetime], None]
_PART = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class OptOutLink:
    """Whom a link unsubscribes: a creator of a base, by the ledger's ids."""

    base: str
    creator_id: str


def unsubscribe_url(public_url: str, secret_keys: Sequence[str], base: str, creator_id: str) -> str:
    """The creator's link, signed with the newest key (the first); "" without PUBLIC_URL."""
    if not public_url:
        return ""
    if not (_PART.fullmatch(base) and _PART.fullmatch(creator_id)):
        raise ValueError(f"base {base!r} or creator id {creator_id!r} does not fit into a link")
    signed = f"{base}.{creator_id}"
    return f"{public_url.rstrip('/')}/u/{signed}.{_mac(secret_keys[0], signed)}"


def read_token(secret_keys: Sequence[str], token: str) -> OptOutLink | None:
    """Whom the link's last part names; None if none of the keys signed it."""
    signed, _, mac = token.rpartition(".")
    base, _, creator_id = signed.partition(".")
    if not (_PART.fullmatch(base) and _PART.fullmatch(creator_id) and mac.isascii()):
        return None
    if any(hmac.compare_digest(_mac(key, signed), mac) for key in secret_keys):
        return OptOutLink(base, creator_id)
    return None


def unsubscribe_pages(
    verify: Callable[[str], OptOutLink | None], suppress: Suppress, now: Callable[[], datetime]
) -> Blueprint:
    """GET /u/TOKEN asks and changes nothing (scanners follow links); POST opts out, every time 200.

    What `suppress` raises becomes a 500, so that the mail provider asks again.
    """
    pages = Blueprint("unsubscribe", __name__, template_folder=str(PAGES))

    @pages.get("/u/<token>")
    def ask(token: str) -> Response:
        return _page("ask" if verify(token) else "unknown")

    @pages.post("/u/<token>")
    def opt_out(token: str) -> Response:
        link = verify(token)
        if link is None:
            return _page("unknown")
        one_click = request.form.get("List-Unsubscribe") == "One-Click"
        source = "one-click unsubscribe" if one_click else "unsubscribe page"
        suppress(link.base, link.creator_id, source, now())
        return _page("done")

    return pages


def _page(state: str) -> Response:
    language = request.accept_languages.best_match(LANGUAGES) or "en"
    page = make_response(render_template("unsubscribe.html", state=state, language=language))
    page.status_code = 404 if state == "unknown" else 200
    page.headers["Cache-Control"] = "no-store"
    page.headers["Referrer-Policy"] = "no-referrer"
    page.headers["X-Robots-Tag"] = "noindex"
    return page


def _mac(key: str, signed: str) -> str:
    digest = hmac.new(key.encode(), f"unsubscribe:{signed}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:12]).decode()
