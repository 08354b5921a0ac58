"""Which records a formula can choose at all, as far as it says so by RECORD_ID()='rec…'.

Reading changed rows by id is what every client of the change feed does, a hundred ids at a time;
so only those rows are looked at.
"""

from lark import Token, Tree


def wanted(tree: Tree[Token]) -> frozenset[str] | None:
    """The ids outside of which the formula is false; None if it does not say."""
    match tree.data, tree.children:
        case "call", [Token(value=name), *arguments] if name.upper() in ("AND", "OR") and arguments:
            parts = [wanted(one) for one in arguments if isinstance(one, Tree)]
            known = [part for part in parts if part is not None]
            if name.upper() == "OR":
                return frozenset().union(*known) if len(known) == len(parts) else None
            return known[0].intersection(*known[1:]) if known else None
        case _:
            return _compared(tree)


def all_named(tree: Tree[Token]) -> frozenset[str] | None:
    """The ids of an OR of nothing but RECORD_ID()='rec…'; None for any other call."""
    match tree.data, tree.children:
        case "call", [Token(value=name), *arguments] if name.upper() == "OR" and arguments:
            ids = [_compared(one) for one in arguments if isinstance(one, Tree)]
            known = [one for one in ids if one is not None]
            return frozenset().union(*known) if len(known) == len(ids) else None
        case _:
            return None


def _compared(tree: Tree[Token]) -> frozenset[str] | None:
    """The one id of RECORD_ID()='rec…', either way round."""
    match tree.data, tree.children:
        case "compare", [Tree() as left, Token(value="="), Tree() as right]:
            for call, literal in ((left, right), (right, left)):
                if _is_record_id(call) and literal.data == "text":
                    return frozenset([str(literal.children[0])[1:-1]])
    return None


def _is_record_id(tree: Tree[Token]) -> bool:
    return tree.data == "call" and str(tree.children[0]).upper() == "RECORD_ID"
