"""What a base is made of: tables, fields, views and records, held by id.

Cells are kept in the form they are read in, except selects (choice ids, so that a renamed choice
stays chosen). Empty cells are absent. Whoever changes anything holds the base's lock.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from sandbox.airtable.actors import API, API_USER
from sandbox.airtable.hooks import Hook

COMPUTED = frozenset(
    {
        "formula", "rollup", "multipleLookupValues", "count", "autoNumber", "createdTime",
        "lastModifiedTime", "createdBy", "lastModifiedBy", "button", "aiText",
        "externalSyncSource",
    }
)  # fmt: skip
EXPIRES = "expires"  # ends the URL of an uploaded file; when it ends is said at each reading
_URL_LIFE = timedelta(hours=2)
SELECTS = frozenset({"singleSelect", "multipleSelects"})


def _no_clock() -> datetime:
    return datetime.min.replace(tzinfo=UTC)


@dataclass(eq=False)
class Record:
    """One row; `cells` by field id, `touched` when fields changed since; numbers count up."""

    id: str
    created_at: datetime
    modified_at: datetime
    cells: dict[str, object] = field(default_factory=dict)
    touched: dict[str, datetime] = field(default_factory=dict)
    number: int = 0
    created_by: Mapping[str, str] = field(default_factory=lambda: API.user)
    modified_by: Mapping[str, str] = field(default_factory=lambda: API.user)


Formula = Callable[[Record, datetime], object]


@dataclass(frozen=True, slots=True)
class Computed:
    """How a computed cell comes about: `value` for formulas, `shown` for the API."""

    value: Formula
    shown: Formula


@dataclass(eq=False)
class Field:
    """One column; `choices` holds a select's options by their id."""

    id: str
    name: str
    type: str
    options: dict[str, object] | None = None
    description: str = ""
    choices: dict[str, dict[str, str]] = field(default_factory=dict)
    computed: Computed | None = None

    @property
    def linked_table_id(self) -> str:
        """The table a link field points to."""
        return str((self.options or {}).get("linkedTableId", ""))

    @property
    def inverse_id(self) -> str | None:
        """The link field on the other side; None for links within one table."""
        inverse = (self.options or {}).get("inverseLinkFieldId")
        return str(inverse) if inverse else None

    def choice_id(self, name: str) -> str | None:
        """The id of a choice given by name or id."""
        if name in self.choices:
            return name
        return next((i for i, choice in self.choices.items() if choice["name"] == name), None)

    def shown(self, value: object) -> object:
        """A kept cell value as the API returns it."""
        if self.type == "singleSelect":
            return self.choices[str(value)]["name"]
        if self.type == "multipleSelects" and isinstance(value, list):
            return [self.choices[choice]["name"] for choice in value]
        return value

    def meta(self) -> Mapping[str, object]:
        """The field as the metadata API shows it."""
        options = self.options
        if self.type in SELECTS:
            options = {"choices": list(self.choices.values())}
        return (
            {"id": self.id, "name": self.name, "type": self.type}
            | ({"description": self.description} if self.description else {})
            | ({"options": options} if options is not None else {})
        )


@dataclass(eq=False)
class View:
    """A view as a person made it; `chosen` is its formula, bound to fields by id."""

    id: str
    name: str
    type: str = "grid"
    formula: str = ""
    sort: Sequence[tuple[str, bool]] = ()
    chosen: Formula | None = None
    refers: frozenset[str] = frozenset()  # the fields its formula names

    def meta(self) -> Mapping[str, object]:
        """The view as the metadata API shows it."""
        return {"id": self.id, "name": self.name, "type": self.type}


@dataclass(eq=False)
class Table:
    """One table; the primary field is the first unless said otherwise."""

    id: str
    name: str
    primary_id: str = ""
    description: str = ""
    fields: dict[str, Field] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)
    rows: dict[str, Record] = field(default_factory=dict)
    formulas: dict[str, Formula] = field(default_factory=dict)
    now: Callable[[], datetime] = _no_clock
    last_number: int = 0

    def add(self, record: Record) -> Record:
        """Take in a new record; its number was never given before."""
        self.last_number += 1
        record.number = self.last_number
        self.rows[record.id] = record
        return record

    def field(self, name_or_id: str) -> Field | None:
        """The field of that id or name."""
        found = self.fields.get(name_or_id)
        return found or next((f for f in self.fields.values() if f.name == name_or_id), None)

    def view(self, name_or_id: str) -> View | None:
        """The view of that id or name."""
        found = self.views.get(name_or_id)
        return found or next((v for v in self.views.values() if v.name == name_or_id), None)

    def meta(self) -> Mapping[str, object]:
        """The table as the metadata API shows it."""
        views = [view.meta() for view in self.views.values()]
        return (
            {"id": self.id, "name": self.name, "primaryFieldId": self.primary_id}
            | ({"description": self.description} if self.description else {})
            | {"fields": [f.meta() for f in self.fields.values()], "views": views}
        )

    def json(
        self, record: Record, only: frozenset[str] | None = None, *, by_id: bool = False
    ) -> dict[str, object]:
        """The record as the API returns it, with all cells or `only` those of these fields."""
        cells = self.cells(record, only, by_id=by_id)
        return {"id": record.id, "createdTime": instant(record.created_at), "fields": cells}

    def cells(
        self, record: Record, only: frozenset[str] | None = None, *, by_id: bool = False
    ) -> dict[str, object]:
        """The record's cells by field name or id, in the table's order; empty ones are omitted."""
        cells: dict[str, object] = {}
        for field_id, column in self.fields.items():
            if (only is not None and field_id not in only) or (
                field_id not in record.cells and not column.computed
            ):
                continue
            value = self.shown(record, column)
            if value is not None:
                cells[field_id if by_id else column.name] = value
        return cells

    def shown(self, record: Record, column: Field) -> object:
        """One cell as the API returns it; None for an empty one."""
        if column.computed:
            return column.computed.shown(record, self.now())
        value = record.cells.get(column.id)
        if column.type == "multipleAttachments" and isinstance(value, list):
            return [lent(file, self.now()) for file in value]
        return None if value is None else column.shown(value)


@dataclass(frozen=True, slots=True)
class Was:
    """A record as it was before a transaction; `cells` is None if it was not."""

    table_id: str
    cells: Mapping[str, object] | None


@dataclass(eq=False)
class Touched:
    """What an open transaction changes, as it was before; copied only if a webhook listens."""

    is_heard: bool
    user: Mapping[str, str] = field(default_factory=lambda: API.user)
    is_dirty: bool = False
    rows: dict[str, Was] = field(default_factory=dict)
    tables: Mapping[str, Table] | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One column as it was: its table, its place among the fields, and its cells."""

    table_id: str
    place: int
    column: Field
    cells: Mapping[str, object]


@dataclass(eq=False)
class Removed:
    """A deleted field, with the other side of its links and the filters that used it."""

    parts: list[Part]
    filters: dict[str, tuple[str, Formula | None]] = field(default_factory=dict)


@dataclass(eq=False)
class Base:
    """One base and the lock that every request on it holds."""

    id: str
    name: str
    tables: dict[str, Table] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)
    iterators: dict[str, tuple[str, ...]] = field(default_factory=dict)
    listed_at: dict[str, datetime] = field(default_factory=dict)  # when each was last read
    listing_life: timedelta = timedelta(minutes=5)
    hooks: dict[str, Hook] = field(default_factory=dict)
    transactions: int = 0
    touched: Touched | None = None  # while a transaction is open
    trash: list[Removed] = field(default_factory=list)
    now: Callable[[], datetime] = _no_clock
    made_at: datetime = field(default_factory=_no_clock)
    people: dict[str, Mapping[str, object]] = field(default_factory=lambda: {API_USER: API.user})
    files: dict[str, Mapping[str, object]] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    comments: dict[str, list[dict[str, object]]] = field(default_factory=dict)

    def table(self, name_or_id: str) -> Table | None:
        """The table of that id, or of that name in any letter case."""
        wanted = name_or_id.casefold()
        found = self.tables.get(name_or_id)
        return found or next((t for t in self.tables.values() if t.name.casefold() == wanted), None)

    def forget_listings(self) -> None:
        """Lose the place of every listing under way."""
        self.iterators.clear()
        self.listed_at.clear()

    @property
    def user(self) -> Mapping[str, str]:
        """Whose transaction is open; between transactions the API's."""
        return self.touched.user if self.touched else API.user

    def touch(self, table: Table, record: Record, *, is_new: bool = False) -> None:
        """Note that a record is about to change or go, or (`is_new`) is about to come."""
        if self.touched is None:
            return
        self.touched.is_dirty = True
        if self.touched.is_heard and record.id not in self.touched.rows:
            cells = None if is_new else dict(record.cells)
            self.touched.rows[record.id] = Was(table.id, cells)

    def touch_tables(self) -> None:
        """Note that tables, fields or choices are about to change."""
        if self.touched is None:
            return
        self.touched.is_dirty = True
        if self.touched.is_heard and self.touched.tables is None:
            self.touched.tables = {i: _copied(table) for i, table in self.tables.items()}


def _copied(table: Table) -> Table:
    columns = {i: replace(f, choices=dict(f.choices)) for i, f in table.fields.items()}
    return Table(table.id, table.name, table.primary_id, table.description, columns)


def lent(file: Mapping[str, object], now: datetime) -> Mapping[str, object]:
    """The attachment as it is handed out: with a URL that ends."""
    url = str(file.get("url"))
    ends = int((now + _URL_LIFE).timestamp())
    return {**file, "url": f"{url}{ends}"} if url.endswith(f"{EXPIRES}=") else file


def instant(at: datetime) -> str:
    """An instant as Airtable writes it: UTC, milliseconds, Z."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
