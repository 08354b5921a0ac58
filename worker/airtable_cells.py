"""Cell values and formulas between Python and Airtable's JSON; it decides nothing about rows."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from schemas.fields import Field
from schemas.parsing import Row

MOST_IDS = 100  # of one page


def outgoing(value: object) -> object:
    """A value as Airtable's JSON has it; None clears the cell."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime):
        stamp = value.astimezone(UTC).isoformat(timespec="milliseconds")
        return stamp.replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | set | frozenset):
        return list(value)
    return value


def incoming(record: Mapping[str, object], names: Mapping[str, Field]) -> Row:
    """A record read by field ids as a Row of declared fields; `names` maps id to field."""
    cells = record["fields"]
    assert isinstance(cells, dict)  # noqa: S101  # pyairtable has checked it; mypy needs it
    known = {names[key]: value for key, value in cells.items() if key in names}
    return Row(str(record["id"]), datetime.fromisoformat(str(record["createdTime"])), known)


def by_ids(formula: str, id_of: Callable[[str], str | None]) -> str:
    """The formula with `{Field name}` replaced by `{fld…}`, so that a rename does not break it."""

    def replaced(found: re.Match[str]) -> str:
        return f"{{{id_of(found[1]) or found[1]}}}"

    # Quoted strings are matched first and kept: braces inside them name no field.
    pattern = r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|\{((?:\\.|[^}\\])+)\}"
    return re.sub(pattern, lambda m: replaced(m) if m[1] else m[0], formula)


def asked(ids: Sequence[str]) -> Iterator[str]:
    """Formulas that name these records, each once, as many at a time as fit one page."""
    wanted = list(dict.fromkeys(ids))
    for start in range(0, len(wanted), MOST_IDS):
        named = (f"RECORD_ID()='{one}'" for one in wanted[start : start + MOST_IDS])
        yield f"OR({','.join(named)})"


def all_of(*formulas: str | None) -> str:
    """A formula true where all of these are; an empty one asks for nothing."""
    wanted = [one for one in formulas if one]
    return f"AND({','.join(wanted)})" if len(wanted) > 1 else "".join(wanted)
