"""The functions of formulas: PLAIN ones take values, LAZY ones take unevaluated arguments.

Dates are in `sandbox.airtable.dates`. What Airtable does not document follows the community.
"""

import inspect
import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from sandbox.airtable import dates
from sandbox.airtable.model import Formula, Record
from sandbox.airtable.values import CellError, equal, is_blank, is_true, number, text, whole


def divide(left: object, right: object) -> float:
    """Division; by zero it is NaN or infinite, as in Airtable."""
    above, below = number(left), number(right)
    if below:
        return above / below
    return math.nan if not above else math.copysign(math.inf, above)


def _find(needle: object, hay: object, start: object = None) -> int:
    return text(hay).find(text(needle), max(whole(start) - 1, 0)) + 1


def _search(needle: object, hay: object, start: object = None) -> int | None:
    return _find(text(needle).lower(), text(hay).lower(), start) or None


def _left(written: object, count: object = 1) -> str:
    return text(written)[: max(whole(count), 0)]


def _right(written: object, count: object = 1) -> str:
    wanted = max(whole(count), 0)
    return text(written)[-wanted:] if wanted else ""


def _mid(written: object, start: object, count: object) -> str:
    first = max(whole(start) - 1, 0)
    return text(written)[first : first + max(whole(count), 0)]


def _substitute(written: object, old: object, new: object, index: object = None) -> str:
    whole_text, wanted, instead = text(written), text(old), text(new)
    if not wanted:
        return whole_text
    if index is None:
        return whole_text.replace(wanted, instead)
    parts = whole_text.split(wanted)
    nth = whole(index)
    if not 1 <= nth < len(parts):
        return whole_text
    return wanted.join(parts[:nth]) + instead + wanted.join(parts[nth:])


def _value(written: object) -> float:
    return number(re.sub(r"[^\d.eE+-]", "", text(written)) or None)


def _round(amount: object, places: object = 0) -> float:
    digits = whole(places)
    step = Decimal(1).scaleb(-digits)
    return float(Decimal(repr(number(amount))).quantize(step, ROUND_HALF_UP))


def _mod(left: object, right: object) -> float:
    below = number(right)
    return number(left) % below if below else math.nan


def _numbers(parts: Sequence[object]) -> list[float]:
    flat = [one for part in parts for one in (part if isinstance(part, list) else [part])]
    return [number(one) for one in flat if isinstance(one, int | float)]


def _array_join(parts: object, separator: object = ", ") -> str:
    flat = parts if isinstance(parts, list) else [parts]
    return text(separator).join(text(part) for part in flat)


def _regex_match(written: object, pattern: object) -> int:
    try:
        return int(re.search(text(pattern), text(written)) is not None)
    except re.error as error:
        raise CellError(f"{text(pattern)!r} is no pattern") from error


def _fails(*_: object) -> None:
    raise CellError("ERROR()")


PLAIN: Mapping[str, Callable[..., object]] = {
    "AND": lambda *parts: int(all(map(is_true, parts))),
    "OR": lambda *parts: int(any(map(is_true, parts))),
    "XOR": lambda *parts: sum(map(is_true, parts)) % 2,
    "NOT": lambda part: int(not is_true(part)),
    "TRUE": lambda: 1,
    "FALSE": lambda: 0,
    "BLANK": lambda: None,
    "ERROR": _fails,
    "FIND": _find,
    "SEARCH": _search,
    "LOWER": lambda part: text(part).lower(),
    "UPPER": lambda part: text(part).upper(),
    "TRIM": lambda part: text(part).strip(),
    "LEN": lambda part: len(text(part)),
    "LEFT": _left,
    "RIGHT": _right,
    "MID": _mid,
    "SUBSTITUTE": _substitute,
    "CONCATENATE": lambda *parts: "".join(map(text, parts)),
    "T": lambda part: part if isinstance(part, str) else None,
    "VALUE": _value,
    "ABS": lambda part: abs(number(part)),
    "ROUND": _round,
    "INT": lambda part: math.floor(number(part)),
    "MOD": _mod,
    "MIN": lambda *parts: min(_numbers(parts), default=0),
    "MAX": lambda *parts: max(_numbers(parts), default=0),
    "SUM": lambda *parts: sum(_numbers(parts)),
    "COUNT": lambda *parts: len(_numbers(parts)),
    "COUNTA": lambda *parts: sum(not is_blank(part) for part in parts),
    "ARRAYJOIN": _array_join,
    "REGEX_MATCH": _regex_match,
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
    "NOW": lambda _: lambda _record, now: now,
    "TODAY": lambda _: lambda _record, now: dates.midnight(now),
}
_LAZY_COUNTS = {"IF": (2, 3), "SWITCH": (3, 500), "ISERROR": (1, 1), "LAST_MODIFIED_TIME": (0, 500)}


def demand(name: str, count: int) -> None:
    """TypeError unless the function takes that many arguments."""
    if name in LAZY:
        low, high = _LAZY_COUNTS.get(name, (0, 0))
        if not low <= count <= high:
            raise TypeError(f"{name} does not take {count} arguments")
        return
    inspect.signature(PLAIN[name]).bind(*[None] * count)
