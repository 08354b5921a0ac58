"""The functions of formulas over numbers and arrays; an array given as an argument is flattened.

What Airtable does not document follows JavaScript: no error for 0/0 or SQRT(-1), but NaN.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal, InvalidOperation

from sandbox.airtable.values import CellError, equal, is_blank, is_true, number, text, whole


def divide(left: object, right: object) -> float:
    """Division; by zero it is NaN or infinite, as in Airtable."""
    above, below = number(left), number(right)
    if below:
        return above / below
    return math.nan if not above or math.isnan(above) else math.copysign(math.inf, above)


def flat(parts: object) -> list[object]:
    """All values of nested arrays in one row."""
    if not isinstance(parts, list | tuple):
        return [parts]
    return [one for part in parts for one in flat(part)]


def _numbers(parts: Sequence[object]) -> list[float]:
    return [number(one) for one in flat(parts) if isinstance(one, int | float)]


def _extreme(pick: Callable[[list[float]], float], parts: Sequence[object]) -> object:
    """The smallest or greatest number; of dates alone, the first or last of them."""
    given = [one for one in flat(parts) if not is_blank(one)]
    dates = [at for at in given if isinstance(at, datetime)]
    if dates and len(dates) == len(given):
        chosen = pick([at.timestamp() for at in dates])
        return next(at for at in dates if at.timestamp() == chosen)
    amounts = _numbers(parts)
    return pick(amounts) if amounts else 0


def _average(*parts: object) -> float:
    amounts = _numbers(parts)
    return sum(amounts) / len(amounts) if amounts else math.nan


def _rounded(mode: str) -> Callable[..., float]:
    def to_places(amount: object, places: object = 0) -> float:
        given = number(amount)
        if not math.isfinite(given):
            return given
        try:
            step = Decimal(1).scaleb(-whole(places))
            return float(Decimal(repr(given)).quantize(step, mode))
        except InvalidOperation as error:
            raise CellError("too many places") from error

    return to_places


def _steps(to_whole: Callable[[float], int]) -> Callable[..., float]:
    def to_step(amount: object, step: object = 1) -> float:
        given, size = number(amount), number(step)
        if not size or not math.isfinite(given):
            return math.nan if not size else given
        return float(Decimal(to_whole(given / size)) * Decimal(repr(size)))

    return to_step


def _to_parity(amount: object, odd: int) -> float:
    given = number(amount)
    if not math.isfinite(given):
        return given
    size = math.ceil(abs(given))
    size += (size + odd) % 2
    return -size if given < 0 else size


def _mod(left: object, right: object) -> float:
    above, below = number(left), number(right)
    return above % below if below and math.isfinite(above) else math.nan


def _real(function: Callable[..., object]) -> Callable[..., float]:
    """The function with NaN where mathematics has no real answer, and infinity past floats."""

    def safe(*parts: object) -> float:
        try:
            found = function(*(number(part) for part in parts))
        except OverflowError:
            return math.inf
        except (ValueError, ZeroDivisionError):
            return math.nan
        return found if isinstance(found, int | float) else math.nan

    return safe


_REAL_POWER = _real(math.pow)
_REAL_LOG = _real(lambda amount, base: math.log10(amount) if base == 10 else math.log(amount, base))
_REAL_ROOT, _REAL_EXP = _real(math.sqrt), _real(math.exp)
_FLOOR = _steps(math.floor)


def _power(base: object, exponent: object) -> float:
    return _REAL_POWER(base, exponent)


def _root(amount: object) -> float:
    return _REAL_ROOT(amount)


def _exp(amount: object) -> float:
    return _REAL_EXP(amount)


def _log(amount: object, base: object = 10) -> float:
    return _REAL_LOG(amount, base)


def _int(amount: object) -> float:
    return _FLOOR(amount)


def _slice(parts: object, start: object, end: object = None) -> list[object]:
    row = flat(parts)
    first = whole(start)
    last = len(row) if end is None else whole(end)
    return row[first - 1 if first > 0 else first : last if last >= 0 else len(row) + last + 1]


def _unique(*parts: object) -> list[object]:
    found: list[object] = []
    for one in flat(parts):
        if not any(type(one) is type(other) and equal(one, other) for other in found):
            found.append(one)
    return found


def _truths(parts: Sequence[object]) -> list[bool]:
    """Whether each holds; of an array each member, an empty one does not hold."""
    members = (
        one for part in parts for one in (flat(part) if part and isinstance(part, list) else [part])
    )
    return [is_true(one) for one in members]


PLAIN: Mapping[str, Callable[..., object]] = {
    "AND": lambda *parts: int(all(_truths(parts))),
    "OR": lambda *parts: int(any(_truths(parts))),
    "XOR": lambda *parts: sum(_truths(parts)) % 2,
    "ABS": lambda part: abs(number(part)),
    "ROUND": _rounded(ROUND_HALF_UP),
    "ROUNDUP": _rounded(ROUND_UP),
    "ROUNDDOWN": _rounded(ROUND_DOWN),
    "INT": _int,
    "FLOOR": _FLOOR,
    "CEILING": _steps(math.ceil),
    "EVEN": lambda part: _to_parity(part, 0),
    "ODD": lambda part: _to_parity(part, 1),
    "MOD": _mod,
    "POWER": _power,
    "SQRT": _root,
    "EXP": _exp,
    "LOG": _log,
    "MIN": lambda *parts: _extreme(min, parts),
    "MAX": lambda *parts: _extreme(max, parts),
    "SUM": lambda *parts: math.fsum(_numbers(parts)),
    "AVERAGE": _average,
    "COUNT": lambda *parts: len(_numbers(parts)),
    "COUNTA": lambda *parts: sum(not is_blank(one) for one in flat(parts)),
    "COUNTALL": lambda *parts: len(flat(parts)),
    "ARRAYJOIN": lambda parts, separator=", ": text(separator).join(map(text, flat(parts))),
    "ARRAYUNIQUE": _unique,
    "ARRAYCOMPACT": lambda *parts: [one for one in flat(parts) if not is_blank(one)],
    "ARRAYFLATTEN": lambda *parts: flat(parts),
    "ARRAYSLICE": _slice,
}
