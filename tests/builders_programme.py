"""A whole programme on loopback: the sandbox, the product's settings, and hands to edit with."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from sandbox.run import Sandbox
from sandbox.seed import BASE_ID
from schemas.fields import Field, Table
from schemas.tables import creators, outreach
from worker.jobs import JOBS
from worker.ledger.engine import open_ledger
from worker.reading import Reading
from worker.running import Ran, run_once
from worker.settings import load_settings
from worker.wiring import Worker, build

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Programme:
    """The sandbox with the product pointed at it."""

    sandbox: Sandbox
    base_id: str = BASE_ID

    @contextmanager
    def worker(self, as_of: datetime | None = None) -> Iterator[Worker]:
        """The product's own wiring for this base."""
        settings = load_settings()
        built = build(settings, next(iter(settings.airtable_base_ids)), as_of=as_of)
        try:
            yield built
        finally:
            built.close()

    def run(self, *jobs: str, as_of: datetime | None = None) -> list[Ran]:
        """One pass of each job, in this process."""
        with self.worker(as_of) as worker:
            reading = Reading(worker)
            return [run_once(worker, JOBS[job], reading) for job in jobs]

    def outreach(self, as_of: datetime | None = None) -> Ran:
        """Replies, then one pass of outreach; how outreach ended."""
        return self.run("replies", "outreach", as_of=as_of)[-1]

    def cli(self, *words: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        """The command line, in a process of its own."""
        command = [sys.executable, "-m", "worker", *words]
        return subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=timeout, check=False
        )

    def rows(self, table: Table) -> list[Mapping[str, Any]]:
        """The rows of a table, by field name, with their `id`."""
        rows: list[Any] = self.sandbox.store.rows(self.base_id, table.name)
        return [{"id": row["id"], **row["fields"]} for row in rows]

    def edit(self, table: Table, record_id: str, cells: Mapping[Field, object]) -> None:
        """Type into a row, as a teammate would."""
        named = {field.name: value for field, value in cells.items()}
        self.sandbox.store.update_record(self.base_id, table.name, record_id, named)

    def delete(self, table: Table, record_id: str) -> None:
        """Delete a row, as a teammate would."""
        self.sandbox.store.delete_record(self.base_id, table.name, record_id)

    def create(self, table: Table, cells: Mapping[Field, object]) -> str:
        """Type a new row, as a teammate would; its record id."""
        named = {field.name: value for field, value in cells.items()}
        return self.sandbox.store.create_record(self.base_id, table.name, named)

    def edit_wait(self, days: int) -> None:
        """Set the wait of every step."""
        for row in self.rows(outreach.STEPS):
            self.edit(outreach.STEPS, row["id"], {outreach.STEP_WAIT: days})

    def add_creators(self, count: int) -> None:
        """More creators who are due now."""
        sequence = self.rows(outreach.SEQUENCES)[0]["id"]
        for n in range(count):
            typed = {
                creators.NAME: f"Rosa Nova {n}",
                creators.EMAIL: f"rosa.nova.{n}@example.net",
                creators.COUNTRY: "US",
                creators.SEQUENCE: [sequence],
            }
            self.create(creators.TABLE, typed)

    def remove_view(self, table: str, view: str) -> None:
        """Delete a view, as a person would in the UI."""
        made = self.sandbox.store.table(self.base_id, table)
        found = next(one for one in made.views.values() if one.name == view)
        del made.views[found.id]

    def mails(self) -> list[Mapping[str, Any]]:
        """Every mail the sandbox accepted; `to` is the address on its envelope."""
        offered: list[Any] = list(self.sandbox.world.mail)
        taken = [mail for mail in offered if mail["outcome"].startswith("accepted")]
        return [mail | {"to": mail["envelope"]["to"][0]} for mail in taken]

    def mails_per_step(self) -> dict[tuple[str, str], int]:
        """How many mails each (address, delivery key) got."""
        counts: dict[tuple[str, str], int] = {}
        for mail in self.mails():
            pair = (str(mail["to"]), key_of(mail))
            counts[pair] = counts.get(pair, 0) + 1
        return counts


def key_of(mail: Mapping[str, object]) -> str:
    """The delivery key a mail carries."""
    headers: list[list[str]] = mail["headers"]  # type: ignore[assignment]  # JSON-shaped
    return next(value for name, value in headers if name == "X-Affiliate-Ops-Key")


@cache
def _fresh_ledger() -> bytes:
    """An empty ledger with all its tables: migrating takes longer than copying."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        open_ledger(f"sqlite:///{path}").close()
        return path.read_bytes()


@contextmanager
def programme(
    folder: Path, monkeypatch: pytest.MonkeyPatch, creators: int = 5
) -> Iterator[Programme]:
    """A seeded sandbox, fast, with the environment of this process pointing at it."""
    with Sandbox(folder, creators=creators) as sandbox:
        sandbox.world.limits.per_second = 500
        (folder / "ledger.db").write_bytes(_fresh_ledger())
        for name, value in sandbox.environment().items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("AIRTABLE_REQUESTS_PER_SECOND", "500")
        monkeypatch.delenv("MAIL_REDIRECT_TO", raising=False)
        os.environ.setdefault("PYTHONWARNINGS", "ignore")
        yield Programme(sandbox)
