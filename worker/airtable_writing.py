"""One write to a table: values by id, in tens, with a Problem for everything that is missing.

Airtable takes all of a batch or nothing, so a refused batch is split until only bad rows are left.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar, cast

from pyairtable.api.types import WritableFields
from requests import HTTPError

from schemas.fields import Field, Owner, Table
from schemas.problems import Problem
from worker.airtable_cells import outgoing
from worker.airtable_errors import Answer, answer
from worker.airtable_names import Names, is_select

BATCH = 10

T = TypeVar("T")


@dataclass(slots=True)
class Writing:
    """Writes to one table; what cannot be written of a row is a Problem, told once."""

    table: Table
    names: Names
    problems: dict[str, Problem] = field(default_factory=dict)
    _looked: bool = False

    def check_owner(self, cells: Mapping[Field, object]) -> None:
        """Raise if a value is for a field that only the team writes."""
        theirs = [one.name for one in cells if one.owner is Owner.TEAM]
        if theirs:
            raise ValueError(f"{self.table.name}: {', '.join(theirs)} belong to the team")

    def cells(self, cells: Mapping[Field, object]) -> WritableFields:
        """The values by field id, choices by theirs; what is missing is left out and told."""
        out: dict[str, object] = {}
        for one, value in cells.items():
            found = self.names.field(self.table, one)
            if found is None:
                self._tell(one)
                continue
            sent = self._chosen(one, outgoing(value)) if is_select(one) else outgoing(value)
            if sent is not _NOTHING:
                out[found] = sent
        return cast(WritableFields, out)

    def land(
        self,
        records: Sequence[T],
        send: Callable[[Sequence[T]], object],
        refused: Callable[[T, Answer], None],
    ) -> None:
        """Send the records in batches; if something was deleted meanwhile, look and send again."""

        def at_last(record: T, said: Answer) -> None:
            if self._is_out_of_date(said):
                _land([record], send, at_last)
            else:
                refused(record, said)

        for batch in batches(records):
            try:
                _land(batch, send, at_last)
            except HTTPError as error:
                if not self._is_out_of_date(answer(error.response)):
                    raise
                _land(batch, send, at_last)

    def _is_out_of_date(self, said: Answer) -> bool:
        """Whether a look, one for all the rows, shows that the base was changed."""
        if self._looked or not said.is_about_the_base:
            return False
        self._looked = True
        return self.names.look_for_change()

    def _chosen(self, one: Field, value: object) -> object:
        if isinstance(value, list):
            found = [self._chosen(one, choice) for choice in value]
            return [choice for choice in found if choice is not _NOTHING]
        if not isinstance(value, str) or value not in one.choices:
            return value  # not ours: Airtable judges it
        found_id = self.names.choice(self.table, one, value)
        if found_id is None:
            self._tell(one, value)
            return _NOTHING
        return found_id

    def _tell(self, one: Field, choice: str = "") -> None:
        text = self.names.words(self.table, one, choice)
        self.problems[text] = Problem(self.table.name, "", text)


_NOTHING = object()


def batches(records: Sequence[T]) -> Iterator[Sequence[T]]:
    """The records in batches as large as Airtable takes."""
    for start in range(0, len(records), BATCH):
        yield records[start : start + BATCH]


def _land(
    batch: Sequence[T],
    send: Callable[[Sequence[T]], object],
    refused: Callable[[T, Answer], None],
) -> None:
    """Send a batch; Airtable takes all or nothing, so halve it until only bad rows are left."""
    try:
        send(batch)
    except HTTPError as error:
        said = answer(error.response)
        if not said.is_about_a_row:
            raise
        if len(batch) == 1:
            refused(batch[0], said)
            return
        middle = len(batch) // 2
        _land(batch[:middle], send, refused)
        _land(batch[middle:], send, refused)
