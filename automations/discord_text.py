"""Text for Discord: what came from cells is made harmless, lines are packed into posts.

allowed_mentions stops pings; this stops everything else that a cell could do to a post.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache

import jinja2

MOST_CONTENT = 1900  # of Discord's 2000: room for "(possible repeat)"
_MARKDOWN = re.compile(r"([\\*_~`|>#\[\]()])")
_OPENING = re.compile(r"([@<])")
_ZERO_WIDTH = "\u200b"


def escape(written: str) -> str:
    """The text as Discord shows it letter by letter, on one line: no markdown, mention or link."""
    visible = "".join(" " if _is_space(c) else c for c in written if not _is_hidden(c))
    one_line = " ".join(visible.split())
    return _OPENING.sub(rf"\1{_ZERO_WIDTH}", _MARKDOWN.sub(r"\\\1", one_line))


def clip(written: str, most: int) -> str:
    """At most `most` characters, the last one … if some are missing; clip before escaping."""
    return written if len(written) <= most else written[: most - 1] + "…"


def length(content: str) -> int:
    """Characters as Discord may count them: UTF-16 units, the stricter of two readings."""
    return len(content.encode("utf-16-le")) // 2


def render(words: Mapping[str, str], name: str, /, **values: object) -> str:
    """The notice words of that name with every value escaped."""
    return _compiled(words[name]).render(**values).strip()


@lru_cache(maxsize=256)
def _compiled(words: str) -> jinja2.Template:
    return _ENVIRONMENT.from_string(words)


def pack(lines: Sequence[str], room: int = MOST_CONTENT) -> tuple[tuple[int, ...], ...]:
    """Places of the lines in groups, each of which has room when joined by newlines; in order."""
    groups: list[list[int]] = []
    used = room
    for place, line in enumerate(lines):
        needs = length(line) + 1
        if used + needs > room:
            groups.append([])
            used = 0
        groups[-1].append(place)
        used += needs
    return tuple(tuple(group) for group in groups)


def _is_hidden(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co"} and not _is_space(character)


def _is_space(character: str) -> bool:
    return character in "\t\n\r\v\f\x85"


def _shown(value: object) -> str:
    return escape(str(value))


# autoescape is for HTML; `finalize` escapes every value for Discord instead.
_ENVIRONMENT = jinja2.Environment(  # noqa: S701 - the output is no HTML
    undefined=jinja2.StrictUndefined, finalize=_shown
)
