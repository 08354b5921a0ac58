"""From samples, videos and sales to what a creator's row shows, and when each fact happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from automations.pipeline.book import Facts
from automations.plan import Plan, UpdateRow
from schemas.fields import Field
from schemas.outreach import Identified
from schemas.records import CreatorRow
from schemas.records_pipeline import ContentPost, Sample
from schemas.stages import Stage
from schemas.tables import creators

_SAMPLE_STAGES = frozenset({
    Stage.SAMPLE_REQUESTED, Stage.SAMPLE_APPROVED, Stage.SAMPLE_SHIPPED, Stage.SAMPLE_DELIVERED,
})  # fmt: skip
_POST_STAGES = frozenset({Stage.POSTED, Stage.RE_ENGAGED, Stage.ACTIVE})
_SALE_STAGES = frozenset({Stage.FIRST_SALE, Stage.ACTIVE})


@dataclass(frozen=True, slots=True)
class Evidence:
    """What happened to one creator, and in whose zone its days are."""

    row: CreatorRow
    sample: Sample | None
    posts: Sequence[ContentPost]
    first_sale_on: date | None
    opted_out: bool
    zone: ZoneInfo

    def newest_at(self, stage: Stage) -> datetime | None:
        """When the newest fact happened that speaks for this stage; None if no fact does.

        A day without a time counts from its first moment, or from when its row was made that day.
        """
        moments: list[datetime | None] = []
        if stage is Stage.CONTACTED:
            moments.append(self.row.last_touch_at)
        if stage is Stage.REPLIED:
            moments.append(self.row.last_reply_at)
        if stage in _SAMPLE_STAGES and self.sample and self.sample.on:
            moments.append(self._moment(self.sample.on, self.sample.created_at))
        if stage in _POST_STAGES:
            moments += [self._moment(p.posted_on, p.created_at) for p in self.posts if p.posted_on]
        if stage in _SALE_STAGES and self.first_sale_on:
            moments.append(self._moment(self.first_sale_on, None))
        return max((moment for moment in moments if moment), default=None)

    def _moment(self, day: date, made_at: datetime | None) -> datetime:
        start = datetime.combine(day, time.min, self.zone).astimezone(UTC)
        if made_at and start <= made_at < start + timedelta(days=1):
            return made_at
        return start


def gather(
    identified: Sequence[Identified], facts: Facts, zone: ZoneInfo
) -> Mapping[str, Evidence]:
    """The evidence of each creator, by creator."""
    samples, posts = _newest_samples(facts), _live_posts(facts)
    return {
        known.creator: Evidence(
            known.row,
            samples.get(known.row.record_id),
            posts.get(known.row.record_id, ()),
            facts.first_sales.get(known.creator),
            known.row.opted_out or known.creator in facts.suppressed,
            zone,
        )
        for known in identified
    }


def plan_facts(*, base: str, evidence: Mapping[str, Evidence]) -> Plan:
    """Write to each creator's row what it does not show yet: sample, videos, first sale."""
    because = "Samples, videos or sales have changed."
    return Plan(
        tuple(
            UpdateRow(
                f"facts:{base}:{creator}", because, creators.TABLE, seen.row.record_id, values
            )
            for creator, seen in evidence.items()
            if (values := _changed(seen))
        )
    )


def as_shown(
    identified: Sequence[Identified], evidence: Mapping[str, Evidence]
) -> tuple[Identified, ...]:
    """The creators as their rows read once `plan_facts` was carried out."""
    return tuple(Identified(one.creator, _shown(evidence[one.creator])) for one in identified)


def _shown(seen: Evidence) -> CreatorRow:
    row = seen.row
    status = seen.sample.status.value if seen.sample and seen.sample.status else ""
    posted_on = max((post.posted_on for post in seen.posts if post.posted_on), default=None)
    # Order lines can be away for a while (a ledger rebuilt); a first sale stays a first sale.
    sold_on = seen.first_sale_on or row.first_sale_on
    shown = (status, posted_on, len(seen.posts), sold_on)
    if shown == (row.sample_status, row.last_post_on, row.posts, row.first_sale_on):
        return row  # nearly everybody, in every pass
    return replace(
        row,
        sample_status=status,
        last_post_on=posted_on,
        posts=len(seen.posts),
        first_sale_on=sold_on,
    )


def _changed(seen: Evidence) -> Mapping[Field, object]:
    before, after = seen.row, _shown(seen)
    values: dict[Field, object] = {}
    if before.sample_status != after.sample_status:
        values[creators.SAMPLE_STATUS] = after.sample_status or None
    if before.last_post_on != after.last_post_on:
        values[creators.LAST_POST_ON] = after.last_post_on
    if before.posts != after.posts:
        values[creators.POSTS] = after.posts
    if before.first_sale_on != after.first_sale_on:
        values[creators.FIRST_SALE_ON] = after.first_sale_on
    return values


def _newest_samples(facts: Facts) -> Mapping[str, Sample]:
    ordered = sorted(facts.samples, key=lambda sample: (sample.created_at, sample.record_id))
    return {sample.creator_record: sample for sample in ordered if sample.creator_record}


def _live_posts(facts: Facts) -> Mapping[str, Sequence[ContentPost]]:
    posts: dict[str, list[ContentPost]] = {}
    for post in facts.content:
        if post.creator_record and post.posted_on and not post.removed_on:
            posts.setdefault(post.creator_record, []).append(post)
    return posts
