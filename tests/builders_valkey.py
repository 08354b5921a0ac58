"""A real Valkey server for tests, on a free port, gone when the block ends."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis

from sandbox.services import Valkey


@contextmanager
def running_valkey() -> Iterator[str]:
    """A server of its own; yields its REDIS_URL."""
    with tempfile.TemporaryDirectory() as folder:
        server = Valkey(Path(folder))
        try:
            yield server.url
        finally:
            server.stop()


@contextmanager
def connected(url: str) -> Iterator[Redis]:
    """A client whose connections are closed again, so that no warning outlives the test."""
    client = Redis.from_url(url)
    try:
        yield client
    finally:
        client.close()
