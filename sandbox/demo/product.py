"""The product as an outsider meets it: its command line, and a worker woken through its queue."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from redis import Redis
from rq import Queue
from rq.results import Result

from sandbox.run import Sandbox
from sandbox.seed import BASE_NAME

QUEUE_NAME = "affiliate-ops"
WORK = "worker.queue.work"
PASS_S = 120
COMMAND_S = 120
STOP_S = 10
REQUESTS_PER_SECOND = 500
_ROOT = Path(__file__).parents[2]
_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "SSL_CERT_FILE")
_LOG_TAIL = 2_000


class DemoFailed(Exception):
    """The product did not do its part; the message says where to look."""


class Product:
    """A worker process and a command line pointed at `sandbox`, until `stop`."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.directory = sandbox.directory
        self.outcomes: Counter[tuple[str, str]] = Counter()
        self._log_file = self.directory / "worker.log"
        self._environment = _environment(sandbox)
        self._queue = Queue(QUEUE_NAME, connection=Redis.from_url(sandbox.valkey.url))
        with self._log_file.open("wb") as log:
            self._worker = subprocess.Popen(
                [sys.executable, "-m", "worker", "worker"],
                cwd=self.directory,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the demo to act on
            )

    def wake(self, at: datetime) -> None:
        """One pass over the base at the business time `at`; returns when it is done."""
        job = self._queue.enqueue(
            WORK, BASE_NAME, at.isoformat(), job_timeout=PASS_S, result_ttl=PASS_S
        )
        result = Result.fetch_latest(job, timeout=PASS_S)
        if result is None or result.type is not Result.Type.SUCCESSFUL:
            why = "did not end" if result is None else "failed"
            raise DemoFailed(f"The pass at {at:%Y-%m-%d %H:%M} {why}.\n{self._log_tail()}")
        self._note(result.return_value, at)

    def _note(self, outcomes: object, at: datetime) -> None:
        if not isinstance(outcomes, Mapping):
            raise DemoFailed(f"The pass at {at:%Y-%m-%d %H:%M} answered {outcomes!r}.")
        self.outcomes.update(outcomes.items())
        failed = [job for job, outcome in outcomes.items() if outcome == "failed"]
        if failed:
            raise DemoFailed(
                f"{', '.join(failed)} failed at {at:%Y-%m-%d %H:%M}.\n{self._log_tail()}"
            )

    def command(self, *words: str) -> str:
        """What a command of the product's command line prints; problems for a person are fine."""
        done = subprocess.run(
            [sys.executable, "-m", "worker", *words],
            cwd=self.directory,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=COMMAND_S,
            check=False,
        )
        if done.returncode not in (0, 1):
            said = f"{done.stdout}{done.stderr}"[-_LOG_TAIL:]
            raise DemoFailed(
                f"affiliate-ops {' '.join(words)} ended with {done.returncode}:\n{said}"
            )
        return done.stdout

    def _log_tail(self) -> str:
        return self._log_file.read_text(errors="replace")[-_LOG_TAIL:]

    def stop(self) -> None:
        """End the worker and its horse, politely first."""
        self._queue.connection.close()
        for number, patience in ((signal.SIGTERM, STOP_S), (signal.SIGKILL, STOP_S)):
            with suppress(ProcessLookupError):
                os.killpg(self._worker.pid, number)
            with suppress(subprocess.TimeoutExpired):
                self._worker.wait(patience)
                return

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def _environment(sandbox: Sandbox) -> Mapping[str, str]:
    """The sandbox's, and nothing of the caller's that the product would read as a setting."""
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return {
        **inherited,
        "PYTHONPATH": str(_ROOT),
        **sandbox.environment(),
        "AIRTABLE_REQUESTS_PER_SECOND": str(REQUESTS_PER_SECOND),
    }
