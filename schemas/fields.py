"""The vocabulary in which the base is declared: fields, tables, views, and who owns each field.

Only field types the Airtable API can create are used (no formula, rollup or lookup fields).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Protocol


class Kind(Enum):
    """An Airtable field type, by its name in the API."""

    TEXT = "singleLineText"
    LONG_TEXT = "multilineText"
    EMAIL = "email"
    URL = "url"
    NUMBER = "number"
    CURRENCY = "currency"
    PERCENT = "percent"
    CHECKBOX = "checkbox"
    DATE = "date"
    DATE_TIME = "dateTime"
    SELECT = "singleSelect"
    MULTI_SELECT = "multipleSelects"
    LINK = "multipleRecordLinks"


class Owner(Enum):
    """Who may write a field: the worker never writes a TEAM field."""

    TEAM = "team"
    WORKER = "worker"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Field:
    """One column; `choices` for selects, `links_to` (a table's name) for links."""

    name: str
    kind: Kind
    owner: Owner
    help: str
    choices: tuple[str, ...] = ()
    links_to: str = ""
    precision: int = 0

    def __hash__(self) -> int:
        """By name alone: cells are kept by field, and a pass looks up millions of them."""
        return hash(self.name)

    def options(self) -> Mapping[str, object] | None:
        """The `options` the metadata API wants for this field; None where the type has none.

        Links need a table id and are completed by `init`.
        """
        if self.kind in (Kind.SELECT, Kind.MULTI_SELECT):
            return {"choices": [{"name": choice} for choice in self.choices]}
        if self.kind in (Kind.NUMBER, Kind.PERCENT):
            return {"precision": self.precision}
        return _OPTIONS.get(self.kind)


_DATE: dict[str, object] = {"dateFormat": {"name": "iso"}}
_CLOCK: dict[str, object] = {"timeFormat": {"name": "24hour"}, "timeZone": "utc"}
_OPTIONS: Mapping[Kind, Mapping[str, object]] = {
    Kind.CURRENCY: {"precision": 2, "symbol": "$"},
    Kind.CHECKBOX: {"icon": "check", "color": "greenBright"},
    Kind.DATE: _DATE,
    Kind.DATE_TIME: _DATE | _CLOCK,
}


class Condition(Protocol):
    """A test on a row, also as a formula; see `schemas.conditions`."""

    @property
    def formula(self) -> str: ...

    def holds(self, cells: Mapping[Field, object], now: datetime) -> bool: ...


@dataclass(frozen=True, slots=True)
class View:
    """A view a job reads; what it `shows` stands in until the view was first seen in the base."""

    name: str
    shows: Condition

    @property
    def formula(self) -> str:
        """What it shows, as Airtable's formula."""
        return self.shows.formula


@dataclass(frozen=True, slots=True)
class Table:
    """One table; the first field is its primary field, `key` the field the worker upserts on."""

    name: str
    help: str
    fields: tuple[Field, ...]
    key: Field | None = None
    views: tuple[View, ...] = ()
    prunable: bool = False
    by_name: Mapping[str, Field] = field(init=False, repr=False, hash=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {f.name: f for f in self.fields})

    @property
    def note(self) -> Field | None:
        """Where the worker tells what is wrong with a row; None for tables without such a field."""
        return self.by_name.get("Automation note")

    def view(self, name: str) -> View:
        """The declared view of that name; KeyError if the declaration has none."""
        return {v.name: v for v in self.views}[name]
