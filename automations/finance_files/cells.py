"""Cells of a file that people open in a spreadsheet: text stays text, amounts stay amounts."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence

from schemas.money import Money

_STARTS_A_FORMULA = ("=", "+", "-", "@")


def plain_text(written: str, most: int = 0) -> str:
    """Text of a person as one cell: one line, no control characters, never a formula.

    Spreadsheets run what begins with = + - @, so an apostrophe goes before it; wide forms of these
    signs count as well. `most` cuts it to that many characters (0: as long as it is).
    """
    one_line = " ".join("".join(_printable(sign) for sign in written).split())
    folded = unicodedata.normalize("NFKC", one_line)
    safe = f"'{one_line}" if folded.startswith(_STARTS_A_FORMULA) else one_line
    return safe[:most].rstrip() if most else safe


def amount(money: Money) -> str:
    """The bare amount with the decimals of its currency and a point: `1234.50`."""
    return f"{money.rounded().amount:f}"


def as_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows as UTF-8, quoted where needed, lines ending as the standard (RFC 4180) says."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def _printable(sign: str) -> str:
    return " " if unicodedata.category(sign) in ("Cc", "Zl", "Zp", "Zs") else sign
