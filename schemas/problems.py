"""Problems as values: what a person must fix, in words, tied to the record it was found on."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something in the data a person must fix; `text` says what and what to do next."""

    table: str
    record_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Read(Generic[T]):
    """What could be understood, and the problems of what could not."""

    records: tuple[T, ...]
    problems: tuple[Problem, ...] = ()

    @classmethod
    def of(cls, results: "Iterable[T | Problem]") -> "Read[T]":
        """Sort parsed results into records and problems, keeping their order."""
        kept = tuple(results)
        return cls(
            tuple(r for r in kept if not isinstance(r, Problem)),
            tuple(r for r in kept if isinstance(r, Problem)),
        )
