"""What the declared things are called in one base, looked up anew only where that can help.

A look costs a request: a pass takes at most one, and only for something that is not recorded.
What to do about a thing that is gone is said here in words; who needs it is left to `airtable`.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from schemas.fields import Field, Table
from schemas.problems import Problem
from worker.airtable_errors import FieldsGone, ViewUnknown
from worker.airtable_ids import (
    DELETED,
    SELECTS,
    IdStore,
    SeenTable,
    choice_key,
    field_key,
    gone_key,
    matched,
    now_key,
    others_key,
    table_key,
    view_key,
)

Needs = tuple[tuple[Table, tuple[Field, ...]], ...]
Choices = tuple[tuple[Table, Field, tuple[str, ...]], ...]

LOOK_AGAIN = timedelta(minutes=5)  # for what is missing; a base that is whole is not looked at
SEEK_AGAIN = timedelta(days=1)  # for a view that a rule names and nobody has made
_LOOKED, _RESTORED = "looked", "restored"
_KINDS = ("gone:", "now:", "others:", "sought:", _LOOKED, _RESTORED)


class Names:
    """The recorded names and ids of one base; no I/O before the first question."""

    def __init__(
        self,
        base_id: str,
        store: IdStore,
        tables: Sequence[Table],
        schema: Callable[[], tuple[SeenTable, ...]],
        date: Callable[[], datetime | None],
    ) -> None:
        self._base_id = base_id
        self._store = store
        self._tables = tables
        self._schema = schema
        self._date = date
        self._recorded: dict[str, str] | None = None
        self._seen: tuple[SeenTable, ...] | None = None

    @property
    def recorded(self) -> Mapping[str, str]:
        """Everything recorded of the base, gone or not."""
        return self._known()

    def present(self) -> Mapping[str, str]:
        """The ids of what is there, and of the views once seen."""
        known = self._known()
        return {
            key: one
            for key, one in known.items()
            if not key.startswith(_KINDS) and not known.get(gone_key(key))
        }

    def look(self) -> tuple[SeenTable, ...]:
        """Read what the base has now, and record it; one request."""
        self._seen = self._schema()
        known, at = self._known(), self._date()
        found = matched(known, self._seen, self._tables)
        if any(
            known.get(gone_key(key)) and not found.get(gone_key(key))
            for key in found
            if key in known
        ):
            found[_RESTORED] = "yes"
        self._save(found | ({_LOOKED: at.isoformat()} if at else {}))
        return self._seen

    @property
    def restored(self) -> bool:
        """Whether something that was gone is there again, so that its values must be read."""
        return bool(self._known().get(_RESTORED))

    def read_again(self) -> None:
        """Whole tables were read: the values of what was restored are known."""
        if self.restored:
            self._save({_RESTORED: ""})

    def look_for_change(self) -> bool:
        """Look because Airtable refused something; whether what is recorded was out of date."""
        before = self._known() | {_LOOKED: ""}
        self.look()
        return self._known() | {_LOOKED: ""} != before

    def look_once(self) -> bool:
        """Look, unless this pass has; whether it did."""
        if self._seen is not None:
            return False
        self.look()
        return True

    def table(self, table: Table) -> str | None:
        """The id of a table; None if it is gone."""
        return self._present(table_key(table))

    def field(self, table: Table, field: Field) -> str | None:
        """The id of a field; None if it is gone or no longer of its type."""
        return self._present(field_key(table, field)) if self.table(table) else None

    def choice(self, table: Table, field: Field, choice: str) -> str | None:
        """The id of a declared choice; None if it is gone. Looks if it is not there."""
        key = choice_key(table, field, choice)
        found = self._present(key)
        return self._present(key) if found is None and self.look_once() else found

    def current(self, table: Table, field: Field) -> Mapping[str, str]:
        """The declared choice for each name that choices have now, those of the team included."""
        known = self._known()
        theirs = json.loads(known.get(others_key(table, field), "[]"))
        ours = {
            known.get(now_key(key), one): one
            for one in field.choices
            if self._present(key := choice_key(table, field, one)) is not None
        }
        return {name: name for name in theirs} | ours

    def called(self, table: Table, field: Field, choice: str) -> str:
        """What a declared choice is called now."""
        return self._known().get(now_key(choice_key(table, field, choice)), choice)

    def view(self, table: Table, view: str) -> str | None:
        """The id of a view; None for a declared one that nobody has made yet.

        Raises ViewUnknown for any other name that no view has.
        """
        key = view_key(table, view)
        declared = any(one.name == view for one in table.views)
        if key not in self._known() and not declared:
            self._seek(table, view)
        found = self._known().get(key)
        if found is None and not declared:
            raise ViewUnknown(
                f"Table {table.name} of base {self._base_id} has no view {view!r}: create it, "
                "or correct the name"
            )
        return found

    def gone(self, needs: Needs, choices: Choices = ()) -> tuple[Problem, ...]:
        """A Problem for each thing of these that is missing, after a look if one is due."""
        found = tuple(self._gone(needs, choices))
        if found and self._seen is None and self._is_due(_LOOKED, LOOK_AGAIN):
            self.look()
            return tuple(self._gone(needs, choices))
        return found

    def require(self, table: Table, fields: Sequence[Field]) -> None:
        """Raise FieldsGone if one of these is missing, also after a look."""
        needs = ((table, tuple(fields)),)
        if any(True for _ in self._gone(needs, ())):
            self.look_once()
            raise_gone(tuple(self._gone(needs, ())))

    def words(self, table: Table, field: Field | None = None, choice: str = "") -> str:
        """What is missing, and what a person has to do."""
        if field is None:
            return f"Base {self._base_id} has no table {table.name}: {_UNDO}"
        if choice:
            return (
                f"Field {field.name} of table {table.name} has no choice {choice!r} any more: "
                "undo its deletion in Airtable, or add it to the field again"
            )
        kind = self._known().get(gone_key(field_key(table, field)), DELETED)
        if kind in {DELETED, ""}:
            where = f"Table {table.name} of base {self._base_id}"
            return f"{where} has no field {field.name}: {_UNDO}"
        return (
            f"Field {field.name} of table {table.name} is a {kind} field now: undo the change in "
            f"Airtable (its type is {field.kind.value}), or rename it and run affiliate-ops init"
        )

    def _gone(self, needs: Needs, choices: Choices) -> Iterator[Problem]:
        for table, fields in needs:
            if self.table(table) is None:
                yield Problem(table.name, "", self.words(table))
                continue
            for field in fields:
                if self.field(table, field) is None:
                    yield Problem(table.name, "", self.words(table, field))
        for table, field, wanted in choices:
            if self.field(table, field) is None:
                continue  # the field itself is what is missing
            for choice in wanted:
                if self._present(choice_key(table, field, choice)) is None:
                    yield Problem(table.name, "", self.words(table, field, choice))

    def _present(self, key: str) -> str | None:
        known = self._known()
        if key not in known and gone_key(key) not in known:
            self.look_once()  # never recorded at all: a base just met, or a newer declaration
            known = self._known()
        return None if known.get(gone_key(key)) else known.get(key)

    def _seek(self, table: Table, view: str) -> None:
        """Look for a view that is not declared and was never seen, at most once a day."""
        sought = f"sought:{view_key(table, view)}"
        if self._seen is None and self._is_due(sought, SEEK_AGAIN):
            self.look()
        for there in self._seen or ():
            if there.id == self.table(table) and view in there.views:
                self._save({view_key(table, view): there.views[view]})
        if self._seen is not None and (now := self._date()):
            self._save({sought: now.isoformat()})

    def _is_due(self, key: str, wait: timedelta) -> bool:
        """Whether the wait is over, or cannot be told; a clock that was set back starts anew."""
        since, now = self._known().get(key), self._date()
        if not since or now is None:
            return True
        at = datetime.fromisoformat(since)
        return not at <= now < at + wait

    def _known(self) -> dict[str, str]:
        if self._recorded is None:
            self._recorded = dict(self._store.load(self._base_id))
        return self._recorded

    def _save(self, ids: dict[str, str]) -> None:
        self._known().update(ids)
        self._store.save(self._base_id, ids)


_UNDO = "undo its deletion in Airtable, or run affiliate-ops init"


def raise_gone(problems: tuple[Problem, ...]) -> None:
    """Raise FieldsGone for these, if there are any."""
    if problems:
        raise FieldsGone("; ".join(one.text for one in problems), problems)


def is_select(field: Field) -> bool:
    """Whether the field's cells hold choices."""
    return field.kind in SELECTS
