"""One cell on its way in: a JSON value becomes what the store keeps, or Airtable's refusal.

With typecast, text is read as the field's type, and unknown choices and linked rows are noted on
the Draft; nothing is changed until the whole request was understood.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sandbox.airtable import attached, collaborators, errors
from sandbox.airtable.dates import guessed
from sandbox.airtable.formulas import primary_text
from sandbox.airtable.model import COMPUTED, Base, Field, instant
from sandbox.airtable.values import CellError

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_RECORD_ID = re.compile(r"rec[0-9A-Za-z]{14}")


@dataclass
class Draft:
    """What a request will add beside its records, if all of it is valid."""

    base: Base
    new_id: Callable[[str], str]
    typecast: bool = False
    choices: dict[tuple[str, str], str] = field(default_factory=dict)
    linked: dict[tuple[str, str], str] = field(default_factory=dict)


def kept(column: Field, value: object, draft: Draft) -> object:
    """The value to keep, None for an empty cell; ApiError 422 if the field cannot take it."""
    if column.type in COMPUTED:
        raise errors.computed(column.name)
    if value in (None, "", []):
        return None
    return _READERS.get(column.type, _as_given)(column, value, draft)


def _as_given(_column: Field, value: object, _draft: Draft) -> object:
    return value


def _text(column: Field, value: object, draft: Draft) -> object:
    if isinstance(value, str):
        return value
    if not draft.typecast or isinstance(value, dict):
        raise errors.bad_value(column.name)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _number(column: Field, value: object, draft: Draft) -> object:
    if isinstance(value, str) and draft.typecast:
        try:
            value = float(value.replace(",", ""))
        except ValueError as error:
            raise errors.unparseable(column.name, value) from error
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise errors.bad_value(column.name)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _rating(column: Field, value: object, draft: Draft) -> object:
    stars = _number(column, value, draft)
    top = (column.options or {}).get("max", 10)
    if not isinstance(stars, int) or not isinstance(top, int) or not 0 <= stars <= top:
        raise errors.bad_value(column.name)
    return stars or None


def _checkbox(column: Field, value: object, draft: Draft) -> object:
    if draft.typecast and not isinstance(value, bool):
        value = str(value).lower() in ("true", "1", "yes", "checked")
    if not isinstance(value, bool):
        raise errors.bad_value(column.name)
    return value or None


def _choice(column: Field, value: object, draft: Draft) -> str:
    name = value.get("name") or value.get("id") if isinstance(value, Mapping) else value
    if not isinstance(name, str):
        if not draft.typecast or isinstance(name, dict | list):
            raise errors.bad_value(column.name)
        name = str(name)
    known = column.choice_id(name) or draft.choices.get((column.id, name))
    if known:
        return known
    if not draft.typecast:
        raise errors.unknown_choice(name)
    return draft.choices.setdefault((column.id, name), draft.new_id("sel"))


def _choices(column: Field, value: object, draft: Draft) -> object:
    if isinstance(value, str) and draft.typecast:
        value = [name.strip() for name in value.split(",") if name.strip()]
    if not isinstance(value, list):
        raise errors.bad_value(column.name)
    return list(dict.fromkeys(_choice(column, name, draft) for name in value)) or None


def _date(column: Field, value: object, draft: Draft) -> object:
    if not isinstance(value, str):
        raise errors.bad_value(column.name)
    try:
        if draft.typecast:
            return guessed(value).date().isoformat()
        if _DAY.fullmatch(value):
            return date.fromisoformat(value).isoformat()
    except (CellError, ValueError):
        pass
    raise errors.unparseable(column.name, value)


def _date_time(column: Field, value: object, draft: Draft) -> object:
    if not isinstance(value, str):
        raise errors.bad_value(column.name)
    try:
        at = datetime.fromisoformat(value)
    except ValueError as error:
        if not draft.typecast:
            raise errors.unparseable(column.name, value) from error
        at = _typed(column, value)
    if at.tzinfo is None:
        zone = str((column.options or {}).get("timeZone", "utc"))
        at = at.replace(tzinfo=UTC if zone in ("utc", "client") else ZoneInfo(zone))
    return instant(at.astimezone(UTC))


def _typed(column: Field, value: str) -> datetime:
    """A date and time as people write it, in the field's time zone."""
    try:
        return guessed(value).replace(tzinfo=None)
    except CellError as error:
        raise errors.unparseable(column.name, value) from error


def _links(column: Field, value: object, draft: Draft) -> object:
    if isinstance(value, str) and draft.typecast:
        value = [name.strip() for name in value.split(",") if name.strip()]
    if not isinstance(value, list):
        raise errors.bad_value(column.name)
    targets = [one.get("id") if isinstance(one, Mapping) else one for one in value]
    return list(dict.fromkeys(_link(column, target, draft) for target in targets)) or None


def _link(column: Field, target: object, draft: Draft) -> str:
    if not isinstance(target, str):
        raise errors.bad_value(column.name)
    other = draft.base.tables[column.linked_table_id]
    if target in other.rows:
        return target
    if _RECORD_ID.fullmatch(target):
        elsewhere = any(target in table.rows for table in draft.base.tables.values())
        raise errors.wrong_link_table(target) if elsewhere else errors.no_such_row(target)
    if not draft.typecast:
        raise errors.bad_value(column.name)
    wanted = target.casefold()
    for record in other.rows.values():
        if primary_text(draft.base, other, record).casefold() == wanted:
            return record.id
    return draft.linked.setdefault((other.id, target), draft.new_id("rec"))


def _collaborator(column: Field, value: object, draft: Draft) -> object:
    found = collaborators.named(draft.base, value, typecast=draft.typecast)
    if found is None:
        raise errors.bad_value(column.name)
    return found


def _collaborators(column: Field, value: object, draft: Draft) -> object:
    if isinstance(value, str) and draft.typecast:
        value = [name.strip() for name in value.split(",")]
    if not isinstance(value, list):
        raise errors.bad_value(column.name)
    return [
        _collaborator(column, {"id": one} if str(one).startswith("usr") else one, draft)
        for one in value
    ]


def _attachments(column: Field, value: object, draft: Draft) -> object:
    if not isinstance(value, list):
        raise errors.bad_value(column.name)
    files = [attached.file_of(draft.base, one, draft.new_id("att")) for one in value]
    if None in files:
        raise errors.bad_value(column.name)
    return files


def _barcode(column: Field, value: object, _draft: Draft) -> object:
    if not isinstance(value, Mapping) or not isinstance(value.get("text"), str):
        raise errors.bad_value(column.name)
    return dict(value)


_READERS: Mapping[str, Callable[[Field, object, Draft], object]] = {
    "singleLineText": _text,
    "multilineText": _text,
    "richText": _text,
    "email": _text,
    "url": _text,
    "phoneNumber": _text,
    "number": _number,
    "currency": _number,
    "percent": _number,
    "duration": _number,
    "rating": _rating,
    "checkbox": _checkbox,
    "singleSelect": _choice,
    "multipleSelects": _choices,
    "date": _date,
    "dateTime": _date_time,
    "multipleRecordLinks": _links,
    "singleCollaborator": _collaborator,
    "multipleCollaborators": _collaborators,
    "multipleAttachments": _attachments,
    "barcode": _barcode,
}
