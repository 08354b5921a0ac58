"""The functions of formulas: PLAIN ones take values, LAZY ones take unevaluated arguments.

Logic is here; numbers, texts and dates have modules of their own.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sandbox.airtable import dates, numbers_and_arrays, texts
from sandbox.airtable.model import Formula, Record
from sandbox.airtable.values import CellError, equal, is_true


def _fails(*_: object) -> None:
    raise CellError("ERROR()")


PLAIN: Mapping[str, Callable[..., object]] = {
    "NOT": lambda part: int(not is_true(part)),
    "TRUE": lambda: 1,
    "FALSE": lambda: 0,
    "BLANK": lambda: None,
    "ERROR": _fails,
    **numbers_and_arrays.PLAIN,
    **texts.PLAIN,
    **dates.PLAIN,
}


def _if(arguments: Sequence[Formula]) -> Formula:
    condition, then, *rest = arguments

    def chosen(record: Record, now: datetime) -> object:
        if is_true(condition(record, now)):
            return then(record, now)
        return rest[0](record, now) if rest else None

    return chosen


def _switch(arguments: Sequence[Formula]) -> Formula:
    subject, *rest = arguments
    default = rest[-1] if len(rest) % 2 else None
    cases = list(zip(rest[0::2], rest[1::2], strict=False))

    def chosen(record: Record, now: datetime) -> object:
        value = subject(record, now)
        for pattern, result in cases:
            if equal(pattern(record, now), value):
                return result(record, now)
        return default(record, now) if default else None

    return chosen


def _is_error(arguments: Sequence[Formula]) -> Formula:
    def fails(record: Record, now: datetime) -> object:
        try:
            arguments[0](record, now)
        except CellError:
            return 1
        return 0

    return fails


LAZY: Mapping[str, Callable[[Sequence[Formula]], Formula]] = {
    "IF": _if,
    "SWITCH": _switch,
    "ISERROR": _is_error,
    "RECORD_ID": lambda _: lambda record, _now: record.id,
    "CREATED_TIME": lambda _: lambda record, _now: record.created_at,
    "LAST_MODIFIED_TIME": lambda _: lambda record, _now: record.modified_at,
    **dates.LAZY,
}
_LAZY_COUNTS = {
    "IF": (2, 3),
    "SWITCH": (3, 500),
    "ISERROR": (1, 1),
    "FROMNOW": (1, 1),
    "TONOW": (1, 1),
}


def demand(name: str, count: int) -> None:
    """TypeError unless the function takes that many arguments."""
    if name in LAZY:
        low, high = _LAZY_COUNTS.get(name, (0, 0))
        if not low <= count <= high:
            raise TypeError(f"{name} does not take {count} arguments")
        return
    inspect.signature(PLAIN[name]).bind(*[None] * count)
