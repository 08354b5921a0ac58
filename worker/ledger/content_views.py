"""How often videos were seen, by the video lists that were imported."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from itertools import islice

from sqlalchemy import Connection, func, select

from schemas.exports.periods import Counted, most_in_all
from worker.ledger.tables_exports import METRICS

_AT_ONCE = 500


def views_of(connection: Connection, base: str, content_ids: Collection[str]) -> Mapping[str, int]:
    """By content id the views of the days its lists cover; a video in no list is left out.

    Days that several lists cover count once, and so does a video listed for several products or
    shops: its views are its own.
    """
    lists: dict[str, list[Counted]] = defaultdict(list)
    video = METRICS.c
    query = (
        select(video.content_id, video.since, video.until, func.max(video.views))
        .where(video.base == base, video.subject == "video", video.views.is_not(None))
        .group_by(video.content_id, video.since, video.until)
    )
    left = iter(sorted(set(content_ids) - {""}))
    while some := list(islice(left, _AT_ONCE)):
        found = connection.execute(query.where(video.content_id.in_(some)))
        for content_id, since, until, views in found:
            lists[content_id].append(Counted(since, until, int(views)))
    return {content_id: most_in_all(counted) for content_id, counted in lists.items()}
