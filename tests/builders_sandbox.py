"""A running sandbox for tests, and an Airtable client on it as production builds one."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from pyairtable import Api

from sandbox.airtable.api import TOKEN
from sandbox.airtable.store import Store
from sandbox.server import Part, Server
from sandbox.world import Limits, World

BASE_ID = "appGLOW0000000000"
FAST = 10_000


@contextmanager
def running_sandbox(
    *, per_second: int = FAST, penalty_s: float = 0.2, parts: Sequence[Part] = ()
) -> Iterator[tuple[World, Store, Server]]:
    """A sandbox with one empty base, on a free port until the block ends; fast unless told."""
    world = World(limits=Limits(per_second=per_second, penalty_s=penalty_s))
    world.airtable.add_base(BASE_ID, "Glow")
    server = Server(world, parts=parts)
    server.start()
    try:
        yield world, world.airtable, server
    finally:
        server.stop()


@contextmanager
def client(server: Server, token: str = TOKEN) -> Iterator[Api]:
    """pyairtable as production builds it: no retries of its own, explicit timeouts."""
    api = Api(token, retry_strategy=None, timeout=(3, 20), endpoint_url=server.url)
    with api.session:
        yield api
