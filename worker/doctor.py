"""`doctor`: is the base what the declaration says, and may the key do what the worker needs?

Findings are values in words; nothing is repaired here except that ids of what is there are noted.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from schemas.fields import Field, Table
from worker.airtable import Base
from worker.airtable_hooks import Hooks
from worker.airtable_ids import SeenTable, fits, seen_choices, seen_field, seen_table, view_key
from worker.errors import GatewayError, Misconfigured, ServiceDown

_INIT = "Run affiliate-ops init."


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: whether it is well, what it is, and what to do if it is not."""

    ok: bool
    what: str
    next_step: str = ""


def check_base(base: Base) -> list[Finding]:
    """Everything about one Airtable base that a person may have to put right."""
    findings = [_tried(base.whoami, "AIRTABLE_API_KEY works", "Correct AIRTABLE_API_KEY.")]
    if not findings[0].ok:
        return findings
    seen: list[SeenTable] = []
    there = f"base {base.base_id} can be reached"
    findings.append(_tried(lambda: seen.extend(base.look()), there, "Correct AIRTABLE_BASE_IDS."))
    if findings[-1].ok:
        findings += [found for table in base.tables for found in _table(base, seen, table)]
        step = "Give the token the scope webhook:manage; Airtable then tells what changes."
        hooks = Hooks(base.api, base.base_id)
        findings.append(_tried(hooks.listed, "the token may use webhooks", step))
    return findings


def _tried(attempt: Callable[[], object], what: str, next_step: str) -> Finding:
    try:
        attempt()
    except (Misconfigured, ServiceDown, GatewayError) as error:
        return Finding(ok=False, what=str(error), next_step=next_step)
    return Finding(ok=True, what=what)


def _table(base: Base, seen: Sequence[SeenTable], table: Table) -> Iterator[Finding]:
    known = base.names.recorded
    there = seen_table(known, seen, table)
    if there is None:
        yield Finding(ok=False, what=f"table {table.name} is missing", next_step=_INIT)
        return
    found = [
        *_renamed(f"table {table.name}", table.name, there.name),
        *(one for field in table.fields for one in _field(known, there, table, field)),
    ]
    yield from found
    if all(finding.ok for finding in found):
        yield Finding(ok=True, what=f"table {table.name}: {len(table.fields)} fields as declared")
    yield from _views(base, there, table)


def _field(
    known: Mapping[str, str], table_there: SeenTable, table: Table, one: Field
) -> Iterator[Finding]:
    where = f"field {table.name} / {one.name}"
    there = seen_field(known, table_there, table, one)
    if there is None:
        yield Finding(ok=False, what=f"{where} is missing", next_step=_INIT)
        return
    yield from _renamed(where, one.name, there.name)
    if not fits(one.kind, there.type):
        step = f"Change its type to {one.kind.value} in Airtable."
        yield Finding(ok=False, what=f"{where} is a {there.type} field", next_step=step)
        return
    choices = seen_choices(known, there, table, one)
    for declared in one.choices:
        if declared in choices:
            now = there.choices[choices[declared]]
            yield from _renamed(f"choice {declared} of {where}", declared, now)
    lacking = [declared for declared in one.choices if declared not in choices]
    if lacking:
        what = f"{where} lacks the options {', '.join(lacking)}"
        yield Finding(ok=False, what=what, next_step="Add them to the field in Airtable.")


def _renamed(where: str, declared: str, now: str) -> Iterator[Finding]:
    if now.casefold() != declared.casefold():
        yield Finding(ok=True, what=f"{where} is called {now} now; that changes nothing")


def _views(base: Base, there: SeenTable, table: Table) -> Iterator[Finding]:
    for view in table.views:
        where = f"view {table.name} / {view.name}"
        recorded = base.known_ids().get(view_key(table, view.name))
        if recorded is None:
            yield Finding(
                ok=True,
                what=f"{where} is not there yet; the rows of {view.formula} are used instead",
                next_step="Create it in Airtable to choose the rows yourself, then run doctor.",
            )
        elif recorded in there.views.values():
            now = next(name for name, view_id in there.views.items() if view_id == recorded)
            renamed = list(_renamed(where, view.name, now))
            yield from renamed or [Finding(ok=True, what=f"{where} is there")]
        else:
            step = "Create it again in Airtable, then run affiliate-ops doctor."
            yield Finding(ok=False, what=f"{where} was there before and is gone", next_step=step)
