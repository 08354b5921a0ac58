"""Whose a video is, for payouts: by its row of Content, or else as the ledger remembers it.

A row that was deleted, or whose link vanished with a row of Creators, takes nothing back; a video
that two creators could claim pays neither of them anything more. What a posted run counted of them
goes on counting.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from automations.pricing.videos import Video
from schemas.payout_rules import PayoutRule, RuleKind
from schemas.problems import Problem
from schemas.records_payouts import Post
from schemas.tables.content import CONTENT


@dataclass(frozen=True, slots=True)
class Known:
    """A video as the run of `period` counted it, by the record id of its row."""

    record_id: str
    video: Video
    period: str = ""


@dataclass(frozen=True, slots=True)
class Attributed:
    """The videos that rules may count, what to remember of them, and what a person must fix."""

    videos: tuple[Video, ...] = ()
    known: tuple[Known, ...] = ()
    problems: tuple[Problem, ...] = ()


def attributed(
    *,
    posts: Sequence[Post],
    rows: Collection[str],
    creator_of: Mapping[str, str],
    remembered: Sequence[Known] = (),
    views: Mapping[str, int] | None = None,
) -> Attributed:
    """The approved videos of each creator; `rows` are the record ids of all rows of Content.

    `views` by video id go before those typed in Content.
    """
    before = {one.record_id: one for one in remembered}
    problems: list[Problem] = []
    seen: list[Known] = []
    doubtful = [one for one in remembered if one.record_id not in rows]
    for post in posts:
        if not post.approved or post.paid_by_tiktok:
            continue
        if creator := creator_of.get(post.creator):
            seen.append(Known(post.record_id, _video(post, creator, views or {})))
        elif not post.creator:
            doubtful += [before[post.record_id]] if post.record_id in before else []
            problems.append(_unlinked(post, remembered=post.record_id in before))
    twice, said = _claimed_twice(seen)
    doubtful += [
        before[one.record_id]
        for one in seen
        if one.video.video in twice and one.record_id in before
    ]
    sure = [one for one in seen if one.video.video not in twice]
    taken = {one.video.video for one in sure}
    held = [replace(one.video, held=one.period) for one in doubtful if one.video.video not in taken]
    videos = _once([*(one.video for one in sure), *held])
    return Attributed(videos, tuple(sure), (*problems, *said))


def without_id(posts: Sequence[Post], rules: Iterable[PayoutRule]) -> tuple[Problem, ...]:
    """The approved videos that no id tells from others, where a rule pays for each."""
    if not any(rule.kind in (RuleKind.PER_VIDEO, RuleKind.VIEWS) for rule in rules):
        return ()
    text = "Video ID is empty: rules that pay for each video leave it out. Copy its address or id."
    return tuple(
        Problem(CONTENT.name, post.record_id, text)
        for post in posts
        if post.approved and not post.video_id and not post.paid_by_tiktok
    )


def _video(post: Post, creator: str, views: Mapping[str, int]) -> Video:
    return Video(
        video=post.video,
        creator=creator,
        posted_on=post.posted_on,
        removed_on=post.removed_on,
        campaign=post.campaign,
        views=views.get(post.video_id, post.views),
        disclosed=post.disclosed,
        has_id=bool(post.video_id),
    )


def _claimed_twice(seen: Sequence[Known]) -> tuple[frozenset[str], Sequence[Problem]]:
    claims: dict[str, list[Known]] = defaultdict(list)
    for one in seen:
        claims[one.video.video].append(one)
    problems = [
        Problem(
            CONTENT.name,
            one.record_id,
            f"Video {video} is listed for {len({c.video.creator for c in claimed})} creators: "
            "it pays none of them until it is listed for one.",
        )
        for video, claimed in sorted(claims.items())
        if len({one.video.creator for one in claimed}) > 1
        for one in claimed
    ]
    twice = {v for v, claimed in claims.items() if len({c.video.creator for c in claimed}) > 1}
    return frozenset(twice), problems


def _once(videos: Iterable[Video]) -> tuple[Video, ...]:
    """Each creator's videos once, the earliest row of each; the order is that of their names."""
    found: dict[tuple[str, str], Video] = {}
    for one in sorted(videos, key=lambda v: (v.creator, v.video, v.posted_on, str(v))):
        found.setdefault((one.creator, one.video), one)
    return tuple(found.values())


def _unlinked(post: Post, *, remembered: bool) -> Problem:
    text = "Creator is empty."
    if remembered:
        text += " What was paid for this video stays; link its creator, or it pays nothing more."
    return Problem(CONTENT.name, post.record_id, text)
