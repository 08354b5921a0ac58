"""Formulas: text is parsed once by lark, then bound to a table's fields as nested functions.

Binding is by field id, so a view's formula survives the renaming of its fields.
"""

import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from lark import Lark, Token, Tree
from lark.exceptions import LarkError

from sandbox.airtable import functions, values
from sandbox.airtable.errors import bad_formula
from sandbox.airtable.model import Base, Field, Formula, Record, Table

_PARSER = Lark(
    (Path(__file__).parent / "formulas.lark").read_text(), parser="lalr", maybe_placeholders=False
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}
_INVALID = "Invalid formula. Please check your formula text."
_KEPT_FORMULAS = 500

_ARITHMETIC: dict[str, Callable[[object, object], object]] = {
    "join": lambda a, b: values.text(a) + values.text(b),
    "add": lambda a, b: values.number(a) + values.number(b),
    "subtract": lambda a, b: values.number(a) - values.number(b),
    "multiply": lambda a, b: values.number(a) * values.number(b),
    "divide": functions.divide,
}
_COMPARISONS: dict[str, Callable[[object, object], object]] = {
    "=": lambda a, b: int(values.equal(a, b)),
    "!=": lambda a, b: int(not values.equal(a, b)),
    "<": lambda a, b: int(values.less(a, b)),
    ">": lambda a, b: int(values.less(b, a)),
    "<=": lambda a, b: int(not values.less(b, a)),
    ">=": lambda a, b: int(not values.less(a, b)),
}


@lru_cache(maxsize=1024)
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
        table.formulas[formula] = _Binder(base, table).bound(formula)
    return table.formulas[formula]


def chooses(formula: Formula, record: Record, now: datetime) -> bool:
    """Whether a filter keeps the record; an error in the formula does not."""
    try:
        return values.is_true(formula(record, now))
    except values.CellError:
        return False


class _Binder:
    """Turns a tree into functions of (record, now), collecting names the table does not know."""

    def __init__(self, base: Base, table: Table) -> None:
        self._base = base
        self._table = table
        self._unknown: list[str] = []

    def bound(self, formula: str) -> Formula:
        try:
            function = self._node(_tree(formula))
        except (RecursionError, KeyError, TypeError) as error:
            raise bad_formula(_INVALID) from error
        if self._unknown:
            raise bad_formula(f"Unknown field names: {', '.join(self._unknown).lower()}")
        return function

    def _node(self, tree: Tree[Token]) -> Formula:  # noqa: PLR0911  # one return per node
        match tree.data, tree.children:
            case "number", [Token(value=written)]:
                constant = float(written)
                return lambda _record, _now: constant
            case "text", [Token(value=written)]:
                literal = _unescaped(written[1:-1])
                return lambda _record, _now: literal
            case "braced", [Token(value=written)]:
                return self._named(_unescaped(written[1:-1]))
            case "bare", [Token(value=written)]:
                return self._named(written)
            case "negative", [Tree() as inner]:
                part = self._node(inner)
                return lambda record, now: -values.number(part(record, now))
            case "compare", [Tree() as left, Token(value=sign), Tree() as right]:
                return self._binary(_COMPARISONS[sign], left, right)
            case "call", [Token(value=name), *arguments]:
                return self._call(
                    name.upper(), [self._node(a) for a in arguments if isinstance(a, Tree)]
                )
            case kind, [Tree() as left, Tree() as right]:
                return self._binary(_ARITHMETIC[str(kind)], left, right)
            case _:
                raise bad_formula(_INVALID)

    def _binary(
        self, function: Callable[[object, object], object], left: Tree[Token], right: Tree[Token]
    ) -> Formula:
        one, other = self._node(left), self._node(right)
        return lambda record, now: function(one(record, now), other(record, now))

    def _call(self, name: str, arguments: list[Formula]) -> Formula:
        if name in functions.LAZY:
            functions.demand(name, len(arguments))
            return functions.LAZY[name](arguments)
        function = functions.PLAIN[name]
        functions.demand(name, len(arguments))
        return lambda record, now: function(*[part(record, now) for part in arguments])

    def _named(self, name: str) -> Formula:
        field = self._table.field(name)
        if field is None:
            self._unknown.append(name)
            return lambda _record, _now: None
        return cell(self._base, field)


def cell(base: Base, field: Field) -> Formula:
    """The value of a field in formulas: names for choices, primary texts for links."""
    key = field.id
    kind = _result_type(field)
    if kind in ("date", "dateTime", "createdTime", "lastModifiedTime"):
        return lambda record, _now: values.moment(record.cells.get(key))
    if kind == "multipleRecordLinks":
        return lambda record, _now: _linked_texts(base, field, record)
    return lambda record, _now: (
        field.shown(record.cells[key]) if record.cells.get(key) is not None else None
    )


def _result_type(field: Field) -> str:
    result = (field.options or {}).get("result")
    if field.type in ("formula", "rollup") and isinstance(result, dict):
        return str(result.get("type"))
    return field.type


def _linked_texts(base: Base, field: Field, record: Record) -> list[str]:
    other = base.tables[field.linked_table_id]
    ids = record.cells.get(field.id)
    return [primary_text(other, other.rows[i]) for i in ids] if isinstance(ids, list) else []


def primary_text(table: Table, record: Record) -> str:
    """What a link to this record shows."""
    value = record.cells.get(table.primary_id)
    return "" if value is None else values.text(table.fields[table.primary_id].shown(value))


def _unescaped(written: str) -> str:
    return _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), written)
