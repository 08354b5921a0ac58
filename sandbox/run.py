"""The whole sandbox: one world, all its fronts, and the environment that leads to them."""

import shlex
import shutil
import signal
import socket
import sys
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from sandbox import channels, discord
from sandbox.airtable.api import TOKEN
from sandbox.mail import BRAND, Mail
from sandbox.seed import BASE_ID, BASE_NAME, seed
from sandbox.server import Server
from sandbox.services import Valkey
from sandbox.world import World

# What a sandbox before this one left behind: its base is gone, so its ledger would disagree.
LEFTOVERS = ("ledger.db", "ledger.db-wal", "ledger.db-shm", "mail.jsonl", "env")
WRONG_USE = 2


class Sandbox:
    """Airtable, Discord, mail and Redis on loopback, from construction until `stop`.

    A new world each time: the directory's ledger and mail log of an earlier one are removed.
    Raises OSError when the port is in use or the directory cannot be written.
    """

    def __init__(self, directory: Path, port: int = 0, creators: int = 0) -> None:
        # A port in use may be a sandbox in this very directory: look before clearing it.
        socket.create_server(("127.0.0.1", port)).close()
        self.directory = directory.absolute()
        self._clear()
        self.world = World()
        self.store = self.world.airtable
        self.store.add_base(BASE_ID, BASE_NAME)
        if creators:
            seed(self.store, BASE_ID, creators)
        with ExitStack() as started:
            self.mail = Mail(self.world, self.directory)
            started.callback(self.mail.stop)
            self.server = Server(self.world, port, [discord.front, channels.front(self.mail)])
            self.server.start()
            started.callback(self.server.stop)
            self.valkey = Valkey(self.directory / "valkey")
            started.callback(self.valkey.stop)
            self.url = self.server.url
            self.env_file.write_text(_dotenv(self.environment()))
            self._running = started.pop_all()

    def _clear(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        for name in LEFTOVERS:
            (self.directory / name).unlink(missing_ok=True)
        shutil.rmtree(self.directory / "valkey", ignore_errors=True)

    @property
    def env_file(self) -> Path:
        """Where the environment is written: dotenv, and sourceable by sh."""
        return self.directory / "env"

    def environment(self) -> Mapping[str, str]:
        """What the product needs to find this sandbox."""
        return {
            "AIRTABLE_API_KEY": TOKEN,
            "AIRTABLE_BASE_IDS": f"{BASE_NAME}={BASE_ID}",
            "AIRTABLE_URL": self.url,
            "REDIS_URL": self.valkey.url,
            "DATABASE_URL": f"sqlite:///{self.directory / 'ledger.db'}",
            "SMTP_URL": self.mail.smtp_url(),
            "IMAP_URL": self.mail.imap_url(),
            "MAIL_FROM": f"Jane Rivera <{BRAND}>",
            "MAIL_POSTAL_ADDRESS": "Glow, 100 Example Street, Los Angeles CA 90001, USA",
            "DISCORD_WEBHOOK_STAFF": discord.webhook_url(self.url, "staff"),
            "DISCORD_WEBHOOK_ALERTS": discord.webhook_url(self.url, "alerts"),
            "DISCORD_WEBHOOK_COMMUNITY": discord.webhook_url(self.url, "community"),
            "PUBLIC_URL": "http://127.0.0.1:8000",
            "SECRET_KEY": "sandbox-only-not-a-secret",
            "WEB_PASSWORD": "sandbox",
        }

    def stop(self) -> None:
        """End all of it; the files stay."""
        self._running.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def serve(directory: str, port: int, creators: int) -> None:
    """Run a sandbox until Ctrl-C or SIGTERM, saying where everything is."""
    ended = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    with _started(Path(directory), port, creators) as sandbox:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, end)
        sys.stdout.write(_told(sandbox, creators))
        sys.stdout.flush()
        ended.wait()


def _started(directory: Path, port: int, creators: int) -> Sandbox:
    try:
        return Sandbox(directory, port, creators)
    except OSError as error:
        sys.stderr.write(f"The sandbox did not start: {error}. Try another --port or --dir.\n")
        raise SystemExit(WRONG_USE) from error


def _told(sandbox: Sandbox, creators: int) -> str:
    env = shlex.quote(str(sandbox.env_file))
    filled = f"{creators} creators due now" if creators else "empty: run `affiliate-ops init`"
    return (
        f"Sandbox    {sandbox.url}   (mail: {sandbox.url}/mail, Discord: {sandbox.url}/channels)\n"
        f"Base       {BASE_NAME}={BASE_ID}, {filled}\n"
        f"SMTP       127.0.0.1:{sandbox.mail.smtp_port}   IMAP 127.0.0.1:{sandbox.mail.imap_port}\n"
        f"Valkey     {sandbox.valkey.url}\n"
        f"To use it  set -a; . {env}; set +a\n"
        "Ctrl-C ends it.\n"
    )


def _dotenv(values: Mapping[str, str]) -> str:
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in values.items())
