"""The bases of one world by id, and where their new ids come from."""

import random
import string
from collections.abc import Callable
from datetime import datetime

from sandbox.airtable.errors import no_such_model
from sandbox.airtable.model import Base, Table

_LETTERS = string.ascii_letters + string.digits


class Bases:
    """Bases by id; ids are drawn from a seed, so that the same seeding gives the same ids."""

    def __init__(self, now: Callable[[], datetime], seed: int = 0) -> None:
        self.now = now
        self.bases: dict[str, Base] = {}
        self._dice = random.Random(seed)

    def new_id(self, prefix: str) -> str:
        """A fresh id of Airtable's form, such as recA1b2C3d4E5f6G7."""
        return prefix + "".join(self._dice.choices(_LETTERS, k=14))

    def base(self, base_id: str) -> Base:
        """The base of that id; ApiError 403 if there is none."""
        if base_id not in self.bases:
            raise no_such_model()
        return self.bases[base_id]

    def table(self, base_id: str, name_or_id: str) -> Table:
        """The table of that id or name; ApiError 403 if there is none."""
        table = self.base(base_id).table(name_or_id)
        if table is None:
            raise no_such_model()
        return table
