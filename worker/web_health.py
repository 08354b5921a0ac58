"""GET /healthz: whether every job of every base has ended well lately. No login, no secrets."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from flask import Blueprint, Response, jsonify
from sqlalchemy.exc import SQLAlchemyError

from automations.health import Ailing, ailing_jobs
from worker.errors import Misconfigured, ServiceDown
from worker.ledger import history
from worker.ledger.engine import Ledger

log = structlog.get_logger()


class Watch:
    """Judges the jobs of the bases by the runs in the ledger."""

    def __init__(
        self,
        bases: Mapping[str, str],
        jobs: Sequence[str],
        interval: timedelta,
        watched_since: datetime,
    ) -> None:
        self.bases = bases
        self.jobs = jobs
        self._intervals = dict.fromkeys(jobs, interval)
        self._since = watched_since

    def late(self, ledger: Ledger, base: str, now: datetime) -> tuple[Ailing, ...]:
        """The jobs of a base that have not ended well within three intervals."""
        return ailing_jobs(
            base=base,
            last_good_ends=history.last_good_ends(ledger, base),
            intervals=self._intervals,
            watched_since=self._since,
            now=now,
        )


def health_page(
    ledger: Callable[[], Ledger], watch: Watch, now: Callable[[], datetime]
) -> Blueprint:
    """200 when all is well; 503 naming what is late, also when the ledger cannot be read."""
    pages = Blueprint("health", __name__)

    @pages.get("/healthz")
    def healthz() -> Response:
        try:
            late = [
                {"base": name, "job": ailing.job, "since": ailing.since.isoformat()}
                for name, base in watch.bases.items()
                for ailing in watch.late(ledger(), base, now())
            ]
        except (ServiceDown, Misconfigured, SQLAlchemyError) as error:
            log.warning("healthz", why=type(error).__name__)
            return _answer({"ok": False, "late": [], "why": "The ledger cannot be read."})
        return _answer({"ok": not late, "late": late})

    return pages


def _answer(said: Mapping[str, object]) -> Response:
    answer = jsonify(said)
    answer.status_code = 200 if said["ok"] else 503
    answer.headers["Cache-Control"] = "no-store"
    return answer
