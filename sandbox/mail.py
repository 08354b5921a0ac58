"""Mail in small: the SMTP front and the brand's mailboxes, in one thread with its own loop."""

import asyncio
import itertools
import threading
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from sandbox.imap import PASSWORD, Mailboxes
from sandbox.letters import Letter, MailLog
from sandbox.smtp import Conversation
from sandbox.world import World

T = TypeVar("T")
BRAND = "jane@glow.example.com"
START_S = 30.0


class Mail:
    """SMTP and IMAP on loopback from construction until `stop`."""

    def __init__(self, world: World, directory: Path, addresses: Sequence[str] = (BRAND,)) -> None:
        self._world, self._addresses = world, tuple(addresses)
        self._numbers = itertools.count(1)
        self._log = MailLog(world, directory / "mail.jsonl")
        self._boxes = Mailboxes(world, self._addresses)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="mail", daemon=True)
        self._thread.start()
        self._stack = AsyncExitStack()
        self.smtp_port, self.imap_port = self._call(self._start())

    async def _start(self) -> tuple[int, int]:
        smtp = await asyncio.get_running_loop().create_server(
            lambda: Conversation(self._world, self._log), "127.0.0.1", 0
        )
        await self._stack.enter_async_context(smtp)
        imap_port = await self._boxes.start(self._stack)
        return int(smtp.sockets[0].getsockname()[1]), imap_port

    def _call(self, work: Coroutine[object, object, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(START_S)

    def deliver(self, raw: bytes, folder: str = "INBOX", mailbox: str = "") -> None:
        """Put a mail into a folder of a mailbox (default: the first), readable on return."""
        self._call(self._boxes.put(raw, folder, mailbox))

    def write(self, letter: Letter, folder: str = "INBOX", mailbox: str = "") -> None:
        """Compose a mail and deliver it."""
        self.deliver(letter.raw(self._world, next(self._numbers)), folder, mailbox)

    def smtp_url(self, address: str = "") -> str:
        """Where to send from `address` (default: the first mailbox)."""
        return f"smtp://{self._login(address)}@127.0.0.1:{self.smtp_port}"

    def imap_url(self, address: str = "") -> str:
        """Where to read the mailbox of `address` (default: the first)."""
        return f"imap://{self._login(address)}@127.0.0.1:{self.imap_port}"

    def _login(self, address: str) -> str:
        return f"{quote(address or self._addresses[0], safe='')}:{PASSWORD}"

    def stop(self) -> None:
        """Close both servers and all their connections."""
        self._call(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(START_S)
        self._loop.close()
        self._log.close()

    async def _stop(self) -> None:
        await self._stack.aclose()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
