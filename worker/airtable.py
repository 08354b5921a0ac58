"""One Airtable base: declared tables read and written by id, in batches, through the one door.

It turns refused rows into Problems and everything else into an error that names what is wrong;
limits and retries are left to `airtable_http`, words for refusals to `airtable_errors`.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from pyairtable import Api
from pyairtable.api.table import Table as Remote
from pyairtable.api.types import WritableFields
from pyairtable.formulas import match
from requests import HTTPError, JSONDecodeError

from schemas.base import TABLES
from schemas.fields import Field, Owner, Table
from schemas.parsing import Row
from schemas.problems import Problem
from worker.airtable_batches import batches, land
from worker.airtable_cells import all_of, asked, by_ids, incoming, outgoing
from worker.airtable_errors import (
    NOT_FOUND,
    STALE_OFFSET,
    VIEW_GONE,
    Answer,
    ViewGone,
    answer,
    request_error,
    row_words,
)
from worker.airtable_http import Door
from worker.airtable_ids import (
    IdStore,
    SeenTable,
    field_key,
    matched,
    read_schema,
    table_key,
    view_key,
)
from worker.errors import Misconfigured, NotDone, ServiceDown

MOST_RESTARTS = 3


@dataclass(frozen=True, slots=True)
class Upserted:
    """What an upsert left in the base: record id per key, which were new, what was refused."""

    record_ids: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    created: frozenset[str] = frozenset()


class _PlaceLost(Exception):
    """Airtable no longer knows where a listing stood; it has to start again."""


class Base:
    """One Airtable base through the one door; cheap to build, no I/O before the first call."""

    def __init__(
        self, api: Api, door: Door, base_id: str, ids: IdStore, tables: Sequence[Table] = TABLES
    ) -> None:
        self.base_id = base_id
        self.api = api
        self.tables = tuple(tables)
        self._door = door
        self._store = ids
        self._ids: Mapping[str, str] | None = None
        self._looked = False

    def read(
        self,
        table: Table,
        *,
        view: str | None = None,
        formula: str | None = None,
        fields: Sequence[Field] | None = None,
        ids: Sequence[str] | None = None,
    ) -> tuple[Row, ...]:
        """Every row of the view (or its formula until it was seen) that also meets `formula`.

        With `ids` only those records, a hundred a request; one that is gone is left out.
        Raises ViewGone if a view seen before is gone, Misconfigured if a field is.
        """
        formulas = [formula] if ids is None else [all_of(formula, some) for some in asked(ids)]
        # By id: a listing is no snapshot, and a row that moved comes on two pages.
        found = {
            row.id: row
            for wanted in formulas
            for page in self.pages(table, view=view, formula=wanted, fields=fields)
            for row in page
        }
        return tuple(found.values())

    def pages(
        self,
        table: Table,
        *,
        view: str | None = None,
        formula: str | None = None,
        fields: Sequence[Field] | None = None,
    ) -> Iterator[Sequence[Row]]:
        """What `read` gives, a page of a hundred rows at a time; a row may come twice.

        When Airtable loses its place the listing starts again from the first page.
        """
        names = {self._field_id(table, one): one for one in fields or table.fields}
        options: dict[str, object] = {"fields": list(names), "use_field_ids": True}
        view_id = self._view_id(table, view) if view is not None else None
        if view_id:
            options["view"] = view_id
        elif view is not None:
            formula = all_of(formula, table.view(view).formula)
        if formula:
            options["formula"] = by_ids(formula, lambda name: self._id_in(table, name))
        for _ in range(MOST_RESTARTS):
            try:
                with self._speaking(table, view):
                    for page in self._remote(table).iterate(**options):
                        yield tuple(incoming(one, names) for one in page)
            except _PlaceLost:
                continue
            else:
                return
        raise NotDone(f"Airtable lost its place in base {self.base_id} {MOST_RESTARTS} times")

    def update(
        self, table: Table, changes: Mapping[str, Mapping[Field, object]]
    ) -> tuple[Problem, ...]:
        """Write absolute values to rows by record id; a refused row is a Problem, others land."""
        remote, problems = self._remote(table), list[Problem]()
        records = [(row, self._out(table, cells)) for row, cells in changes.items() if cells]

        def send(batch: Sequence[tuple[str, WritableFields]]) -> None:
            remote.batch_update([{"id": row, "fields": cells} for row, cells in batch])

        def refused(record: tuple[str, WritableFields], said: Answer) -> None:
            problems.append(Problem(table.name, record[0], row_words(said, record[0])))

        with self._speaking(table):
            for batch in batches(records):
                land(batch, send, refused)
        return tuple(problems)

    def upsert(self, table: Table, rows: Sequence[Mapping[Field, object]]) -> Upserted:
        """Create or update each row by the table's key; the last of equal keys counts.

        Two rows of one key in the base are a Problem on both, and neither is written.
        """
        key = _key_of(table)
        key_id, remote = self._field_id(table, key), self._remote(table)
        ids, made, problems = dict[str, str](), set[str](), list[Problem]()
        latest = {str(outgoing(cells[key])): self._out(table, cells) for cells in rows}

        def send(batch: Sequence[WritableFields]) -> None:
            with self._door.limiter.alone(self.base_id, table.name):
                done = remote.batch_upsert(
                    [{"fields": cells} for cells in batch], [key_id], use_field_ids=True
                )
            keys = {record["id"]: str(record["fields"].get(key_id)) for record in done["records"]}
            ids.update({name: record_id for record_id, name in keys.items()})
            made.update(keys[record_id] for record_id in done["createdRecords"])

        def refused(cells: WritableFields, said: Answer) -> None:
            value = str(cells[key_id])
            problems.extend(self._twins(table, value) or [_unkeyed(table, value, said)])

        with self._speaking(table):
            for batch in batches(list(latest.values())):
                land(batch, send, refused)
        return Upserted(ids, tuple(problems), frozenset(made))

    def create(self, table: Table, rows: Sequence[Mapping[Field, object]]) -> tuple[str, ...]:
        """Add rows and return their ids in order; raises OutcomeUnknown if an answer is lost."""
        remote = self._remote(table)
        records = [self._cells(table, cells) for cells in rows]
        with self._speaking(table):
            return tuple(
                made["id"] for batch in batches(records) for made in remote.batch_create(batch)
            )

    def delete(self, table: Table, record_ids: Sequence[str]) -> None:
        """Delete rows; one that is gone already is as good as deleted."""
        remote = self._remote(table)
        with self._speaking(table):
            for batch in batches(list(record_ids)):
                land(batch, remote.batch_delete, lambda _record, _said: None)

    def last_date(self) -> datetime | None:
        """The Date header of Airtable's last answer about this base, aware UTC."""
        return self._door.last_date(self.base_id)

    def calls(self) -> int:
        """Requests made to this base this month, by all processes."""
        return self._door.limiter.calls(self.base_id)

    def look(self) -> tuple[SeenTable, ...]:
        """Read what the base has now, and record the ids of everything declared; one request."""
        with self._speaking():
            seen = read_schema(self.api, self.base_id)
        self._ids = matched(self.known_ids(), seen, self.tables)
        self._store.save(self.base_id, self._ids)
        self._looked = True
        return seen

    def whoami(self) -> str:
        """The id of the user the key belongs to; raises Misconfigured if it is not accepted."""
        with self._speaking():
            return str(self.api.whoami()["id"])

    def provision(self, body: Mapping[str, object], table_id: str = "") -> None:
        """Create a table, or a field in `table_id`; raises OutcomeUnknown if the answer is lost."""
        path = ("tables", table_id, "fields") if table_id else ("tables",)
        with self._speaking():
            self.api.post(self.api.build_url("meta", "bases", self.base_id, *path), json=dict(body))

    def known_ids(self) -> Mapping[str, str]:
        """The ids recorded so far, by the keys of `airtable_ids`."""
        if self._ids is None:
            self._ids = self._store.load(self.base_id)
        return self._ids

    def _id_of(self, key: str) -> str | None:
        if key not in self.known_ids() and not self._looked:
            self.look()
        return self.known_ids().get(key)

    def _field_id(self, table: Table, wanted: Field) -> str:
        found = self._id_of(field_key(table, wanted))
        if found is None:
            self._remote(table)  # if the whole table is missing, that is what to say
            raise Misconfigured(_no_field(table, [wanted.name], self.base_id))
        return found

    def _id_in(self, table: Table, name: str) -> str | None:
        declared = table.by_name.get(name)
        return self._field_id(table, declared) if declared else None

    def _view_id(self, table: Table, view: str) -> str | None:
        return self._id_of(view_key(table, view))

    def _remote(self, table: Table) -> Remote:
        found = self._id_of(table_key(table))
        if found is None:
            raise Misconfigured(
                f"Base {self.base_id} has no table {table.name}: run affiliate-ops init"
            )
        return self.api.table(self.base_id, found)

    def _out(self, table: Table, cells: Mapping[Field, object]) -> WritableFields:
        theirs = [one.name for one in cells if one.owner is Owner.TEAM]
        if theirs:
            raise ValueError(f"{table.name}: {', '.join(theirs)} belong to the team")
        return self._cells(table, cells)

    def _cells(self, table: Table, cells: Mapping[Field, object]) -> WritableFields:
        out = {self._field_id(table, one): outgoing(value) for one, value in cells.items()}
        return cast(WritableFields, out)

    def _twins(self, table: Table, value: str) -> list[Problem]:
        key = _key_of(table)
        found = self.read(table, formula=str(match({key.name: value})), fields=[key])
        words = f"{len(found)} rows have the {key.name} {value!r}; delete all but the oldest."
        return [Problem(table.name, row.id, words) for row in found] if len(found) > 1 else []

    @contextmanager
    def _speaking(self, table: Table | None = None, view: str | None = None) -> Iterator[None]:
        try:
            yield
        except HTTPError as error:
            said = answer(error.response)
            if said.type == STALE_OFFSET:
                raise _PlaceLost from error
            raise self._explained(said, table, view) from error
        except JSONDecodeError as error:
            raise ServiceDown(
                f"AIRTABLE_URL: {self.api.endpoint_url} does not answer like Airtable"
            ) from error

    def _explained(self, said: Answer, table: Table | None, view: str | None) -> Exception:
        if table is None:
            return request_error(said, self.base_id)
        if said.type in VIEW_GONE:
            return ViewGone(
                f"The view {view!r} of table {table.name} was there before and is gone from base "
                f"{self.base_id}: create it again and run affiliate-ops doctor, or release the "
                "hold in Runs to work without it",
                view_key(table, view or ""),
            )
        if said.type == "UNKNOWN_FIELD_NAME":
            return self._field_gone(table)
        if said.type in NOT_FOUND and said.status != 401:
            self.look()
            self._remote(table)
        return request_error(said, self.base_id)

    def _field_gone(self, table: Table) -> Exception:
        self.look()
        gone = [one.name for one in table.fields if not self._id_of(field_key(table, one))]
        if not gone:
            return NotDone(f"A field of table {table.name} was made anew; its new id is recorded")
        return Misconfigured(_no_field(table, gone, self.base_id))


def _no_field(table: Table, names: Sequence[str], base_id: str) -> str:
    return (
        f"Table {table.name} of base {base_id} has no field {', '.join(names)}: undo its deletion "
        "in Airtable, or run affiliate-ops init"
    )


def _key_of(table: Table) -> Field:
    if table.key is None:
        raise ValueError(f"{table.name} declares no key to upsert on")
    return table.key


def _unkeyed(table: Table, value: str, said: Answer) -> Problem:
    return Problem(table.name, "", f"{value}: {row_words(said, '')}")
