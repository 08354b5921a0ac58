"""Who is at the staff page: one password for the team, and a name for every decision.

The session is a signed cookie; wrong tries are counted in this process's memory.
"""

import hashlib
import hmac
import secrets
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from flask import Blueprint, Flask, Response, flash, redirect, render_template, request, session
from flask.typing import ResponseReturnValue

MOST_WRONG = 5
WRONG_WITHIN = timedelta(minutes=1)
STAYS_IN = timedelta(hours=12)
NAME_LIMIT = 60


class Password:
    """The team's password; after five wrong tries in a minute, everybody new waits.

    Counted over all addresses: behind a proxy they are all one, and an attacker has many.
    """

    def __init__(self, password: str, keys: Sequence[str], now: Callable[[], datetime]) -> None:
        self._password = password
        self._keys = keys
        self._now = now
        self._wrong: deque[datetime] = deque(maxlen=MOST_WRONG)

    @property
    def is_set(self) -> bool:
        """Whether anybody can log in at all."""
        return bool(self._password)

    @property
    def must_wait(self) -> bool:
        """Whether the last five tries were wrong and all within a minute."""
        full = len(self._wrong) == MOST_WRONG
        return full and self._now() - self._wrong[0] < WRONG_WITHIN

    def is_right(self, tried: str) -> bool:
        """Whether `tried` is the password; a wrong one is counted."""
        right = self.is_set and hmac.compare_digest(self._password.encode(), tried.encode())
        if not right:
            self._wrong.append(self._now())
        return right

    def marks(self) -> tuple[str, ...]:
        """What a session holds, by each key: a changed password logs everybody out."""
        said = f"staff page:{self._password}".encode()
        return tuple(hmac.new(k.encode(), said, hashlib.sha256).hexdigest() for k in self._keys)


def sign_cookies(app: Flask, keys: Sequence[str], *, https: bool) -> None:
    """Session cookies signed by the newest key; those signed by an older one still hold."""
    app.secret_key = keys[0]
    app.config.update(
        SECRET_KEY_FALLBACKS=list(keys[1:]),
        SESSION_COOKIE_NAME="staff",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=https,
        PERMANENT_SESSION_LIFETIME=STAYS_IN,
    )


def form_token() -> str:
    """The token every form of this session carries, so that no other site can post in its name."""
    if "form" not in session:
        session["form"] = secrets.token_urlsafe(24)
    return str(session["form"])


def who(password: Password) -> str:
    """The name of the person at this browser; "" when not logged in."""
    if not password.is_set or session.get("mark") not in password.marks():
        return ""
    return str(session.get("name", ""))


def guard(pages: Blueprint, password: Password) -> None:
    """Every page but the login needs a person, and every POST the token of its form."""

    @pages.before_request
    def check() -> ResponseReturnValue | None:
        if request.method == "POST" and not _is_own_form():
            return render_template("stale.html"), 400
        if request.endpoint != f"{pages.name}.login" and not who(password):
            return redirect("/login")
        return None

    @pages.context_processor
    def words() -> dict[str, object]:
        return {"form_token": form_token, "who": who(password)}

    @pages.after_request
    def private(page: Response) -> Response:
        page.headers["Cache-Control"] = "no-store"
        return page


def login_pages(pages: Blueprint, password: Password) -> None:
    """Adds /login and /logout."""

    @pages.route("/login", methods=["GET", "POST"])
    def login() -> ResponseReturnValue:
        if not password.is_set:
            return render_template("login.html", is_set=False), 503
        if request.method == "GET":
            return render_template("login.html", is_set=True)
        return _try(password)

    @pages.post("/logout")
    def logout() -> ResponseReturnValue:
        session.clear()
        return redirect("/login")


def _try(password: Password) -> ResponseReturnValue:
    name = " ".join(request.form.get("name", "").split())[:NAME_LIMIT]
    if password.must_wait:
        flash("Too many wrong passwords. Wait a minute, then try again.")
        return render_template("login.html", is_set=True, name=name), 429
    if not name:
        flash("Type your name: it is noted beside what you decide.")
        return render_template("login.html", is_set=True), 400
    if not password.is_right(request.form.get("password", "")):
        flash("That is not the password.")
        return render_template("login.html", is_set=True, name=name), 403
    session.clear()
    session.permanent = True
    session.update(name=name, mark=password.marks()[0])
    return redirect("/")


def _is_own_form() -> bool:
    ours, sent = str(session.get("form", "")), request.form.get("form_token", "")
    return bool(ours) and hmac.compare_digest(ours.encode(), sent.encode())
