"""`doctor`: is the base what the declaration says, and may the key do what the worker needs?

Findings are values in words; nothing is repaired here except that ids of what is there are noted.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from schemas.fields import Field, Kind, Table
from worker.airtable import Base
from worker.airtable_ids import SeenField, SeenTable, seen_field, seen_table, view_key
from worker.errors import GatewayError, Misconfigured, ServiceDown

_TEXTS = frozenset({"singleLineText", "multilineText", "richText", "email", "url", "phoneNumber"})
_NUMBERS = frozenset({"number", "currency", "percent"})
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
    return findings


def _tried(attempt: Callable[[], object], what: str, next_step: str) -> Finding:
    try:
        attempt()
    except (Misconfigured, ServiceDown, GatewayError) as error:
        return Finding(ok=False, what=str(error), next_step=next_step)
    return Finding(ok=True, what=what)


def _table(base: Base, seen: Sequence[SeenTable], table: Table) -> Iterator[Finding]:
    known = base.known_ids()
    there = seen_table(known, seen, table)
    if there is None:
        yield Finding(ok=False, what=f"table {table.name} is missing", next_step=_INIT)
        return
    wrong = [
        finding
        for one in table.fields
        for finding in _field(table, one, seen_field(known, there, table, one))
    ]
    yield from wrong
    if not wrong:
        yield Finding(ok=True, what=f"table {table.name}: {len(table.fields)} fields as declared")
    yield from _views(base, there, table)


def _field(table: Table, one: Field, there: SeenField | None) -> Iterable[Finding]:
    where = f"field {table.name} / {one.name}"
    if there is None:
        return [Finding(ok=False, what=f"{where} is missing", next_step=_INIT)]
    if not _fits(one.kind, there.type):
        step = f"Change its type to {one.kind.value} in Airtable."
        return [Finding(ok=False, what=f"{where} is a {there.type} field", next_step=step)]
    lacking = [choice for choice in one.choices if choice not in there.choices]
    if lacking:
        what = f"{where} lacks the options {', '.join(lacking)}"
        return [Finding(ok=False, what=what, next_step="Add them to the field in Airtable.")]
    return []


def _fits(kind: Kind, there: str) -> bool:
    for alike in (_TEXTS, _NUMBERS):
        if kind.value in alike:
            return there in alike
    return kind.value == there


def _views(base: Base, there: SeenTable, table: Table) -> Iterator[Finding]:
    for view in table.views:
        where = f"view {table.name} / {view.name}"
        recorded = base.known_ids().get(view_key(table, view.name))
        if recorded is None:
            yield Finding(
                ok=True,
                what=f"{where} is not there yet; the rows of {view.formula} are used instead",
                next_step="Create it in Airtable to choose the rows yourself.",
            )
        elif recorded in there.views.values():
            yield Finding(ok=True, what=f"{where} is there")
        else:
            step = "Create it again in Airtable, then run affiliate-ops doctor."
            yield Finding(ok=False, what=f"{where} was there before and is gone", next_step=step)
