"""A pass of outreach in a process of its own that dies at a named point, as kill -9 would.

Production code has no hooks for this: the functions at the boundaries are replaced here.
"""

import os
import sys
from collections.abc import Callable
from enum import Enum
from functools import wraps
from typing import Any

from worker.airtable import Base
from worker.jobs import JOBS
from worker.ledger import claims
from worker.mail import Mailbox
from worker.reading import Reading
from worker.running import run_once
from worker.settings import load_settings
from worker.wiring import build


class CrashPoint(Enum):
    """Every boundary of the executor."""

    BEFORE_CLAIM = "before claim"
    AFTER_CLAIM = "after claim"
    AFTER_SEND = "after send"
    AFTER_SETTLE = "after settle"
    AFTER_WRITE_BACK = "after write-back"


def _dying(act: Callable[..., Any], countdown: list[int], *, before: bool) -> Callable[..., Any]:
    @wraps(act)
    def dies(*args: Any, **options: Any) -> Any:
        countdown[0] -= 1
        if before and countdown[0] == 0:
            os._exit(9)
        answer = act(*args, **options)
        if countdown[0] == 0:
            os._exit(9)
        return answer

    return dies


def arm(point: CrashPoint, nth: int) -> None:
    """Make this process die the `nth` time it comes to `point`."""
    before = point is CrashPoint.BEFORE_CLAIM
    where: dict[CrashPoint, tuple[Any, str]] = {
        CrashPoint.BEFORE_CLAIM: (claims, "claim"),
        CrashPoint.AFTER_CLAIM: (claims, "claim"),
        CrashPoint.AFTER_SEND: (Mailbox, "send"),
        CrashPoint.AFTER_SETTLE: (claims, "settle"),
        CrashPoint.AFTER_WRITE_BACK: (Base, "upsert"),
    }
    owner, name = where[point]
    setattr(owner, name, _dying(getattr(owner, name), [nth], before=before))


def main() -> None:
    """`crashing.py POINT NTH`: one pass of outreach that dies there."""
    arm(CrashPoint(sys.argv[1]), int(sys.argv[2]))
    settings = load_settings()
    worker = build(settings, next(iter(settings.airtable_base_ids)))
    run_once(worker, JOBS["outreach"], Reading(worker))
    worker.close()


if __name__ == "__main__":
    main()
