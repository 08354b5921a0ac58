"""Formulas: text is parsed once by lark, then bound to a table's fields as nested functions.

Binding is by field id, so a view's formula survives the renaming of its fields.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from lark import Lark, Token, Tree
from lark.exceptions import LarkError

from sandbox.airtable import functions, record_ids, values
from sandbox.airtable.errors import bad_formula
from sandbox.airtable.model import COMPUTED, Base, Field, Formula, Record, Table
from sandbox.airtable.numbers_and_arrays import divide

_PARSER = Lark(
    (Path(__file__).parent / "formulas.lark").read_text(), parser="lalr", maybe_placeholders=False
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}
_INVALID = "Invalid formula. Please check your formula text."
_KEPT_FORMULAS = 500
_DATES = ("date", "dateTime", "createdTime", "lastModifiedTime")

_ARITHMETIC: dict[str, Callable[[object, object], object]] = {
    "join": lambda a, b: values.text(a) + values.text(b),
    "add": lambda a, b: values.number(a) + values.number(b),
    "subtract": lambda a, b: values.number(a) - values.number(b),
    "multiply": lambda a, b: values.number(a) * values.number(b),
    "divide": divide,
}
_COMPARISONS: dict[str, Callable[[object, object], object]] = {
    "=": lambda a, b: int(values.equal(a, b)),
    "!=": lambda a, b: int(not values.equal(a, b)),
    "<": lambda a, b: int(values.less(a, b)),
    ">": lambda a, b: int(values.less(b, a)),
    "<=": lambda a, b: int(not values.less(b, a)),
    ">=": lambda a, b: int(not values.less(a, b)),
}


@lru_cache(maxsize=128)
def _tree(formula: str) -> Tree[Token]:
    try:
        return _PARSER.parse(formula)
    except LarkError as error:
        raise bad_formula(_INVALID) from error


def bound(formula: str, base: Base, table: Table) -> Formula:
    """The formula over this table's fields; ApiError 422 if it cannot be parsed or bound."""
    if formula not in table.formulas:
        if len(table.formulas) >= _KEPT_FORMULAS:
            table.formulas.clear()
        table.formulas[formula] = Binder(base, table).bound(formula)
    return table.formulas[formula]


def only_ids(formula: str) -> frozenset[str] | None:
    """The only record ids the formula can choose; None if it may choose any."""
    return record_ids.wanted(_tree(formula))


def chooses(formula: Formula, record: Record, now: datetime) -> bool:
    """Whether a filter keeps the record; an error in the formula does not."""
    try:
        return values.is_true(formula(record, now))
    except (values.CellError, RecursionError):
        return False


class Binder:
    """Turns a tree into functions of (record, now), collecting names the table does not know.

    `named` are further names; `fields` are the ids of fields met, `written` the text by ids.
    """

    def __init__(self, base: Base, table: Table, named: Mapping[str, Formula] | None = None):
        self._base = base
        self._table = table
        self._extra = named or {}
        self._unknown: list[str] = []
        self._renamed: list[tuple[int, int, str]] = []

    def bound(self, formula: str) -> Formula:
        """The formula as a function; ApiError 422 if it cannot be used."""
        self._formula = formula
        try:
            function = self._node(_tree(formula))
        except (RecursionError, KeyError, TypeError) as error:
            raise bad_formula(_INVALID) from error
        if self._unknown:
            raise bad_formula(f"Unknown field names: {', '.join(self._unknown).lower()}")
        return function

    @property
    def fields(self) -> list[str]:
        """The ids of the fields that the formula names."""
        return list(dict.fromkeys(field_id for _, _, field_id in self._renamed))

    @property
    def written(self) -> str:
        """The formula as the metadata API shows it, with ids for names."""
        text = self._formula
        for start, end, field_id in sorted(self._renamed, reverse=True):
            text = f"{text[:start]}{{{field_id}}}{text[end:]}"
        return text

    def _node(self, tree: Tree[Token]) -> Formula:  # noqa: PLR0911  # one return per node
        match tree.data, tree.children:
            case "number", [Token(value=written)]:
                constant = float(written)
                return lambda _record, _now: constant
            case "text", [Token(value=written)]:
                literal = unescaped(written[1:-1])
                return lambda _record, _now: literal
            case "braced", [Token() as token]:
                return self._named(token, unescaped(token[1:-1]))
            case "bare", [Token() as token]:
                return self._named(token, str(token))
            case "negative", [Tree() as inner]:
                part = self._node(inner)
                return lambda record, now: -values.number(part(record, now))
            case "compare", [Tree() as left, Token(value=sign), Tree() as right]:
                return self._binary(_COMPARISONS[sign], left, right)
            case "call", [Token(value=name), *arguments]:
                return self._call(tree, name.upper(), [a for a in arguments if isinstance(a, Tree)])
            case kind, [Tree() as left, Tree() as right]:
                return self._binary(_ARITHMETIC[str(kind)], left, right)
            case _:
                raise bad_formula(_INVALID)

    def _binary(
        self, function: Callable[[object, object], object], left: Tree[Token], right: Tree[Token]
    ) -> Formula:
        one, other = self._node(left), self._node(right)
        return lambda record, now: function(one(record, now), other(record, now))

    def _call(self, tree: Tree[Token], name: str, arguments: Sequence[Tree[Token]]) -> Formula:
        ids = record_ids.all_named(tree)
        if ids is not None:
            return lambda record, _now: int(record.id in ids)
        parts = [self._node(argument) for argument in arguments]
        if name == "LAST_MODIFIED_TIME" and parts:
            return self._last_change(arguments)
        functions.demand(name, len(parts))
        if name in functions.LAZY:
            return functions.LAZY[name](parts)
        function = functions.PLAIN[name]
        return lambda record, now: function(*[part(record, now) for part in parts])

    def _last_change(self, arguments: Sequence[Tree[Token]]) -> Formula:
        """LAST_MODIFIED_TIME of the fields that are named."""
        if not all(argument.data in ("braced", "bare") for argument in arguments):
            raise TypeError("LAST_MODIFIED_TIME takes fields")
        watched = [field_id for _, _, field_id in self._renamed[-len(arguments) :]]
        return lambda record, _now: last_change(record, watched)

    def _named(self, token: Token, name: str) -> Formula:
        if name in self._extra:
            return self._extra[name]
        field = self._table.field(name)
        if field is None:
            self._unknown.append(name)
            return lambda _record, _now: None
        self._renamed.append((token.start_pos or 0, token.end_pos or 0, field.id))
        return cell(self._base, field)


def last_change(record: Record, watched: Sequence[str]) -> datetime | None:
    """When one of these fields last changed; None if they never held anything."""
    known = [record.touched[field_id] for field_id in watched if field_id in record.touched]
    if not known and any(record.cells.get(field_id) is not None for field_id in watched):
        return record.created_at
    return max(known, default=None)


def cell(base: Base, field: Field) -> Formula:
    """The value of a field in formulas: names for choices, primary texts for links."""
    if field.type in COMPUTED:
        return lambda record, now: (
            field.computed.value(record, now) if field.computed else _given(field, record)
        )
    key = field.id
    if field.type in _DATES:
        return lambda record, _now: values.moment(record.cells.get(key))
    if field.type == "multipleRecordLinks":
        return lambda record, now: _linked_texts(base, field, record, now)
    return lambda record, _now: (
        field.shown(record.cells[key]) if record.cells.get(key) is not None else None
    )


def _given(field: Field, record: Record) -> object:
    """A computed cell that its owner gave, as formulas see it."""
    value = record.cells.get(field.id)
    if isinstance(value, dict) and "error" in value:
        raise values.CellError(str(value["error"]))
    if isinstance(value, dict) and "specialValue" in value:
        return float(str(value["specialValue"]))
    return values.moment(value) if _result_type(field) in _DATES else value


def _result_type(field: Field) -> str:
    result = (field.options or {}).get("result")
    if field.type in ("formula", "rollup") and isinstance(result, dict):
        return str(result.get("type"))
    return field.type


def _linked_texts(base: Base, field: Field, record: Record, now: datetime) -> list[str]:
    other = base.tables[field.linked_table_id]
    ids = record.cells.get(field.id)
    if not isinstance(ids, list):
        return []
    read = cell(base, other.fields[other.primary_id])
    return [values.text(read(other.rows[i], now)) for i in ids]


def primary_text(base: Base, table: Table, record: Record) -> str:
    """What a link to this record shows."""
    try:
        return values.text(cell(base, table.fields[table.primary_id])(record, table.now()))
    except values.CellError:
        return "#ERROR!"


def unescaped(written: str) -> str:
    """A text literal's or a field name's characters without their backslashes."""
    return _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), written)
