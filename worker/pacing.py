"""When a base's feed is polled next, and whether what it told is fresh enough to send on.

How fast the month's calls may be spent is the governor's to say; that pings make polls needless
is known here.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from automations.governor import pace
from worker.feed import LATE_SWEEP
from worker.ledger import feeds, mirror
from worker.wiring import Worker

PINGED = timedelta(hours=1)  # between polls, while pings tell of every change
ROUNDING = timedelta(seconds=5)  # ticks come a little early or late
# Without a webhook whole tables are read: for that no more than this part of the calls is spent.
SWEEPS_SHARE = 0.3
ROWS_A_CALL = 100


@dataclass(frozen=True, slots=True)
class Pace:
    """How long to wait between polls now, and when the feed was last read to its end."""

    wait: timedelta
    read_at: datetime | None

    def is_due(self, now: datetime) -> bool:
        """Whether the feed is to be polled in this pass."""
        return self.read_at is None or now - self.read_at >= self.wait - ROUNDING

    def is_fresh(self, now: datetime) -> bool:
        """Whether changes were read within the last two polls: else nothing is sent."""
        return self.read_at is not None and now - self.read_at <= 2 * self.wait + ROUNDING


def pace_of(worker: Worker) -> Pace:
    """The base's pace at this moment; raises ServiceDown without Redis."""
    state = feeds.load(worker.ledger, worker.base_id)
    now = worker.clock.now()
    going = pace(
        used=worker.limiter.used(),
        allowance=worker.share.allowance,
        now=now,
        people_at=now if worker.pings.is_waiting() else state.people_at,
    )
    wait = going.wait
    if not state.hook and state.swept_at is not None:
        wait = max(wait, _between_sweeps(worker))
    elif worker.pings.are_trusted() and not worker.pings.is_waiting():
        wait = max(wait, PINGED)
    return Pace(wait, state.read_at)


def _between_sweeps(worker: Worker) -> timedelta:
    """Without a webhook: so long that the sweeps of a month cost their share at most."""
    counts = mirror.row_counts(worker.ledger, worker.base_id)
    cost = LATE_SWEEP + sum(1 + rows // ROWS_A_CALL for rows in counts.values())
    a_month = worker.share.allowance * SWEEPS_SHARE / max(1, len(worker.share.bases))
    return timedelta(days=30) * (cost / a_month)
