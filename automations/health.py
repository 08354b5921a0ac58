"""Which jobs have not ended well within three of their intervals: for /healthz and for notices."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

INTERVALS = 3


@dataclass(frozen=True, slots=True)
class Ailing:
    """A job that has not ended well since `since`; `key` names this episode."""

    job: str
    since: datetime
    key: str


def ailing_jobs(
    *,
    base: str,
    last_good_ends: Mapping[str, datetime],
    intervals: Mapping[str, timedelta],
    watched_since: datetime,
    now: datetime,
) -> tuple[Ailing, ...]:
    """The jobs of `intervals` whose last good end (or `watched_since`) is three intervals past.

    The key is made from that last good end, so one episode is told once however long it lasts.
    """
    found = []
    for job, interval in sorted(intervals.items()):
        good = last_good_ends.get(job)
        since = good or watched_since
        if now - since > INTERVALS * interval:
            episode = int(good.timestamp()) if good else "never"
            found.append(Ailing(job, since, f"health:{base}:{job}:{episode}"))
    return tuple(found)
