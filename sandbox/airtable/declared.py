"""A base as it is after `init`: the declared tables, made through the metadata API's own rules."""

from collections.abc import Mapping, Sequence

from sandbox.airtable import schema
from sandbox.airtable.model import Base
from sandbox.airtable.store import Store
from schemas.fields import Field, Kind, Table


def add_declared_base(
    store: Store, base_id: str, name: str, tables: Sequence[Table], *, with_views: bool = False
) -> Base:
    """An empty base with these tables; views, which `init` cannot make, only if asked for."""
    base = store.add_base(base_id, name)
    with base.lock:
        for table in tables:
            plain = [_spec(f, f.options()) for f in table.fields if f.kind is not Kind.LINK]
            spec = {"name": table.name, "description": table.help, "fields": plain}
            schema.add_table(base, spec, store.new_id)
        for table in tables:
            _add_links(store, base, table)
    for table in tables if with_views else ():
        for view in table.views:
            store.add_view(base_id, table.name, view.name, view.formula)
    return base


def _spec(field: Field, options: Mapping[str, object] | None) -> Mapping[str, object]:
    spec = {"name": field.name, "type": field.kind.value, "description": field.help}
    return spec | ({"options": options} if options else {})


def _add_links(store: Store, base: Base, table: Table) -> None:
    """Links come last: their tables must exist. An inverse that is declared too keeps its name."""
    owner = store.table(base.id, table.name)
    for field in table.fields:
        if field.kind is Kind.LINK and owner.field(field.name) is None:
            options = {"linkedTableId": store.table(base.id, field.links_to).id}
            schema.add_field(base, owner, _spec(field, options), store.new_id)
