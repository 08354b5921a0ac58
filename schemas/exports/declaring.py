"""What an export is made of: columns with their readers, where its rows are kept, what it proves.

The declarations themselves are in the modules beside it; nothing here reads a file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Reads(Enum):
    """What a cell of a column holds, and so how it is read."""

    TEXT = "text"
    ID = "an id"
    REFERENCE = "a reference"
    MONEY = "an amount"
    SIGNED = "an amount, which may be negative"
    COUNT = "a whole number"
    PERCENT = "a percentage"
    HANDLE = "a handle"
    DAY = "a day"
    CURRENCY = "a currency"
    LINK = "the link of a video"


class Need(Enum):
    """Whether the file must have the column, and each row a value in it."""

    KNOWN = "every row"
    HEADER = "every file"
    MAY = "neither"


class Store(Enum):
    """The ledger's table for the rows."""

    METRICS = "metrics"
    SETTLEMENTS = "settlement lines"
    ORDERS = "reported orders"
    LINES = "order lines"
    NOWHERE = "nowhere"


class Days(Enum):
    """Which orders of day and month an export's slashed dates may have."""

    DAY_FIRST = "day first"
    AS_PROVEN = "what the file proves"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its field in the ledger, its reader, and the names TikTok gave it so far.

    The first name is today's in English. One beginning with `*` matches a header's ending.
    """

    field: str
    reads: Reads
    names: tuple[str, ...]
    need: Need


@dataclass(frozen=True, slots=True)
class Export:
    """One export: `name` is its name in the ledger, `title` what a person knows it by.

    `never_zero` are fields that cannot be 0 or unknown in every row; `whole` and `parts` are an
    identity: the first is the sum of the others. `fixed` are fields no column states.
    """

    name: str
    title: str
    store: Store
    columns: tuple[Column, ...]
    subject: str = ""
    days: Days = Days.AS_PROVEN
    has_period: bool = False
    of_one_product: bool = False
    never_zero: tuple[str, ...] = ()
    whole: str = ""
    parts: tuple[str, ...] = ()
    fixed: Mapping[str, str] = field(default_factory=dict)
    refused_because: str = ""

    def column(self, named: str) -> Column:
        """The column of that field."""
        return next(column for column in self.columns if column.field == named)


def known(named: str, reads: Reads, *names: str) -> Column:
    """A column every file has, with a value in every row."""
    return Column(named, reads, names, Need.KNOWN)


def need(named: str, reads: Reads, *names: str) -> Column:
    """A column every file has; a row's value may be unknown."""
    return Column(named, reads, names, Need.HEADER)


def may(named: str, reads: Reads, *names: str) -> Column:
    """A column that not every generation, region or shop has."""
    return Column(named, reads, names, Need.MAY)


def texts(**names: str) -> tuple[Column, ...]:
    """Optional columns kept as they are written."""
    return tuple(may(named, Reads.TEXT, name) for named, name in names.items())
