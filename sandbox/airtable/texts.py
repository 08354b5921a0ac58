"""The functions of formulas over text; regular expressions are RE2's, without look-around."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from urllib.parse import quote

from sandbox.airtable.values import CellError, is_blank, number, text, whole

_NOT_RE2 = re.compile(r"\(\?(?:[=!]|<[=!])|\\[1-9]")
_LONGEST = 100_000


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


def _replace(written: object, start: object, count: object, new: object) -> str:
    given, first = text(written), max(whole(start) - 1, 0)
    return given[:first] + text(new) + given[first + max(whole(count), 0) :]


def _repeat(written: object, count: object) -> str:
    times = max(whole(count), 0)
    if len(text(written)) * times > _LONGEST:
        raise CellError("too long a text")
    return text(written) * times


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


def _value(written: object) -> float | None:
    if is_blank(written):
        return None
    return number(re.sub(r"[^\d.eE+-]", "", text(written)) or "no number")


@lru_cache(maxsize=256)
def _pattern(written: str) -> re.Pattern[str]:
    if _NOT_RE2.search(written):
        raise CellError(f"{written!r} uses what RE2 does not know")
    try:
        return re.compile(written)
    except re.error as error:
        raise CellError(f"{written!r} is no pattern") from error


def _regex_match(written: object, pattern: object) -> int:
    return int(_pattern(text(pattern)).search(text(written)) is not None)


def _regex_extract(written: object, pattern: object) -> str:
    found = _pattern(text(pattern)).search(text(written))
    if not found:
        raise CellError("nothing matches")
    return found[0]


def _regex_replace(written: object, pattern: object, new: object) -> str:
    instead = re.sub(r"\\", r"\\\\", text(new))
    instead = re.sub(r"\$(\d)", r"\\g<\1>", instead)
    try:
        return _pattern(text(pattern)).sub(instead, text(written))
    except (re.error, IndexError) as error:
        raise CellError("a group that the pattern does not have") from error


PLAIN: Mapping[str, Callable[..., object]] = {
    "FIND": _find,
    "SEARCH": _search,
    "LOWER": lambda part: text(part).lower(),
    "UPPER": lambda part: text(part).upper(),
    "TRIM": lambda part: text(part).strip(),
    "LEN": lambda part: len(text(part)),
    "LEFT": _left,
    "RIGHT": _right,
    "MID": _mid,
    "REPLACE": _replace,
    "REPT": _repeat,
    "SUBSTITUTE": _substitute,
    "CONCATENATE": lambda *parts: "".join(map(text, parts)),
    "T": lambda part: part if isinstance(part, str) else None,
    "VALUE": _value,
    "ENCODE_URL_COMPONENT": lambda part: quote(text(part), safe="!~*'()"),
    "REGEX_MATCH": _regex_match,
    "REGEX_EXTRACT": _regex_extract,
    "REGEX_REPLACE": _regex_replace,
}
