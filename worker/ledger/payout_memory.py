"""What payouts remember: what was posted by which terms, whose each video was, and its cohorts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import Connection, delete, func, insert, select

from automations.payout_facts import CARRY_OVER, Posted
from automations.payout_videos import Known
from automations.pricing.videos import Video
from worker.ledger.engine import insert_new
from worker.ledger.payout_runs import POSTED
from worker.ledger.tables import CREATOR_COHORTS
from worker.ledger.tables_money import PAYOUT_RUNS, POSTED_LINES
from worker.ledger.tables_payouts import PAYOUT_LISTS, PAYOUT_VIDEOS

_LINES = POSTED_LINES.c


@dataclass(frozen=True, slots=True)
class Seen:
    """What a calculation saw: videos, and the rows of rules that list their creators."""

    videos: Sequence[Known] = ()
    listed: frozenset[str] = frozenset()


def posted(connection: Connection, base: str) -> tuple[Posted, ...]:
    """What was posted so far, by creator, rule version, window and currency."""
    slot = (_LINES.creator, _LINES.rule, _LINES.rule_version, _LINES.window)
    query = (
        select(
            *slot,
            func.max(_LINES.kind).label("kind"),
            _LINES.currency,
            func.sum(_LINES.amount_minor).label("minor"),
            func.max(_LINES.terms).label("terms"),
        )
        .where(_LINES.base == base)
        .group_by(*slot, _LINES.currency)
        .order_by(*slot, _LINES.currency)
    )
    return tuple(
        Posted(creator, rule, version, window, kind, currency, int(minor), terms)
        for creator, rule, version, window, kind, currency, minor, terms in connection.execute(
            query
        )
    )


def posted_terms(connection: Connection, base: str) -> tuple[str, ...]:
    """The terms of every rule version that has a posted line."""
    query = (
        select(_LINES.terms)
        .where(_LINES.base == base, _LINES.terms != "", _LINES.kind != CARRY_OVER)
        .distinct()
        .order_by(_LINES.terms)
    )
    return tuple(connection.execute(query).scalars())


def cohorts(connection: Connection, base: str) -> Mapping[str, tuple[str, str]]:
    """By creator the month of the first enrolment, and the source then."""
    known = CREATOR_COHORTS.c
    query = select(known.creator, known.month, known.source).where(known.base == base)
    return {row.creator: (row.month, row.source) for row in connection.execute(query)}


def videos(connection: Connection, base: str) -> tuple[Known, ...]:
    """The videos that posted runs counted, each as the last of those runs saw it."""
    known = PAYOUT_VIDEOS.c
    query = (
        select(known.record_id, known.facts, PAYOUT_RUNS.c.period)
        .join(PAYOUT_RUNS, PAYOUT_RUNS.c.key == known.run)
        .where(known.base == base, PAYOUT_RUNS.c.state == POSTED)
        .order_by(known.record_id, PAYOUT_RUNS.c.period)
    )
    latest = {
        row.record_id: Known(row.record_id, _video(row.facts), row.period)
        for row in connection.execute(query)
    }
    return tuple(latest.values())


def listed_rules(connection: Connection, base: str) -> frozenset[str]:
    """The rows of Payout rules that ever listed their creators."""
    query = select(PAYOUT_LISTS.c.record_id).where(PAYOUT_LISTS.c.base == base)
    return frozenset(connection.execute(query).scalars())


def remember_videos(
    connection: Connection, run: tuple[str, str], seen: Seen, now: datetime
) -> None:
    """Remember what a run (its base and key) counts, instead of what it counted when last drafted.

    Which rules list their creators is remembered with it.
    What an older posted run knew of a video is let go once a newer one was posted with it.
    """
    base, key = run
    known = PAYOUT_VIDEOS.c
    newest = select(PAYOUT_RUNS.c.key).where(
        PAYOUT_RUNS.c.base == base, PAYOUT_RUNS.c.state == POSTED
    )
    last = newest.order_by(PAYOUT_RUNS.c.period.desc()).limit(1)
    again = PAYOUT_VIDEOS.alias()
    superseded = select(again.c.record_id).where(
        again.c.base == base, again.c.run == last.scalar_subquery()
    )
    connection.execute(
        delete(PAYOUT_VIDEOS).where(
            known.base == base,
            (known.run == key)
            | (known.run.in_(newest) & (known.run != last.scalar_subquery())
               & known.record_id.in_(superseded)),
        )
    )  # fmt: skip
    rows = [
        {
            "base": base,
            "record_id": one.record_id,
            "run": key,
            "creator": one.video.creator,
            "facts": json.dumps(asdict(one.video), sort_keys=True, default=str),
            "seen_at": now,
        }
        for one in seen.videos
    ]
    if rows:
        connection.execute(insert(PAYOUT_VIDEOS), rows)
    for record_id in sorted(seen.listed):
        insert_new(connection, PAYOUT_LISTS, {"base": base, "record_id": record_id})


def _video(facts: str) -> Video:
    kept = json.loads(facts)
    removed = kept.pop("removed_on")
    return Video(
        **kept | {
            "posted_on": date.fromisoformat(kept["posted_on"]),
            "removed_on": date.fromisoformat(removed) if removed else None,
        }
    )  # fmt: skip
