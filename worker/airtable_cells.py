"""Cell values and formulas between Python and Airtable's JSON; it decides nothing about rows."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from pyairtable.formulas import quoted

from schemas.fields import Field, Kind
from schemas.parsing import Row

MOST_IDS = 100  # of one page

_SHAPES: Mapping[Kind, type | tuple[type, ...]] = {
    Kind.NUMBER: (int, float),
    Kind.CURRENCY: (int, float),
    Kind.PERCENT: (int, float),
    Kind.CHECKBOX: bool,
    Kind.MULTI_SELECT: list,
    Kind.LINK: list,
}


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


def incoming(
    record: Mapping[str, object],
    names: Mapping[str, Field],
    choices: Mapping[Field, Mapping[str, str]],
) -> tuple[Row, bool]:
    """A record read by field ids as a Row of declared fields, and whether a cell is odd.

    `names` maps id to field, `choices` what each choice is called now to its declared name. A cell
    is odd if its field, as declared, could not hold it: something was changed in the base.
    """
    cells = record["fields"]
    assert isinstance(cells, dict)  # noqa: S101  # pyairtable has checked it; mypy needs it
    known = {names[key]: value for key, value in cells.items() if key in names}
    odd = any(is_odd(one, value, choices.get(one)) for one, value in known.items())
    declared = {one: as_declared(value, choices.get(one, {})) for one, value in known.items()}
    created_at = datetime.fromisoformat(str(record["createdTime"]))
    return Row(str(record["id"]), created_at, declared), odd


def is_odd(field: Field, value: object, choices: Collection[str] | None) -> bool:
    """Whether a cell holds what its field cannot; `choices` are those of a select, by name."""
    shape = _SHAPES.get(field.kind, str)
    is_flag = isinstance(value, bool) and shape is not bool  # a bool is an int to Python
    if is_flag or not isinstance(value, shape):
        return True
    if choices is None:
        return False
    return any(one not in choices for one in (value if isinstance(value, list) else [value]))


def as_declared(value: object, choices: Mapping[str, str]) -> object:
    """A cell with each choice by its declared name; `choices` maps the names of now to those."""
    if isinstance(value, list):
        return [as_declared(one, choices) for one in value]
    return choices.get(value, value) if isinstance(value, str) else value


def by_ids(
    formula: str,
    id_of: Callable[[str], str | None],
    called: Callable[[str, str], str] = lambda _field, choice: choice,
) -> str:
    """The formula with `{Field name}` replaced by `{fld…}`, so that a rename does not break it.

    A choice that a field is compared with is replaced by what it is `called` now.
    """

    def replaced(found: re.Match[str]) -> str:
        name, compared, choice = found["field"], found["is"] or "", found["choice"]
        field = f"{{{id_of(name) or name}}}"
        if choice is None:
            return field
        return f"{field}{compared}{quoted(called(name, choice.replace(chr(92), '')))}"

    # Quoted strings are matched first and kept: braces inside them name no field.
    pattern = (
        r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\""
        r"|\{(?P<field>(?:\\.|[^}\\])+)\}(?:(?P<is>!?=)'(?P<choice>(?:\\.|[^'\\])*)')?"
    )
    return re.sub(pattern, lambda m: replaced(m) if m["field"] else m[0], formula)


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
