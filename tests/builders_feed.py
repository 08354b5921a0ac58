"""A sandbox base with a webhook on it, and what its payloads say."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pyairtable import Api, Table

from sandbox.airtable.store import Store
from sandbox.server import Server
from sandbox.world import World
from tests.builders_sandbox import BASE_ID, client, running_sandbox

EVERYTHING = ("tableData", "tableFields", "tableMetadata")
FIELDS: list[dict[str, object]] = [
    {"name": "Handle", "type": "singleLineText"},
    {"name": "Followers", "type": "number", "options": {"precision": 0}},
    {"name": "Stage", "type": "singleSelect", "options": {"choices": [{"name": "Prospect"}]}},
    {"name": "Tags", "type": "multipleSelects", "options": {"choices": [{"name": "beauty"}]}},
]


@dataclass
class Watched:
    """A running sandbox whose base has one table of creators."""

    world: World
    server: Server
    api: Api
    creators: Table

    @property
    def store(self) -> Store:
        """The doors of people's hands."""
        return self.world.airtable

    @property
    def hooks(self) -> str:
        """The webhooks' URL."""
        return self.api.base(BASE_ID).urls.webhooks

    def field(self, name: str) -> str:
        """The id of a field of the creators' table."""
        return self.creators.schema(force=True).field(name).id

    def choice(self, field: str, name: str) -> dict[str, str]:
        """A choice of a select, as payloads show it."""
        column = self.store.table(BASE_ID, self.creators.id).field(field)
        assert column is not None
        return next(choice for choice in column.choices.values() if choice["name"] == name)

    def hook(
        self,
        includes: Mapping[str, object] | None = None,
        data_types: Sequence[str] = EVERYTHING,
        **filters: object,
    ) -> str:
        """Create a webhook; its id."""
        options: dict[str, object] = {"filters": {"dataTypes": list(data_types), **filters}}
        options |= {"includes": dict(includes)} if includes else {}
        made = self.api.post(self.hooks, json={"specification": {"options": options}})
        return str(made["id"])

    def page(self, hook: str, cursor: int = 1, limit: int = 50) -> dict[str, Any]:
        """One answer of the feed."""
        params: dict[str, Any] = {"cursor": cursor, "limit": limit}
        found: dict[str, Any] = self.api.get(f"{self.hooks}/{hook}/payloads", params=params)
        return found

    def handles(self, hook: str) -> list[dict[str, Any]]:
        """The created creators' cells by field name, of those payloads that created some."""
        names = {self.field(str(f["name"])): str(f["name"]) for f in FIELDS}
        return [
            {names[i]: value for i, value in row["cellValuesByFieldId"].items()}
            for change in self.changes(hook)
            for row in change.get("createdRecordsById", {}).values()
        ]

    def later(self, **wait: float) -> None:
        """Let the sandbox's clock jump ahead."""
        self.world.clock.set(self.world.clock.now() + timedelta(**wait))

    def changes(self, hook: str) -> list[dict[str, Any]]:
        """What each payload says about the creators' table."""
        tables = [p.get("changedTablesById", {}) for p in self.page(hook)["payloads"]]
        return [table.get(self.creators.id, {}) for table in tables]


@contextmanager
def watched() -> Iterator[Watched]:
    """A sandbox with an empty table Creators."""
    with running_sandbox() as (world, _, server), client(server) as api:
        creators = api.base(BASE_ID).create_table("Creators", FIELDS)
        yield Watched(world, server, api, api.table(BASE_ID, creators.id))
