"""What payouts remember: what was posted by which terms, whose each video was, and its cohorts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime

from sqlalchemy import Connection, delete, func, insert, select

from automations.payout_facts import CARRY_OVER, Posted
from automations.payout_videos import Known
from automations.pricing.videos import Video
from worker.ledger.tables import CREATOR_COHORTS
from worker.ledger.tables_money import POSTED_LINES
from worker.ledger.tables_payouts import PAYOUT_VIDEOS

_LINES = POSTED_LINES.c


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
    """The videos that earlier calculations saw."""
    known = PAYOUT_VIDEOS.c
    query = select(known.record_id, known.facts).where(known.base == base).order_by(known.record_id)
    return tuple(Known(row.record_id, _video(row.facts)) for row in connection.execute(query))


def remember_videos(
    connection: Connection, base: str, seen: Sequence[Known], now: datetime
) -> None:
    """Remember the videos as they are now; those that did not change are left as they are."""
    before = {one.record_id: one.video for one in videos(connection, base)}
    fresh = [one for one in seen if before.get(one.record_id) != one.video]
    changed = [one.record_id for one in fresh if one.record_id in before]
    for start in range(0, len(changed), 500):
        part = changed[start : start + 500]
        connection.execute(
            delete(PAYOUT_VIDEOS).where(
                PAYOUT_VIDEOS.c.base == base, PAYOUT_VIDEOS.c.record_id.in_(part)
            )
        )
    if fresh:
        rows = [
            {
                "base": base,
                "record_id": one.record_id,
                "creator": one.video.creator,
                "facts": json.dumps(asdict(one.video), sort_keys=True, default=str),
                "seen_at": now,
            }
            for one in fresh
        ]
        connection.execute(insert(PAYOUT_VIDEOS), rows)


def _video(facts: str) -> Video:
    kept = json.loads(facts)
    removed = kept.pop("removed_on")
    return Video(
        **kept | {
            "posted_on": date.fromisoformat(kept["posted_on"]),
            "removed_on": date.fromisoformat(removed) if removed else None,
        }
    )  # fmt: skip
