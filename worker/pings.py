"""Airtable's pings: that something changed, so that the feed need not be polled to find out.

Kept in Redis, where the web process leaves them and the worker finds them. They only save polls:
a ping that a change came without makes us poll again as if there were none.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from redis import Redis
from redis.exceptions import RedisError

from worker.errors import ServiceDown

SCHEME = "hmac-sha256="
# Airtable pings within seconds; a change this old that nobody told of means that pings get lost.
LATE = timedelta(minutes=2)
REMEMBERED = timedelta(days=2)
_PREFIX = "affiliate-ops:pings:"


def is_signed(body: bytes, header: str, mac_secret: str) -> bool:
    """Whether Airtable signed this ping: X-Airtable-Content-MAC over the raw body (airtable §5)."""
    try:
        key = base64.b64decode(mac_secret, validate=True)
    except binascii.Error:
        return False
    if not key:
        return False
    expected = SCHEME + hmac.new(key, body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(header.encode(), expected.encode())


@dataclass(frozen=True, slots=True)
class Pings:
    """The pings of one base."""

    redis: Redis
    base: str

    def arrived(self) -> bool:
        """Note a ping; whether it is the first since the feed was last polled."""
        with _redis_needed():
            self.redis.set(self._trusted, 1, ex=REMEMBERED)
            return bool(self.redis.set(self._waiting, 1, nx=True, ex=REMEMBERED))

    def is_waiting(self) -> bool:
        """Whether a ping came since the feed was last polled."""
        with _redis_needed():
            return bool(self.redis.exists(self._waiting))

    def are_trusted(self) -> bool:
        """Whether changes are known to be told by pings."""
        with _redis_needed():
            return bool(self.redis.exists(self._trusted))

    def begin_poll(self) -> None:
        """The feed is about to be polled: a ping from here on is news."""
        with _redis_needed():
            self.redis.delete(self._waiting)

    def polled(self, *, oldest: datetime | None, now: datetime, was_told: bool) -> None:
        """What was found: changes that no ping told of in time end the trust in pings."""
        if oldest is not None and not was_told and now - oldest > LATE:
            with _redis_needed():
                self.redis.delete(self._trusted)

    @property
    def _waiting(self) -> str:
        return f"{_PREFIX}waiting:{self.base}"

    @property
    def _trusted(self) -> str:
        return f"{_PREFIX}trusted:{self.base}"


@contextmanager
def _redis_needed() -> Iterator[None]:
    try:
        yield
    except RedisError as error:
        raise ServiceDown(
            f"REDIS_URL: Redis does not answer ({type(error).__name__}): start it, or correct it"
        ) from error
