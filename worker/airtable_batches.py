"""Writes in tens: Airtable takes all of a batch or nothing, so a refused one is split."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from requests import HTTPError

from worker.airtable_errors import Answer, answer

BATCH = 10

T = TypeVar("T")


def batches(records: Sequence[T]) -> Iterator[Sequence[T]]:
    """The records in batches as large as Airtable takes."""
    for start in range(0, len(records), BATCH):
        yield records[start : start + BATCH]


def land(
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
        land(batch[:middle], send, refused)
        land(batch[middle:], send, refused)
