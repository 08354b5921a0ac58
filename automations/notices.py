"""Plans staff notices: each fact is a line, lines of a kind that are new together are one digest.

Which notice tells a fact is decided once, with the claim; a notice that must be tried again is
planned with the same key and the same lines. Channels are posted to by worker/discord.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from automations.discord_text import MOST_CONTENT, clip, length, pack, render
from automations.health import Ailing
from automations.plan import Plan, PostNotice
from schemas.records_pipeline import StageMove

WINDOW = timedelta(days=1)  # a notice not posted by then is planned anew
MOST_POSTS = 20  # a pass; what is left follows in the next


class Topic(Enum):
    """What a notice is about; the words of its digest's headline bear this name."""

    STAGES = "stages"
    REPLIES = "replies"
    DOUBTS = "doubts"
    HOLDS = "holds"
    PROBLEMS = "problems"
    HEALTH = "health"
    PAUSES = "pauses"
    CALLS = "calls"


CHANNEL: Mapping[Topic, str] = {
    Topic.STAGES: "staff",
    Topic.REPLIES: "staff",
    Topic.DOUBTS: "alerts",
    Topic.HOLDS: "alerts",
    Topic.PROBLEMS: "staff",
    Topic.HEALTH: "alerts",
    Topic.PAUSES: "alerts",
    Topic.CALLS: "alerts",
}


class Calls(Enum):
    """What is new about the month's Airtable calls; its line's words bear this name."""

    STOPPED = "calls-stopped"
    LOW = "calls-low"
    AGAIN = "calls-again"


@dataclass(frozen=True, slots=True)
class News:
    """One fact to tell: its key, and its line as Discord shows it."""

    key: str
    topic: Topic
    at: datetime
    line: str


def plan_notices(
    *,
    base: str,
    news: Sequence[News],
    untold: Mapping[str, str],
    words: Mapping[str, str],
    now: datetime,
) -> Plan:
    """Posts for the news still `untold` (fact → the notice it was given to, or "")."""
    given: dict[tuple[Topic, str], list[News]] = {}
    fresh = [one for one in news if one.key in untold]
    # What was to be posted before goes first: a channel reads in order.
    for fact in sorted(fresh, key=lambda one: (not untold[one.key], one.at, one.key)):
        given.setdefault((fact.topic, untold[fact.key]), []).append(fact)
    posts = [
        _post(facts, key or f"notice:{topic.value}:{base}:{facts[0].key}", words, now)
        for (topic, key), together in given.items()
        for facts in ([together] if key else _digests(together))
    ]
    return Plan(tuple(posts[:MOST_POSTS]))


def _digests(together: Sequence[News]) -> Sequence[Sequence[News]]:
    room = MOST_CONTENT - _HEADLINE_ROOM
    return [[together[at] for at in group] for group in pack([n.line for n in together], room)]


_HEADLINE_ROOM = 200


def _post(facts: Sequence[News], key: str, words: Mapping[str, str], now: datetime) -> PostNotice:
    topic = facts[0].topic
    headline = render(words, topic.value, count=len(facts))
    content = facts[0].line if len(facts) == 1 else "\n".join([headline, *(f.line for f in facts)])
    if length(content) > MOST_CONTENT + _HEADLINE_ROOM // 4:
        raise ValueError(f"notice {key} has {length(content)} characters")
    return PostNotice(
        key=key,
        because=f"{len(facts)} new: {topic.value}",
        not_after=now + WINDOW,
        channel=CHANNEL[topic],
        content=content,
        covers=tuple(fact.key for fact in facts),
    )


def stage_news(move: StageMove, name: str, words: Mapping[str, str]) -> News:
    """A stage move, as a line."""
    line = render(
        words,
        "stage",
        name=clip(name, 60),
        before=move.from_stage,
        after=move.to,
        because=clip(move.because, 160),
        by=move.by,
        at=_seconds(move.at),
    )
    return News(move.key, Topic.STAGES, move.at, line)


def reply_news(key: str, name: str, kind: str, at: datetime, words: Mapping[str, str]) -> News:
    """That a creator wrote back; what they wrote stays in Airtable."""
    line = render(words, "reply", name=clip(name, 60), kind=kind, at=_seconds(at))
    return News(f"told:{key}", Topic.REPLIES, at, line)


def doubt_news(
    key: str, attempt: int, because: str, at: datetime, words: Mapping[str, str]
) -> News:
    """A delivery nobody can know the outcome of; each attempt is a doubt of its own."""
    line = render(words, "doubt", key=clip(key, 200), because=clip(because, 160), at=_seconds(at))
    return News(f"doubt:{key}:{attempt}", Topic.DOUBTS, at, line)


def hold_news(key: str, job: str, because: str, at: datetime, words: Mapping[str, str]) -> News:
    """A plan that waits for a person."""
    line = render(words, "hold", job=job, because=clip(because, 300), at=_seconds(at))
    return News(f"told:{key}:{_seconds(at)}", Topic.HOLDS, at, line)


def problem_news(key: str, table: str, text: str, at: datetime, words: Mapping[str, str]) -> News:
    """Something in the data a person must fix."""
    line = render(words, "problem", table=table, text=clip(text, 300), at=_seconds(at))
    return News(f"problem:{key}:{_seconds(at)}", Topic.PROBLEMS, at, line)


def health_news(ailing: Ailing, words: Mapping[str, str]) -> News:
    """A job that has not ended well for three intervals: told once per episode."""
    line = render(words, "ailing", job=ailing.job, at=_seconds(ailing.since))
    return News(ailing.key, Topic.HEALTH, ailing.since, line)


def pause_news(scope: str, because: str, at: datetime, words: Mapping[str, str]) -> News:
    """A mailbox, channel or base that was paused."""
    line = render(words, "pause", scope=scope, because=clip(because, 300), at=_seconds(at))
    return News(f"pause:{scope}:{_seconds(at)}", Topic.PAUSES, at, line)


def calls_news(key: str, what: Calls, because: str, at: datetime, words: Mapping[str, str]) -> News:
    """How it stands with the month's Airtable calls, when that has changed."""
    line = render(words, what.value, because=clip(because, 400), at=_seconds(at))
    return News(key, Topic.CALLS, at, line)


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
