"""Readers of cells in the payout tables, each raising BadCell with the name of the field."""

import re
from datetime import date
from decimal import Decimal

from schemas.fields import Field
from schemas.parsing import BadCell, Row, day, text, whole

MOST_DAYS = 3_650
MOST_LEVELS = 50
_PERIOD = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")
_LEVEL = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)\s*:\s*([0-9]{1,9}(?:\.[0-9]{1,3})?)")


def parse_period(shown: str) -> str:
    """A month like 2026-10; BadCell for anything else."""
    if not _PERIOD.fullmatch(shown):
        raise BadCell(f"{shown!r} is not a month like 2026-10.")
    return shown


def filled(row: Row, field: Field) -> str:
    """The cell's text, which may not be empty."""
    value = text(row, field)
    if not value:
        raise BadCell(f"{field.name} is empty.")
    return value


def day_of(row: Row, field: Field) -> date:
    """The cell's day, which may not be empty."""
    value = day(row, field)
    if value is None:
        raise BadCell(f"{field.name} is empty.")
    return value


def between(row: Row, field: Field, low: int, high: int) -> int | None:
    """The cell's whole number from `low` to `high`; None when empty."""
    value = whole(row, field)
    if value is not None and not low <= value <= high:
        raise BadCell(f"{field.name} should be from {low} to {high}, not {value}.")
    return value


def is_choice(row: Row, field: Field, choice: str) -> bool:
    """Whether the select cell holds that choice; BadCell if it holds one nobody declared."""
    value = text(row, field)
    if value and value not in field.choices:
        raise BadCell(f"{field.name} should be one of {', '.join(field.choices)}, not {value!r}.")
    return value == choice


def currency(row: Row, field: Field) -> str:
    """The cell's currency, three capital letters."""
    value = text(row, field).upper()
    if not re.fullmatch(r"[A-Z]{3}", value):
        raise BadCell(f"{field.name} should be like USD, not {value!r}.")
    return value


def names(row: Row, field: Field) -> frozenset[str]:
    """The names a cell lists with commas, in lower case and single spaces."""
    listed = (" ".join(part.casefold().split()) for part in text(row, field).split(","))
    return frozenset(name for name in listed if name)


def levels(row: Row, field: Field) -> tuple[tuple[Decimal, Decimal], ...]:
    """The pairs of a cell like `500: 50; 1000: 150`, in their order."""
    parts = [part.strip() for part in text(row, field).split(";") if part.strip()]
    if len(parts) > MOST_LEVELS:
        raise BadCell(f"{field.name} should have at most {MOST_LEVELS} levels, not {len(parts)}.")
    found = []
    for part in parts:
        pair = _LEVEL.fullmatch(part)
        if pair is None:
            raise BadCell(f"{field.name} should read like 500: 50; 1000: 150, not {part!r}.")
        found.append((Decimal(pair[1]), Decimal(pair[2])))
    return tuple(found)
