"""When to stop: a slice of at most sixty seconds, or SIGTERM; and what must never be swallowed."""

import signal
import threading
import time
from dataclasses import dataclass, field

from rq.exceptions import StopRequested
from rq.timeouts import BaseTimeoutException

SLICE_S = 60.0
INTERRUPTIONS = (BaseTimeoutException, StopRequested)  # RQ's: re-raised before any `except`

_ASKED = threading.Event()


@dataclass(slots=True)
class Stopping:
    """Set once this job's slice is over or the process was asked to stop."""

    slice_s: float = SLICE_S
    started: float = field(default_factory=time.monotonic)
    asked: threading.Event = field(default_factory=lambda: _ASKED)

    def begin_slice(self) -> None:
        """A job begins: it has a slice of its own, whatever the jobs before it took."""
        self.started = time.monotonic()

    def is_set(self) -> bool:
        """Whether to begin nothing more."""
        return self.asked.is_set() or time.monotonic() - self.started > self.slice_s


def finish_on_sigterm() -> None:
    """From now on SIGTERM asks this process to finish what it is doing and start nothing else."""
    signal.signal(signal.SIGTERM, lambda *_: _ASKED.set())
