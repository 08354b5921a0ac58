"""How far a plan reaches: the rows it touches, counted once each, and its preview for a person.

Whether that is too far, and what was decided about it, is `worker/holding.py`'s.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

from automations.plan import (
    Action,
    MoveStage,
    OpenEnrolment,
    Plan,
    PostNotice,
    SendTouch,
    StopEnrolment,
    UpdateRow,
    UpsertRow,
)
from schemas.tables import creators

MOST_LINES = 50
_Row = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Reach:
    """How many rows a plan touches now, and how many with those that are due and only wait.

    What waits for sending hours or for room in a mailbox belongs to the same plan: a release
    or a drop of it stands until that is done, too.
    """

    rows: int
    rows_and_due: int


def reach_of(plan: Plan) -> Reach:
    """The distinct rows of Airtable that the plan touches; a notice touches none."""
    touched = {row for action in plan.actions if (row := _row(action))}
    due = {(creators.TABLE.name, left.record_id) for left in plan.skipped if left.is_due}
    return Reach(len(touched), len(touched | due))


def preview_of(plan: Plan, names: Mapping[str, str]) -> tuple[str, ...]:
    """Totals by kind, then for the first 50 rows who gets what and why; `names` by record id."""
    by_row: dict[_Row, list[Action]] = {}
    for action in plan.actions:
        if row := _row(action):
            by_row.setdefault(row, []).append(action)
    first = list(by_row.values())[:MOST_LINES]
    more = len(by_row) - len(first)
    return (
        f"{len(by_row):,} rows: {', '.join(_totals(plan))}.",
        *(_line(actions, names) for actions in first),
        *([f"… and {more:,} rows more."] if more else ()),
    )


def _row(action: Action) -> _Row | None:
    match action:
        case OpenEnrolment() | StopEnrolment() | SendTouch() | MoveStage():
            return creators.TABLE.name, action.record_id
        case UpdateRow():
            return action.table.name, action.record_id
        case UpsertRow():
            return action.table.name, action.key
        case PostNotice():
            return None
        case _:
            assert_never(action)


def _totals(plan: Plan) -> Iterator[str]:
    counted = Counter(_kind(action) for action in plan.actions)
    for (one, many, of), count in counted.most_common():
        yield f"{count:,} {one if count == 1 else many} {of}"
    due = sum(left.is_due for left in plan.skipped)
    if due:
        yield f"{due:,} more due, waiting for sending hours or room"


def _kind(action: Action) -> tuple[str, str, str]:  # noqa: PLR0911 - one per kind of action
    """What one is called, what many are, and of what."""
    match action:
        case OpenEnrolment():
            return "enrolment", "enrolments", f"in '{action.sequence}'"
        case StopEnrolment():
            return "enrolment stopped", "enrolments stopped", f"in '{action.sequence}'"
        case SendTouch():
            return "message", "messages", f"of '{action.sequence}'"
        case MoveStage():
            return "move", "moves", f"to {action.to}"
        case UpdateRow():
            return "update", "updates", f"in {action.table.name}"
        case UpsertRow():
            return "row", "rows", f"made in {action.table.name}"
        case PostNotice():
            return "post", "posts", f"to {action.channel}"
        case _:
            assert_never(action)


def _line(actions: list[Action], names: Mapping[str, str]) -> str:
    what = "; ".join(_what(action) for action in actions)
    # The last action is the one that is felt: a message rather than the enrolment it needs.
    return f"{_who(actions[0], names)}: {what}. {actions[-1].because}"


def _who(action: Action, names: Mapping[str, str]) -> str:
    row = _row(action)
    known = names.get(row[1]) if row else None
    return known or (f"{row[0]} {row[1]}" if row else "")


def _what(action: Action) -> str:
    match action:
        case OpenEnrolment():
            return f"enrolled in '{action.sequence}', round {action.round}"
        case StopEnrolment():
            return f"leaves '{action.sequence}'"
        case SendTouch():
            return f"gets step {action.step} of '{action.sequence}' (“{action.message.subject}”)"
        case MoveStage():
            return f"moves from {action.expected or 'no stage'} to {action.to}"
        case UpdateRow() | UpsertRow():
            return f"{', '.join(field.name for field in action.values)} written"
        case PostNotice():
            return f"a post to {action.channel}"
        case _:
            assert_never(action)
