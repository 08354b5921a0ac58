"""Which rows the worker made a person has had a hand in: a cell of theirs, a column, a comment.

Columns that Airtable computes say nothing; nor does the far end of one of our own links.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from requests import HTTPError

from schemas.fields import Owner, Table
from worker.airtable import Base
from worker.airtable_cells import asked
from worker.airtable_errors import answer, request_error
from worker.airtable_ids import field_key, table_key

COMPUTED = frozenset({
    "aiText", "autoNumber", "button", "count", "createdBy", "createdTime", "externalSyncSource",
    "formula", "lastModifiedBy", "lastModifiedTime", "multipleLookupValues", "rollup",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Looked:
    """Of the records asked for: those that are there, and of these the ones people typed into."""

    there: frozenset[str]
    typed: frozenset[str]


class PeoplesFields:
    """The columns of a base in which people write; one request when it is built."""

    def __init__(self, base: Base) -> None:
        self._base = base
        with _speaking(base):
            found = base.api.get(base.api.build_url("meta", "bases", base.base_id, "tables"))
        self._tables = {str(one["id"]): one["fields"] for one in found["tables"]}

    def has(self, table: Table) -> bool:
        """Whether the base has the table."""
        return self._table_id(table) in self._tables

    def look(self, table: Table, record_ids: Sequence[str]) -> Looked:
        """Read these records whole, a hundred a request, and say which ones people touched."""
        known, table_id = self._base.known_ids(), self._table_id(table)
        workers = {known.get(field_key(table, f)) for f in table.fields if f.owner is Owner.WORKER}
        ours = frozenset(known.values())
        theirs = {
            str(one["id"])
            for one in self._tables[table_id]
            if one["id"] not in workers and not _is_by_itself(one, ours)
        }
        remote = self._base.api.table(self._base.base_id, table_id)
        there, typed = set[str](), set[str]()
        with _speaking(self._base):
            for formula in asked(record_ids):
                for record in remote.all(formula=formula, use_field_ids=True, count_comments=True):
                    there.add(record["id"])
                    commented = bool(record.get("commentCount"))
                    if commented or theirs & record["fields"].keys():
                        typed.add(record["id"])
        return Looked(frozenset(there), frozenset(typed))

    def _table_id(self, table: Table) -> str:
        return self._base.known_ids().get(table_key(table), "")


def _is_by_itself(field: Mapping[str, Any], ours: Collection[str]) -> bool:
    """Whether nobody fills the column by hand."""
    options = field.get("options") or {}
    return field["type"] in COMPUTED or options.get("inverseLinkFieldId") in ours


@contextmanager
def _speaking(base: Base) -> Iterator[None]:
    try:
        yield
    except HTTPError as error:
        raise request_error(answer(error.response), base.base_id) from error
