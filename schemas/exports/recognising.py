"""Which export a header is of: the one that explains most of it; and what it then lacks.

Names are compared cleaned, composed and caseless, in any order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from schemas.exports.content import CONTENT_EXPORTS
from schemas.exports.creators import CREATOR_EXPORTS
from schemas.exports.declaring import Column, Export, Need
from schemas.exports.finance import FINANCE_EXPORTS
from schemas.exports.order_reports import ORDER_REPORTS
from schemas.exports.products import PRODUCT_EXPORTS
from schemas.exports.tools import TOOL_EXPORTS
from schemas.order_columns import clean, normalised

EXPORTS: tuple[Export, ...] = (
    *CREATOR_EXPORTS, *CONTENT_EXPORTS, *PRODUCT_EXPORTS, *ORDER_REPORTS, *FINANCE_EXPORTS,
    *TOOL_EXPORTS,
)  # fmt: skip
# A missing column whose new name is likely one of the unknown ones refuses the file when nearer
# than the second; the first is only a hint beside one that is missing anyway.
_HINT, _RENAMED = 0.6, 0.85
# Of the columns an export must have, so many make a header a changed one of it.
NEAR = 0.5
_LACKS = 5  # columns that a message names


def _names(export: Export) -> tuple[Mapping[str, str], Sequence[tuple[str, str]]]:
    """The field of each name as it is compared, and of each ending (`*` stands for a brand)."""
    named = [(name, column.field) for column in export.columns for name in column.names]
    whole = {normalised(name): field for name, field in named if not name.startswith("*")}
    return whole, [(normalised(n.removeprefix("*")), f) for n, f in named if n.startswith("*")]


_NAMES = {export.name: _names(export) for export in EXPORTS}


@dataclass(frozen=True, slots=True)
class Header:
    """A header read: the export, where its fields stand, and the columns nobody knows."""

    export: Export
    at: Mapping[str, int]
    unknown: Mapping[str, int]
    width: int


@dataclass(frozen=True, slots=True)
class NoExport:
    """Why a header is of no export; `nearest` is the one it resembles, `near` how much (0 to 1).

    From `NEAR` on it is a changed header of that export, below it something else.
    """

    why: str
    nearest: Export | None
    near: float


def recognise(header: Sequence[str]) -> Header | NoExport:
    """The export whose columns these are, or why none is."""
    names = [normalised(cell) for cell in header]
    found = {export.name: _places(export, names) for export in EXPORTS}

    def fits(export: Export) -> tuple[int, int]:
        places = found[export.name]
        return len(places), len(places) - len(export.columns)

    best = max(EXPORTS, key=fits)
    places = found[best.name]
    needed = [column for column in best.columns if column.need is not Need.MAY]
    near = sum(column.field in places for column in needed) / len(needed)
    changes = _changes(best, places, header)
    if near < NEAR:
        lacks = "; ".join(changes[:_LACKS])
        nearest = f"; nearest is {best.title}, but {lacks}" if places else ""
        return NoExport(f"is no export that we know{nearest}", best if places else None, near)
    if changes:
        return NoExport(f"looks like {best.title}, but {'; '.join(changes)}", best, near)
    taken = {where for many in places.values() for where in many}
    unknown = {
        clean(cell): where
        for where, cell in enumerate(header)
        if clean(cell) and where not in taken
    }
    return Header(best, {name: many[0] for name, many in places.items()}, unknown, len(header))


def _places(export: Export, names: Sequence[str]) -> dict[str, list[int]]:
    """Where each field of the export stands; several places if its column is repeated."""
    places: dict[str, list[int]] = {}
    whole, endings = _NAMES[export.name]
    for where, name in enumerate(names):
        field = whole.get(name) or next((f for end, f in endings if name.endswith(end)), "")
        if field:
            places.setdefault(field, []).append(where)
    return places


def _changes(
    export: Export, places: Mapping[str, Sequence[int]], header: Sequence[str]
) -> list[str]:
    """What keeps the header from being one of the export, in words."""
    changes = [
        f"{export.column(name).names[0]!r} is there {len(many)} times"
        for name, many in places.items()
        if len(many) > 1
    ]
    taken = {where for many in places.values() for where in many}
    unknown = {
        normalised(cell): clean(cell)
        for where, cell in enumerate(header)
        if where not in taken and clean(cell)
    }
    for column in export.columns:
        if column.field in places:
            continue
        near = _nearest(column, unknown)
        if near:
            changes.append(f"{column.names[0]!r} is missing, {near!r} looks like its new name")
        elif column.need is not Need.MAY:
            changes.append(f"{column.names[0]!r} is missing")
    return changes


def _nearest(column: Column, unknown: Mapping[str, str]) -> str:
    """The unknown column that is likely this one under a new name; "" if none is."""
    is_missed = column.need is not Need.MAY
    for known in map(normalised, column.names):
        near = get_close_matches(known, unknown, 1, _HINT if is_missed else _RENAMED)
        if is_missed and not near:
            near = [name for name in unknown if known in name]
        if near:
            return unknown[near[0]]
    return ""
