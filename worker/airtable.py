"""One Airtable base: declared tables read and written by id, in batches, through the one door.

It turns refused rows into Problems and everything else into an error that names what is wrong;
limits and retries are left to `airtable_http`, words for refusals to `airtable_errors`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from pyairtable import Api
from pyairtable.api.table import Table as Remote
from pyairtable.formulas import match
from requests import HTTPError, JSONDecodeError

from schemas.base import TABLES
from schemas.fields import Field, Table
from schemas.parsing import Row
from schemas.problems import Problem
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
from worker.airtable_ids import IdStore, SeenTable, read_schema, view_key
from worker.airtable_names import Choices, Names, Needs, is_select, raise_gone
from worker.airtable_writing import Writing, batches
from worker.errors import NotDone, ServiceDown

MOST_RESTARTS = 3


@dataclass(frozen=True, slots=True)
class Upserted:
    """What an upsert left in the base: record id per key, which were new, what was refused."""

    record_ids: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    created: frozenset[str] = frozenset()


class _Again(Exception):
    """A listing has to start again: Airtable lost its place, or the base was changed."""


class Base:
    """One Airtable base through the one door; cheap to build, no I/O before the first call."""

    def __init__(
        self, api: Api, door: Door, base_id: str, ids: IdStore, tables: Sequence[Table] = TABLES
    ) -> None:
        self.base_id = base_id
        self.api = api
        self.tables = tuple(tables)
        self.names = Names(base_id, ids, self.tables, self._schema, self.last_date)
        self._door = door
        self._needed: Mapping[Table, frozenset[Field]] = {}

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
        Raises ViewGone, ViewUnknown, and FieldsGone as `pages` does.
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

        When Airtable loses its place the listing starts again from the first page. A field that
        is gone is left out; FieldsGone is raised for one in `fields`, or that the job needs.
        """
        for _ in range(MOST_RESTARTS):
            try:
                yield from self._listing(table, view, formula, fields)
            except _Again:
                continue
            else:
                return
        raise NotDone(f"Airtable lost its place in base {self.base_id} {MOST_RESTARTS} times")

    def update(
        self, table: Table, changes: Mapping[str, Mapping[Field, object]]
    ) -> tuple[Problem, ...]:
        """Write absolute values to rows by record id; a refused row is a Problem, others land.

        A field or choice that is gone is a Problem too, and the row's other values land.
        """
        remote, writing, problems = self._remote(table), Writing(table, self.names), list[Problem]()
        for cells in changes.values():
            writing.check_owner(cells)

        def send(batch: Sequence[tuple[str, Mapping[Field, object]]]) -> None:
            sent = [(row, out) for row, cells in batch if (out := writing.cells(cells))]
            if sent:
                remote.batch_update([{"id": row, "fields": out} for row, out in sent])

        def refused(record: tuple[str, Mapping[Field, object]], said: Answer) -> None:
            problems.append(Problem(table.name, record[0], row_words(said, record[0])))

        with self._speaking(table):
            writing.land([one for one in changes.items() if one[1]], send, refused)
        return (*problems, *writing.problems.values())

    def upsert(self, table: Table, rows: Sequence[Mapping[Field, object]]) -> Upserted:
        """Create or update each row by the table's key; the last of equal keys counts.

        Two rows of one key in the base are a Problem on both, and neither is written.
        """
        key, remote, writing = _key_of(table), self._remote(table), Writing(table, self.names)
        ids, made, problems = dict[str, str](), set[str](), list[Problem]()
        latest = {str(outgoing(cells[key])): cells for cells in rows}
        for cells in latest.values():
            writing.check_owner(cells)

        def send(batch: Sequence[Mapping[Field, object]]) -> None:
            self.names.require(table, [key])
            key_id = str(self.names.field(table, key))
            with self._door.limiter.alone(self.base_id, table.name):
                done = remote.batch_upsert(
                    [{"fields": writing.cells(one)} for one in batch], [key_id], use_field_ids=True
                )
            keys = {record["id"]: str(record["fields"].get(key_id)) for record in done["records"]}
            ids.update({name: record_id for record_id, name in keys.items()})
            made.update(keys[record_id] for record_id in done["createdRecords"])

        def refused(cells: Mapping[Field, object], said: Answer) -> None:
            value = str(outgoing(cells[key]))
            found = self.read(table, formula=str(match({key.name: value})), fields=[key])
            problems.extend(twins(table, found) or [_unkeyed(table, value, said)])

        with self._speaking(table):
            writing.land(list(latest.values()), send, refused)
        return Upserted(ids, (*problems, *writing.problems.values()), frozenset(made))

    def create(self, table: Table, rows: Sequence[Mapping[Field, object]]) -> tuple[str, ...]:
        """Add rows and return their ids in order; raises OutcomeUnknown if an answer is lost."""
        remote, writing = self._remote(table), Writing(table, self.names)
        records = [writing.cells(cells) for cells in rows]
        raise_gone(tuple(writing.problems.values()))
        with self._speaking(table):
            return tuple(
                made["id"] for batch in batches(records) for made in remote.batch_create(batch)
            )

    def delete(self, table: Table, record_ids: Sequence[str]) -> None:
        """Delete rows; one that is gone already is as good as deleted."""
        remote = self._remote(table)
        with self._speaking(table):
            Writing(table, self.names).land(
                list(record_ids), remote.batch_delete, lambda _record, _said: None
            )

    def last_date(self) -> datetime | None:
        """The Date header of Airtable's last answer about this base, aware UTC."""
        return self._door.last_date(self.base_id)

    def calls(self) -> int:
        """Requests made to this base this month, by all processes."""
        return self._door.limiter.calls(self.base_id)

    def look(self) -> tuple[SeenTable, ...]:
        """Read what the base has now, and record the ids of everything declared; one request."""
        return self.names.look()

    def known_ids(self) -> Mapping[str, str]:
        """The ids of what is there, and of views once seen, by the keys of `airtable_ids`."""
        return self.names.present()

    def lacking(self, needs: Needs, choices: Choices = ()) -> tuple[Problem, ...]:
        """A Problem for each of these that is gone; asks Airtable only if one is, now and then."""
        return self.names.gone(needs, choices)

    def need(self, needs: Needs) -> None:
        """From now on reading raises FieldsGone if one of these fields turns out to be gone."""
        self._needed = {table: frozenset(fields) for table, fields in needs}

    def whoami(self) -> str:
        """The id of the user the key belongs to; raises Misconfigured if it is not accepted."""
        with self._speaking():
            return str(self.api.whoami()["id"])

    def provision(self, body: Mapping[str, object], table_id: str = "") -> None:
        """Create a table, or a field in `table_id`; raises OutcomeUnknown if the answer is lost."""
        path = ("tables", table_id, "fields") if table_id else ("tables",)
        with self._speaking():
            self.api.post(self.api.build_url("meta", "bases", self.base_id, *path), json=dict(body))

    def _schema(self) -> tuple[SeenTable, ...]:
        with self._speaking():
            return read_schema(self.api, self.base_id)

    def _listing(
        self,
        table: Table,
        view: str | None,
        formula: str | None,
        fields: Sequence[Field] | None,
    ) -> Iterator[Sequence[Row]]:
        remote, names = self._remote(table), self._fields(table, fields)
        options: dict[str, object] = {"fields": list(names), "use_field_ids": True}
        view_id = self.names.view(table, view) if view is not None else None
        if view_id:
            options["view"] = view_id
        elif view is not None:
            formula = all_of(formula, table.view(view).formula)
        if formula:
            options["formula"] = self._by_ids(table, formula)
        with self._speaking(table, view, listing=True):
            for page in remote.iterate(**options):
                yield self._rows(table, page, names)

    def _rows(
        self, table: Table, page: Sequence[Mapping[str, object]], names: Mapping[str, Field]
    ) -> Sequence[Row]:
        """The page's rows; a cell its field cannot hold says that the base was changed."""
        choices = {one: self.names.current(table, one) for one in names.values() if is_select(one)}
        rows = [incoming(one, names, choices) for one in page]
        if any(is_odd for _, is_odd in rows) and self.names.look_once():
            raise _Again
        return tuple(row for row, _ in rows)

    def _fields(self, table: Table, wanted: Sequence[Field] | None) -> Mapping[str, Field]:
        """Fields by id: those asked for, else all that are there; raises for one that is needed."""
        needed = self._needed.get(table, frozenset()) & frozenset(wanted or table.fields)
        self.names.require(table, [*dict.fromkeys((*(wanted or ()), *needed))])
        fields = {one: self.names.field(table, one) for one in wanted or table.fields}
        return {found: one for one, found in fields.items() if found}

    def _by_ids(self, table: Table, formula: str) -> str:
        def id_of(name: str) -> str | None:
            if name not in table.by_name:
                return None
            self.names.require(table, [table.by_name[name]])
            return self.names.field(table, table.by_name[name])

        def called(name: str, choice: str) -> str:
            one = table.by_name.get(name)
            return self.names.called(table, one, choice) if one else choice

        return by_ids(formula, id_of, called)

    def _remote(self, table: Table) -> Remote:
        self.names.require(table, ())
        return self.api.table(self.base_id, str(self.names.table(table)))

    @contextmanager
    def _speaking(
        self, table: Table | None = None, view: str | None = None, *, listing: bool = False
    ) -> Iterator[None]:
        try:
            yield
        except HTTPError as error:
            said = answer(error.response)
            if listing and self._may_list_again(said):
                raise _Again from error
            raise self._explained(said, table, view) from error
        except JSONDecodeError as error:
            raise ServiceDown(
                f"AIRTABLE_URL: {self.api.endpoint_url} does not answer like Airtable"
            ) from error

    def _may_list_again(self, said: Answer) -> bool:
        if said.is_about_the_base:
            return self.names.look_for_change()
        return said.type == STALE_OFFSET

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
        if said.type in NOT_FOUND and said.status != 401:
            self.names.look_once()
            self._remote(table)
        return request_error(said, self.base_id)


def twins(table: Table, rows: Iterable[Row]) -> list[Problem]:
    """A Problem on each row that shares its key with another; rows without a key have no twin."""
    key, found = _key_of(table), dict[str, list[Row]]()
    for row in rows:
        if value := str(row.cells.get(key) or ""):
            found.setdefault(value, []).append(row)
    return [
        Problem(
            table.name,
            row.id,
            f"{len(same)} rows have the {key.name} {value!r}; delete all but the oldest.",
        )
        for value, same in found.items()
        if len(same) > 1
        for row in same
    ]


def _key_of(table: Table) -> Field:
    if table.key is None:
        raise ValueError(f"{table.name} declares no key to upsert on")
    return table.key


def _unkeyed(table: Table, value: str, said: Answer) -> Problem:
    return Problem(table.name, "", f"{value}: {row_words(said, '')}")
