"""The brand's mailboxes by IMAP: mail-devel's real IMAP server here, faults before it."""

import asyncio
from argparse import Namespace
from collections.abc import Sequence
from contextlib import AsyncExitStack

from mail_devel.auth import IMAPAuthenticator  # type: ignore[import-untyped]  # ships no types
from mail_devel.mailbox import TestMailboxDict  # type: ignore[import-untyped]  # ships no types
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import Config, DictBackend
from pymap.backend.dict.filter import FilterSet
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pysasl.hashing import Cleartext

from sandbox.world import World

PASSWORD = "sandbox"  # noqa: S105 - guards invented mail on loopback
FOLDERS = ("INBOX", "Sent", "Spam")
SLOW_S = 2.0


class Mailboxes:
    """Mailboxes by login name, all with one password; lives in one event loop."""

    def __init__(self, world: World, names: Sequence[str]) -> None:
        self._world, self._names = world, tuple(names)
        args = Namespace(
            host="127.0.0.1", port=0, debug=False, cert=None, key=None, passlib_cfg=None,
            tls=False, proxy_protocol=None, inherited_sockets=None,
            demo_data=False, demo_user=self._names[0], demo_password=PASSWORD,
        )  # fmt: skip
        self._config = Config.from_args(
            args,
            hash_context=Cleartext(),  # a hash would cost each login a tenth of a second
        )
        self._boxes = TestMailboxDict(self._config, FilterSet(), multi_user=True)

    async def start(self, stack: AsyncExitStack) -> int:
        """Serve IMAP on loopback until `stack` closes; the port."""
        login = IMAPAuthenticator(self._config, multi_user=True)
        await DictBackend._add_demo_user(self._config, login)  # noqa: SLF001 - as mail-devel does
        for name in self._names:
            box = await self._boxes.get(name)
            for folder in FOLDERS:
                await box.get_mailbox(folder)
        serve = ProxyProtocolReader(self._config.proxy_protocol).get_callback(
            IMAPServer(login, self._config)
        )

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            do = self._world.faults.take("IMAP")
            if do == "slow":
                await asyncio.sleep(SLOW_S)
            elif do is not None:
                writer.transport.abort()
                return
            await serve(reader, writer)

        server = await asyncio.start_server(connected, "127.0.0.1", 0)
        await stack.enter_async_context(server)
        return int(server.sockets[0].getsockname()[1])

    async def put(self, raw: bytes, folder: str, name: str) -> None:
        """Append a mail, unread, byte for byte."""
        box = await self._boxes.get(name or self._names[0])
        mailbox = await box.get_mailbox(folder)
        await mailbox.append(AppendMessage(raw, self._world.clock.now(), frozenset()))
