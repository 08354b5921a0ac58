"""Where a creator stands and where the rules take them: at most one move, along allowed edges.

A person's move wins: a Stage cell that differs from the ledger's last move is recorded as theirs,
and from then on no rule fires on facts older than it. Opting out is no rule and beats everything.
"""

from dataclasses import replace
from datetime import datetime

from automations.pipeline.book import LastMove, Rulebook, Standing, has_waited
from automations.pipeline.facts import Evidence
from automations.plan import MoveStage
from schemas.outreach import Identified
from schemas.records_pipeline import A_PERSON, FIRST_SEEN, THE_WORKER, StageRule
from schemas.stages import LAPSED, Stage, is_allowed

_ORDER = {stage: place for place, stage in enumerate(Stage)}
MOST_HOPS = len(Stage)


def standing_of(known: Identified, last: LastMove | None, now: datetime) -> Standing:
    """Where the Stage cell says the creator stands, and whose move that was; empty is Prospect."""
    stage = known.row.stage or Stage.PROSPECT
    if last is None:
        since = min(known.row.stage_since or known.row.created_at, now)
        return Standing(stage, since, 1, FIRST_SEEN, "", None, recorded=False)
    if last.to != stage.value:
        because = "A person changed Stage."
        return Standing(stage, now, last.number + 1, A_PERSON, because, now, recorded=False)
    return Standing(stage, last.at, last.number, last.by, last.because, last.person_at)


def plan_moves(
    *,
    base: str,
    known: Identified,
    standing: Standing,
    book: Rulebook,
    seen: Evidence,
    now: datetime,
) -> tuple[tuple[MoveStage, ...], Standing]:
    """The moves to record and to make for one creator, and where they then stand."""
    moves = [] if standing.recorded else [_recorded(base, known, standing)]
    target = _target(known, standing, book, seen, now)
    if target is None:
        return tuple(moves), standing
    stage, because = target
    after = replace(
        standing, stage=stage, since=now, number=standing.number + 1, by=THE_WORKER, because=because
    )
    moves.append(
        MoveStage(
            key=stage_key(base, known.creator, after),
            because=because,
            creator=known.creator,
            record_id=known.row.record_id,
            expected=known.row.stage.value if known.row.stage else "",
            to=stage.value,
            at=now,
        )
    )
    return tuple(moves), after


def stage_key(base: str, creator: str, standing: Standing) -> str:
    """The business identity of the move that led here."""
    return f"stage:{base}:{creator}:{standing.stage.value}:{standing.number}"


def _recorded(base: str, known: Identified, standing: Standing) -> MoveStage:
    """A move that has happened: `expected` is `to`, so nothing is written but the memory of it."""
    return MoveStage(
        key=stage_key(base, known.creator, standing),
        because=standing.because,
        creator=known.creator,
        record_id=known.row.record_id,
        expected=standing.stage.value,
        to=standing.stage.value,
        at=standing.since,
    )


def _target(
    known: Identified, standing: Standing, book: Rulebook, seen: Evidence, now: datetime
) -> tuple[Stage, str] | None:
    if standing.stage is Stage.DO_NOT_CONTACT:
        return None
    if seen.opted_out:
        return Stage.DO_NOT_CONTACT, "Opted out, bounced or complained."
    last = _last_rule(known, standing, book, seen, now)
    return (last.to, last.because) if last and last.to else None


def _last_rule(
    known: Identified, standing: Standing, book: Rulebook, seen: Evidence, now: datetime
) -> StageRule | None:
    """The rule that ends the way: rules are followed until none fires, so one move is enough."""
    last = None
    for _ in range(MOST_HOPS):
        rule = _next_rule(known, standing, book, seen, now)
        if rule is None or rule.to is None:
            return last
        if last is not None and last.to in LAPSED:
            return None  # lapsed and recovered at once: the views disagree, the creator stays
        last = rule
        standing = replace(standing, stage=rule.to, since=now)
    return last


def _next_rule(
    known: Identified, standing: Standing, book: Rulebook, seen: Evidence, now: datetime
) -> StageRule | None:
    def fires(rule: StageRule, to: Stage) -> bool:
        return (
            is_allowed(standing.stage, to)
            and has_waited(rule, standing.since, now)
            and _is_newer(rule, to)
            and book.applies(rule, known.row.record_id)  # last: it may cost a request
        )

    def _is_newer(rule: StageRule, to: Stage) -> bool:
        if standing.person_at is None or rule.after_days > 0:
            return True  # a timer has run anew since a person's move
        at = seen.newest_at(to)
        return at is not None and at > standing.person_at

    firing = [
        (rule, rule.to)
        for rule in book.rules
        if standing.stage in rule.from_stages and rule.to and fires(rule, rule.to)
    ]
    if not firing:
        return None
    return max(firing, key=lambda pair: (pair[1] not in LAPSED, _ORDER[pair[1]]))[0]
