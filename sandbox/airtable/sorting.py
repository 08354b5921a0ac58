"""The order of a listing: what each field type is sorted by. Ascending puts empty cells first."""

import math
from collections.abc import Callable
from datetime import UTC, datetime

from sandbox.airtable import values
from sandbox.airtable.formulas import cell
from sandbox.airtable.model import Base, Field, Record

Key = tuple[int, float, tuple[float, ...], str]
_EMPTY: Key = (0, 0.0, (), "")
_ERROR: Key = (1, 0.0, (), "")


def sort_key(base: Base, column: Field, now: datetime) -> Callable[[Record], Key]:
    """Empty, then errors, then numbers and dates by size, choices in their order, text by letters.

    An unchecked box is an empty cell; lists go by their members.
    """
    if column.choices:
        places = {choice: float(place) for place, choice in enumerate(column.choices)}
        return lambda record: _by_choice(places, record.cells.get(column.id))
    read = cell(base, column)

    def key(record: Record) -> Key:
        try:
            return _by_value(read(record, now))
        except values.CellError:
            return _ERROR

    return key


def _by_choice(places: dict[str, float], chosen: object) -> Key:
    ids = chosen if isinstance(chosen, list) else [chosen]
    found = tuple(places[one] for one in ids if one in places)
    return (2, 0.0, found, "") if found else _EMPTY


def _by_value(value: object) -> Key:
    if values.is_blank(value):
        return _EMPTY
    if isinstance(value, datetime | values.Spoken):
        at = value if isinstance(value, datetime) else value.at
        return 2, at.astimezone(UTC).timestamp(), (), ""
    if isinstance(value, int | float):
        return _ERROR if math.isnan(value) else (2, float(value), (), "")
    return 3, 0.0, (), values.text(value).casefold()
