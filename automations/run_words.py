"""What a person reads before approving a run: held statements, and what changed, in sentences."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from automations.run_changes import Change, RunChanges
from automations.statement_holds import Holds

MOST_NAMED = 10
MOST_DIFFERENCES = 40


@dataclass(frozen=True, slots=True)
class Review:
    """A run as its approver sees it: holds by statement, changes, and the last calculation's.

    `amounts` are left out of posting, `payments` are posted and not paid yet; `names` has what
    creators are called; `after` is the month of the run posted before, "" if there was none.
    """

    amounts: Holds
    payments: Holds
    changes: RunChanges
    explained: Sequence[str]
    names: Mapping[str, str]
    after: str = ""

    def name_of(self, statement: str) -> str:
        """What the creator of a statement is called."""
        creator = statement.rsplit(":", 2)[-2]
        return self.names.get(creator, creator)


def review_lines(review: Review) -> tuple[str, ...]:
    """The review, a sentence a line; long lists are cut and say how much more there is."""
    return (
        *_held(review, review.amounts, "left out until somebody decides"),
        *_held(review, review.payments, "posted, but not paid until it is put right"),
        *_changed(review),
        *_recalculated(review.explained),
    )


def _held(review: Review, holds: Holds, means: str) -> Iterator[str]:
    by_reason: dict[str, list[str]] = defaultdict(list)
    for key, own in holds.items():
        for hold in own:
            by_reason[f"{hold.kind.value}"].append(f"{review.name_of(key)} ({hold.because})")
    for reason, who in sorted(by_reason.items()):
        yield f"Held, {means}: {reason}, {len(who)}: {_listed(sorted(who), 3)}."


def _changed(review: Review) -> Iterator[str]:
    if not review.after:
        return
    changes = review.changes
    for what, found in (("new", changes.fresh), ("no longer there", changes.gone)):
        if found:
            who = sorted(review.names.get(one.who, one.who) for one in found)
            yield f"Against {review.after}, {what}: {len(who)} ({_listed(who, MOST_NAMED)})."
    for one in changes.largest:
        yield f"Against {review.after}: {_moved(one, review.names.get(one.who, one.who))}."
    for one in changes.by_rule:
        yield f"By rule: {_moved(one, one.who)}."


def _moved(one: Change, name: str) -> str:
    if not one.difference:
        return f"{name} {one.now}, as before"
    return f"{name} {one.before} is now {one.now}"


def _recalculated(explained: Sequence[str]) -> Iterator[str]:
    if not explained:
        return
    yield f"Since the calculation before: {len(explained)} lines differ."
    yield from explained[:MOST_DIFFERENCES]
    if len(explained) > MOST_DIFFERENCES:
        yield f"And {len(explained) - MOST_DIFFERENCES} more."


def _listed(names: Sequence[str], most: int) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"
