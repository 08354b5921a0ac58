"""What a declared view shows: as Airtable's formula, and as the same test on a row we know.

Until a person has made the view, the formula stands in for it in Airtable and the test in the
mirror; a test of the house compares the two.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from schemas.fields import Condition, Field

Cells = Mapping[Field, object]


@dataclass(frozen=True, slots=True)
class Filled:
    """The cell is not empty."""

    field: Field

    @property
    def formula(self) -> str:
        """Text, because a number that is 0 equals BLANK()."""
        return f"{{{self.field.name}}}&''!=''"

    def holds(self, cells: Cells, now: datetime) -> bool:
        """Whether something stands there."""
        del now
        return cells.get(self.field) not in (None, "", [], False)


@dataclass(frozen=True, slots=True)
class Is:
    """The cell holds exactly this text or choice."""

    field: Field
    value: str

    @property
    def formula(self) -> str:
        """Case-sensitive, like Airtable's own comparison."""
        return f"{{{self.field.name}}}='{self.value}'"

    def holds(self, cells: Cells, now: datetime) -> bool:
        """Whether it is this value."""
        del now
        return cells.get(self.field) == self.value


@dataclass(frozen=True, slots=True)
class Above:
    """The number is greater than this; an empty cell is 0."""

    field: Field
    number: int

    @property
    def formula(self) -> str:
        """A plain comparison."""
        return f"{{{self.field.name}}}>{self.number}"

    def holds(self, cells: Cells, now: datetime) -> bool:
        """Whether it is greater."""
        del now
        value = cells.get(self.field) or 0
        return isinstance(value, int | float) and value > self.number


@dataclass(frozen=True, slots=True)
class DaysSince:
    """So many whole days (UTC) passed since the day in the cell; never true of an empty cell."""

    field: Field
    days: int
    or_more: bool

    @property
    def formula(self) -> str:
        """IF guards DATETIME_DIFF, which is an error on an empty day."""
        past = f"DATETIME_DIFF(NOW(),{{{self.field.name}}},'days')"
        return (
            f"IF({Filled(self.field).formula},{past}{'>=' if self.or_more else '<'}{self.days},0)"
        )

    def holds(self, cells: Cells, now: datetime) -> bool:
        """Whether that many days passed, or fewer; truncated toward zero as Airtable does."""
        value = cells.get(self.field)
        if not isinstance(value, str):
            return False
        try:
            begun = datetime.combine(date.fromisoformat(value[:10]), time(), UTC)
        except ValueError:
            return False
        passed = int((now - begun).total_seconds() / 86_400)
        return passed >= self.days if self.or_more else passed < self.days


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every one of these holds."""

    conditions: tuple[Condition, ...]

    @property
    def formula(self) -> str:
        """AND of theirs."""
        return f"AND({','.join(one.formula for one in self.conditions)})"

    def holds(self, cells: Cells, now: datetime) -> bool:
        """Whether all hold."""
        return all(one.holds(cells, now) for one in self.conditions)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of these holds."""

    conditions: tuple[Condition, ...]

    @property
    def formula(self) -> str:
        """OR of theirs."""
        return f"OR({','.join(one.formula for one in self.conditions)})"

    def holds(self, cells: Cells, now: datetime) -> bool:
        """Whether one holds."""
        return any(one.holds(cells, now) for one in self.conditions)
