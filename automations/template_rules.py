"""What a template may hold: an allow-list walked over its syntax tree before Jinja compiles it.

Teammates edit templates, and Jinja's sandbox alone stops neither loops nor memory bombs; what
passes here is text, the declared variables, conditions and a few filters on short text.
"""

import difflib
import re
from collections.abc import Collection, Iterator

from jinja2 import TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

MAX_SOURCE = 20_000
MAX_TOKENS = 60  # within one {{ … }} or {% … %}
MAX_BRACKETS = 4
MAX_IFS = 4
MAX_FILTERS = 5
FILTERS = ("capitalize", "default", "d", "lower", "title", "trim", "upper")
TESTS = ("defined", "undefined")
MAX_NUMBER = 10**15
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
# Placeholders of other mailing tools, which would go out as they stand.
_FOREIGN = re.compile(
    r"(?i)\*\||\|\*|%\(\w+\)s|<<\w+>>|\[(?:\w+_\w+|name|handle|brand|product|campaign)\]"
    "|[\uff5b\uff5d]"
)

_ALLOWED = (
    nodes.Output, nodes.TemplateData, nodes.Name, nodes.If, nodes.CondExpr, nodes.Compare,
    nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Const, nodes.List, nodes.Filter,
    nodes.Test, nodes.Keyword,
)  # fmt: skip
_SAID = {
    nodes.Call: "A call like name() is not allowed",
    nodes.Getattr: "A dot after a variable is not allowed; write {{ first_name }}",
    nodes.Getitem: "Square brackets after a variable are not allowed; write {{ first_name }}",
    nodes.For: "A loop is not allowed",
    nodes.Assign: "{% set %} is not allowed",
    nodes.Include: "{% include %} is not allowed",
    nodes.Concat: "~ is not allowed; write the variables side by side",
}


def check_source(
    source: str, variables: Collection[str], env: ImmutableSandboxedEnvironment
) -> tuple[str, ...]:
    """Everything in `source` that a template may not hold, in words; () when it may be used."""
    if len(source) > MAX_SOURCE:
        return (f"It is {len(source):,} characters long; at most {MAX_SOURCE:,} are allowed.",)
    if _CONTROL.search(source):
        return ("It holds an invisible control character: type it again instead of pasting it.",)
    try:
        # Tokens first: parsing something nested deep enough may never end.
        nested = _nesting(source, env)
        if nested:
            return (nested,)
        tree = env.parse(source)
        return tuple(dict.fromkeys(_faults(tree, frozenset(variables))))
    except TemplateError as error:
        return (f"Line {getattr(error, 'lineno', None) or 1}: {error.message}.",)
    except (ValueError, RecursionError, OverflowError):
        return ("It cannot be understood: simplify it.",)


def _nesting(source: str, env: ImmutableSandboxedEnvironment) -> str:
    """Why the template is too deep to be parsed safely, or ""."""
    tokens = brackets = ifs = 0
    for line, kind, text in env.lex(source):
        if kind in ("whitespace", "data"):
            continue
        if kind in ("variable_begin", "block_begin"):
            tokens = brackets = 0
        tokens += 1
        if kind == "operator":
            brackets += (text in "([{") - (text in ")]}")
        if kind == "name" and tokens == 2:  # the word that a block begins with
            if text == "print":
                return f"Line {line}: print is not allowed; write {{{{ first_name }}}}"
            ifs += (text == "if") - (text == "endif")
        if tokens > MAX_TOKENS or brackets > MAX_BRACKETS or ifs > MAX_IFS:
            return f"Line {line}: this is nested too deep or too long: simplify it."
    return ""


def _faults(tree: nodes.Template, variables: frozenset[str]) -> Iterator[str]:
    for node in _all(tree):
        fault = _fault(node, variables)
        if fault:
            yield f"Line {node.lineno}: {fault}."


def _all(node: nodes.Node) -> Iterator[nodes.Node]:
    for child in node.iter_child_nodes():
        yield child
        yield from _all(child)


def _fault(node: nodes.Node, variables: frozenset[str]) -> str:  # noqa: PLR0911 - one per rule
    match node:
        case nodes.Name() if node.ctx != "load":
            return f"{node.name} cannot be set"
        case nodes.Name() if node.name not in variables:
            return _unknown(node.name, variables)
        case nodes.Filter() if node.name not in FILTERS:
            return f"|{node.name} is not allowed; allowed are |" + ", |".join(FILTERS)
        case nodes.Filter() if _chain(node) > MAX_FILTERS:
            return f"More than {MAX_FILTERS} filters in a row are not allowed"
        case nodes.Filter() | nodes.Test() if not _plain_arguments(node):
            return f"What stands in the brackets of {node.name} must be plain text or a number"
        case nodes.Test() if node.name not in TESTS:
            return f"'is {node.name}' is not allowed; write 'is defined'"
        case nodes.TemplateData() if found := _FOREIGN.search(node.data):
            return (
                f"{found[0]} would be sent as it stands; a variable is written {{{{ first_name }}}}"
            )
        case nodes.TemplateData() if "{" in node.data or "}" in node.data:
            return "A single { or } is not allowed; a variable is written {{ first_name }}"
        case _ if not isinstance(node, _ALLOWED):
            return _SAID.get(type(node), f"{type(node).__name__} is not allowed")
        case _:
            return _printed_fault(node)


def _printed_fault(node: nodes.Node) -> str:
    match node:
        case nodes.List() if not all(isinstance(part, nodes.Const) for part in node.items):
            return "A list may hold plain texts and numbers only"
        case nodes.Const():
            return _constant(node.value)
        case nodes.Output() if any(
            isinstance(part, nodes.Compare | nodes.Not | nodes.Test) for part in node.nodes
        ):
            return "This would print True or False; a condition is written {% if … %}"
        case _:
            return ""


def _unknown(name: str, variables: frozenset[str]) -> str:
    close = difflib.get_close_matches(name, sorted(variables), 1)
    hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(sorted(variables))}"
    return f"There is no variable {name}; {hint}"


def _constant(value: object) -> str:
    """Why a text or number typed between the braces may not stand there, or ""."""
    if isinstance(value, str) and (set("{}\r\n") & set(value) or _CONTROL.search(value)):
        return "A text in quotes may hold no line break and no { or }"
    if isinstance(value, int | float) and not -MAX_NUMBER < value < MAX_NUMBER:
        return "That number is too large"
    return ""


def _chain(node: nodes.Filter) -> int:
    length, inner = 1, node.node
    while isinstance(inner, nodes.Filter):
        length, inner = length + 1, inner.node
    return length


def _plain_arguments(node: nodes.Filter | nodes.Test) -> bool:
    named = [pair.value for pair in node.kwargs]
    plain = all(isinstance(argument, nodes.Const) for argument in (*node.args, *named))
    return plain and not node.dyn_args and not node.dyn_kwargs and node.node is not None
