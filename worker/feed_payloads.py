"""What a feed's payloads say: which records of which tables changed, and whether people did it.

Only reads Airtable's JSON (webhook payload v0); the cell formats are those of airtable §5: selects
and links come as objects.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

MACHINE = "publicApi"


@dataclass(slots=True)
class TableChanges:
    """One table's news: cells by record id and field id, and the ids of rows that are gone.

    `users` has who edited a cell last, where Airtable says it: e-mail and name.
    """

    cells: dict[str, dict[str, object]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    users: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)

    def edited(self, record: str, cells: Mapping[str, object], user: tuple[str, str]) -> None:
        """These cells of a record are so now; `user` did it ("" if nobody is named)."""
        self.cells.setdefault(record, {}).update(cells)
        for field_id in cells:
            self.users[record, field_id] = user


@dataclass(slots=True)
class Changes:
    """All news since the last poll, by table id.

    `is_about_fields` when tables, fields or choices changed; `people_from` and `people_at` when a
    person, not a program, first and last changed something.
    """

    tables: dict[str, TableChanges] = field(default_factory=dict)
    is_about_fields: bool = False
    people_from: datetime | None = None
    people_at: datetime | None = None

    def take(self, payloads: Iterable[Mapping[str, object]]) -> None:
        """Add payloads, oldest first; what came later counts."""
        for payload in payloads:
            self._who(payload)
            self.is_about_fields |= bool(
                payload.get("createdTablesById") or payload.get("destroyedTableIds")
            )
            user = _user(payload)
            for table_id, changed in _items(payload.get("changedTablesById")):
                self._table(self.tables.setdefault(table_id, TableChanges()), changed, user)

    def _who(self, payload: Mapping[str, object]) -> None:
        metadata = payload.get("actionMetadata")
        source = metadata.get("source") if isinstance(metadata, Mapping) else None
        at = payload.get("timestamp")
        if source != MACHINE and isinstance(at, str):
            self.people_at = datetime.fromisoformat(at)
            self.people_from = self.people_from or self.people_at

    def _table(
        self, news: TableChanges, changed: Mapping[str, object], user: tuple[str, str]
    ) -> None:
        self.is_about_fields |= any(changed.get(what) for what in _ABOUT_FIELDS)
        for record, made in _items(changed.get("createdRecordsById")):
            news.gone.discard(record)
            news.edited(record, _cells(made), user)
        for record, edited in _items(changed.get("changedRecordsById")):
            current = edited.get("current")
            if isinstance(current, Mapping):
                news.edited(record, _cells(current), user)
        destroyed = changed.get("destroyedRecordIds")
        for record in destroyed if isinstance(destroyed, list) else ():
            news.gone.add(record)
            news.cells.pop(record, None)


_ABOUT_FIELDS = ("createdFieldsById", "changedFieldsById", "destroyedFieldIds", "changedMetadata")


def _user(payload: Mapping[str, object]) -> tuple[str, str]:
    """E-mail and name of the user behind a payload; empty where it names none."""
    found: object = payload
    for part in ("actionMetadata", "sourceMetadata", "user"):
        found = found.get(part) if isinstance(found, Mapping) else None
    if not isinstance(found, Mapping):
        return "", ""
    return str(found.get("email") or ""), str(found.get("name") or "")


def _items(found: object) -> Iterable[tuple[str, Mapping[str, object]]]:
    if not isinstance(found, Mapping):
        return ()
    return ((str(key), value) for key, value in found.items() if isinstance(value, Mapping))


def _cells(record: Mapping[str, object]) -> Mapping[str, object]:
    cells = record.get("cellValuesByFieldId")
    return cells if isinstance(cells, Mapping) else {}


def plain(value: object, *, is_link: bool) -> object:
    """A cell of a payload as record listings have it: links as ids, selects as names."""
    if isinstance(value, Mapping) and "name" in value:
        return value["name"]
    if isinstance(value, list):
        wanted = "id" if is_link else "name"
        return [one.get(wanted) if isinstance(one, Mapping) else one for one in value]
    return value
