"""Results of outreach for one base, as the command line and the page show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from automations.results import By, Rate, Result, results
from schemas.parsing import BadCell, text
from schemas.rules import parse_rules
from schemas.tables import operations
from worker.ledger import mirror
from worker.ledger import results as facts
from worker.ledger.engine import Ledger

USUAL_SPAN = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Results:
    """What outreach of one base brought since a day."""

    base: str
    by: By
    since: datetime
    lines: Sequence[Result]


def read_results(
    ledger: Ledger, name: str, base: str, *, by: By, since: datetime, now: datetime
) -> Results:
    """Counted from the ledger alone: names and the base's zone are as its mirror last read them."""
    rules, _ = parse_rules(mirror.rows(ledger, base, operations.SETTINGS))
    touches = facts.sent_touches(ledger, base, since, _teammates(ledger, base))
    lines = results(
        touches, facts.events(ledger, base, since), by=by, zone=rules.time_zone, now=now
    )
    return Results(name, by, since, lines)


def _teammates(ledger: Ledger, base: str) -> dict[str, str]:
    names = {}
    for row in mirror.rows(ledger, base, operations.TEAM):
        try:
            names[row.id] = text(row, operations.TEAM_NAME)
        except BadCell:
            continue
    return names


def in_words(rate: Rate) -> str:
    """A rate as people read it: `12.5 % (9.1 to 16.8), 40 of 320`."""
    if rate.share is None:
        return "nothing ripe yet"
    low, high = rate.interval
    return f"{rate.share:.1%} ({low:.1%} to {high:.1%}), {rate.count} of {rate.of}"
