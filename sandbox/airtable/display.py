"""Cells as people see them, which is what cellFormat=string answers with: text and nothing else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sandbox.airtable import moment_tokens, values
from sandbox.airtable.model import COMPUTED, Base, Field, Record, Table, instant

_DATES = ("date", "dateTime", "createdTime", "lastModifiedTime")
_SECONDS = {"h:mm": -1, "h:mm:ss": 0, "h:mm:ss.S": 1, "h:mm:ss.SS": 2, "h:mm:ss.SSS": 3}
Options = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Look:
    """The time zone and locale that dates are written in."""

    zone: ZoneInfo
    locale: str


def json(
    base: Base,
    table: Table,
    record: Record,
    only: frozenset[str] | None,
    look: Look,
    *,
    by_id: bool,
) -> dict[str, object]:
    """The record as the API returns it, with text for every cell that is not empty."""
    cells: dict[str, object] = {}
    for column in table.fields.values():
        if only is not None and column.id not in only:
            continue
        text = cell_text(base, table, record, column, look)
        if text:
            cells[column.id if by_id else column.name] = text
    return {"id": record.id, "createdTime": instant(record.created_at), "fields": cells}


def cell_text(base: Base, table: Table, record: Record, column: Field, look: Look) -> str:
    """One cell as text; links show what the linked records are called."""
    if column.type == "multipleRecordLinks":
        ids, other = record.cells.get(column.id), base.tables[column.linked_table_id]
        primary = other.fields[other.primary_id]
        linked = [other.rows[i] for i in ids] if isinstance(ids, list) else []
        return ", ".join(cell_text(base, other, row, primary, look) for row in linked)
    value = table.shown(record, column)
    kind, options = _result(column) if column.type in COMPUTED else (column.type, column.options)
    if kind == "multipleRecordLinks" and column.computed:
        return values.text(column.computed.value(record, table.now()))
    parts = value if isinstance(value, list) else [value]
    return ", ".join(_text(kind, one, options or {}, look) for one in parts if one is not None)


def _result(column: Field) -> tuple[str, Options | None]:
    result = (column.options or {}).get("result")
    if not isinstance(result, Mapping):
        return column.type, column.options
    options = result.get("options")
    return str(result.get("type")), options if isinstance(options, Mapping) else None


def _text(kind: str, value: object, options: Options, look: Look) -> str:
    if isinstance(value, Mapping) and ("error" in value or "specialValue" in value):
        return str(value.get("error") or value.get("specialValue"))
    if kind in _DATES and isinstance(value, str):
        return _date(kind, value, options, look)
    if kind in _AMOUNTS and isinstance(value, int | float) and not isinstance(value, bool):
        return _AMOUNTS[kind](value, options)
    if kind == "checkbox" or isinstance(value, bool):
        return "checked" if value else ""
    return values.text(value)


def _date(kind: str, value: str, options: Options, look: Look) -> str:
    at = values.parsed(value)
    day = moment_tokens.written(at, _format(options, "dateFormat", "l"), look.locale)
    if kind == "date":
        return day
    tokens = f"{_format(options, 'dateFormat', 'l')} {_format(options, 'timeFormat', 'h:mma')}"
    return moment_tokens.written(at.astimezone(look.zone), tokens, look.locale)


def _format(options: Options, name: str, default: str) -> str:
    form = options.get(name)
    return str(form.get("format", default)) if isinstance(form, Mapping) else default


def _precision(options: Options, default: int) -> int:
    places = options.get("precision", default)
    return places if isinstance(places, int) else default


def _number(value: float, options: Options) -> str:
    return f"{value:.{_precision(options, 1)}f}"


def _currency(value: float, options: Options) -> str:
    sign, symbol = "-" if value < 0 else "", options.get("symbol", "$")
    return f"{sign}{symbol}{abs(value):,.{_precision(options, 2)}f}"


def _percent(value: float, options: Options) -> str:
    return f"{value * 100:.{_precision(options, 0)}f}%"


def _duration(value: float, options: Options) -> str:
    places = _SECONDS.get(str(options.get("durationFormat")), -1)
    minutes, seconds = divmod(abs(value), 60)
    text = f"{int(minutes) // 60}:{int(minutes) % 60:02d}"
    if places >= 0:
        text += f":{seconds:0{places + 3 if places else 2}.{places}f}"
    return f"-{text}" if value < 0 else text


_AMOUNTS: Mapping[str, Callable[[float, Options], str]] = {
    "number": _number,
    "currency": _currency,
    "percent": _percent,
    "duration": _duration,
}
