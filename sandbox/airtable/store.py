"""Bases, tables, fields, records."""

from collections.abc import Callable
from datetime import datetime


class Store:
    """All bases of one world."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.bases: dict[str, object] = {}
