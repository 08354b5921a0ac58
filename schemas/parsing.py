"""From an Airtable row to Python values: one of the two doors where `Any`-shaped data enters.

Each reader returns a value or None for an empty cell, and raises BadCell for one it cannot
understand; `parsed` turns that into a Problem on the row.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from schemas.fields import Field, Table
from schemas.problems import Problem, Read

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Row:
    """One Airtable record as read: cells by declared field; empty cells are absent."""

    id: str
    created_at: datetime
    cells: Mapping[Field, object]


class BadCell(ValueError):
    """A cell that cannot be understood; the text says which and what to type instead."""


def text(row: Row, field: Field) -> str:
    """The cell's text without surrounding space; "" when empty."""
    value = row.cells.get(field)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadCell(f"{field.name} should be text, but holds {_shown(value)}.")
    return value.strip()


def number(row: Row, field: Field) -> Decimal | None:
    """The cell's number, exactly as written in JSON; None when empty."""
    value = row.cells.get(field)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise BadCell(f"{field.name} should be a number, but holds {_shown(value)}.")
    try:
        parsed_number = Decimal(str(value))
    except InvalidOperation as error:
        raise BadCell(f"{field.name} should be a number, but holds {_shown(value)}.") from error
    if not parsed_number.is_finite():
        raise BadCell(f"{field.name} should be a number, but holds {_shown(value)}.")
    return parsed_number


def whole(row: Row, field: Field) -> int | None:
    """The cell's whole number; None when empty."""
    value = number(row, field)
    if value is None:
        return None
    if value != value.to_integral_value():
        raise BadCell(f"{field.name} should be a whole number, but holds {value}.")
    return int(value)


def checked(row: Row, field: Field) -> bool:
    """Whether a checkbox is ticked (Airtable omits unticked ones)."""
    value = row.cells.get(field)
    if value is None or isinstance(value, bool):
        return bool(value)
    raise BadCell(f"{field.name} should be a checkbox, but holds {_shown(value)}.")


def day(row: Row, field: Field) -> date | None:
    """The cell's day; None when empty."""
    value = text(row, field)
    if not value:
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError as error:
        raise BadCell(f"{field.name} should be a day like 2026-11-23, not {value!r}.") from error


def moment(row: Row, field: Field) -> datetime | None:
    """The cell's instant as aware UTC; None when empty."""
    value = text(row, field)
    if not value:
        return None
    try:
        read = datetime.fromisoformat(value)
    except ValueError as error:
        raise BadCell(f"{field.name} should be a time, not {value!r}.") from error
    try:
        return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    except OverflowError as error:
        raise BadCell(f"{field.name} should be a time, not {value!r}.") from error


def links(row: Row, field: Field) -> tuple[str, ...]:
    """The record ids a link cell holds, in order."""
    return many(row, field)


def many(row: Row, field: Field) -> tuple[str, ...]:
    """The texts of a multi-select or link cell, in order."""
    value = row.cells.get(field)
    if value is None:
        return ()
    if isinstance(value, list | tuple) and all(isinstance(part, str) for part in value):
        return tuple(str(part) for part in value)
    raise BadCell(f"{field.name} should be a list, but holds {_shown(value)}.")


def one_link(row: Row, field: Field) -> str:
    """The single record id of a link cell; "" when empty, BadCell when there are several."""
    ids = links(row, field)
    if len(ids) > 1:
        raise BadCell(f"{field.name} should name one row, but names {len(ids)}.")
    return ids[0] if ids else ""


def parsed(table: Table, rows: "tuple[Row, ...] | list[Row]", parse: Callable[[Row], T]) -> Read[T]:
    """Parse every row; one that raises BadCell becomes a Problem and stops no other."""

    def attempt(row: Row) -> T | Problem:
        try:
            return parse(row)
        except BadCell as bad:
            return Problem(table.name, row.id, str(bad))

    return Read.of(attempt(row) for row in rows)


def _shown(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."
