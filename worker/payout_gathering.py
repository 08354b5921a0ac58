"""Gathers the facts of a payout run: from the base what the team typed, from the ledger the rest.

What is owed on them is decided in `automations`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import Connection

from automations.payout_facts import Facts
from automations.payout_members import People
from automations.payout_terms import InForce, rules_in_force
from automations.payout_videos import Attributed, attributed, without_id
from automations.pricing.basis import bases_of
from schemas.parsing import BadCell, Row, day, one_link, parsed, text
from schemas.payout_rules import PayoutRule, RuleKind, Span, parse_rule
from schemas.problems import Problem, Read
from schemas.records_payouts import Adjustment, Post, parse_adjustment, parse_post
from schemas.rules import Rules
from schemas.tables import campaigns, content, creators
from schemas.tables import payouts as tables
from worker.ledger import payout_facts, payout_memory, payout_runs
from worker.ledger.content_views import views_of
from worker.ledger.engine import Ledger
from worker.ledger.payout_memory import Seen
from worker.ledger.payout_runs import PayoutRun
from worker.payout_screen import Screen

Choice = Callable[[Sequence[PayoutRule]], Sequence[PayoutRule]]


@dataclass(frozen=True, slots=True)
class Gathered:
    """The facts of a run, the run posted before it, and what is in no sum or needs a person."""

    facts: Facts
    last: PayoutRun | None
    left_out: tuple[str, ...]
    problems: tuple[Problem, ...]
    seen: Seen


@dataclass(frozen=True, slots=True)
class _Base:
    """What the base's tables say."""

    rules: Read[PayoutRule]
    spans: Read[Span]
    adjustments: Read[Adjustment]
    content: Sequence[Row]
    tiers: Mapping[str, str]


def active(rules: Sequence[PayoutRule]) -> Sequence[PayoutRule]:
    """The rules a run applies: those on trial are only simulated."""
    return [rule for rule in rules if not rule.trial]


def gather(
    screen: Screen, ledger: Ledger, rules: Rules, period: str, *, choose: Choice = active
) -> Gathered:
    """All that the run of `period` rests on, as known now, for the rules that `choose` takes."""
    base = screen.base_id
    shown = _read(screen, choose)
    with ledger.reading() as connection:
        last = payout_runs.last_posted(connection, base)
        once_listed = payout_memory.listed_rules(connection, base)
        rows = [
            replace(rule, listed=bool(rule.creators) or rule.record_id in once_listed)
            for rule in choose(shown.rules.records)
        ]
        in_force, clashes = rules_in_force(
            rows=rows,
            posted_terms=payout_memory.posted_terms(connection, base),
            hold_back=timedelta(days=rules.hold_back_days),
            spans={span.campaign: span for span in shown.spans.records},
        )
        facts, videos, unread = _facts(connection, base, (shown, in_force, rules, period))
        waiting = payout_facts.left_out(connection, base, [shop.name for shop in rules.shops])
    said = tuple(f"{one.count} order lines ({one.amount}) {one.why}." for one in waiting)
    problems = (
        *shown.rules.problems, *shown.spans.problems, *shown.adjustments.problems, *clashes,
        *unread, *videos.problems,
    )  # fmt: skip
    listed = frozenset(rule.record_id for rule in rows if rule.creators)
    return Gathered(facts, last, said, problems, Seen(videos.known, listed))


def _facts(
    connection: Connection, base: str, known: tuple[_Base, Sequence[InForce], Rules, str]
) -> tuple[Facts, Attributed, tuple[Problem, ...]]:
    shown, in_force, rules, period = known
    creator_of, _ = payout_facts.creators(connection, base)
    posts = parsed(content.CONTENT, _approved(shown.content), parse_post)
    videos = attributed(
        posts=posts.records,
        rows=frozenset(row.id for row in shown.content),
        creator_of=creator_of,
        remembered=payout_memory.videos(connection, base),
        views=_views(connection, base, (in_force, posts.records)),
    )
    bases = bases_of(one.rule for one in in_force)
    facts = Facts(
        shops=rules.shops,
        rules=in_force,
        sums=payout_facts.sums(connection, base, bases, (rules.shops, period)),
        videos=videos.videos,
        adjustments=shown.adjustments.records,
        posted=payout_memory.posted(connection, base),
        people=People(
            of=creator_of,
            tiers={creator_of[row]: t for row, t in shown.tiers.items() if row in creator_of},
            cohorts=payout_memory.cohorts(connection, base),
        ),
    )
    nameless = without_id(posts.records, [one.rule for one in in_force])
    return facts, videos, (*posts.problems, *nameless)


def _views(
    connection: Connection, base: str, known: tuple[Sequence[InForce], Sequence[Post]]
) -> Mapping[str, int]:
    """By video id the views of imported lists, if any rule pays for views."""
    in_force, posts = known
    if not any(one.rule.kind is RuleKind.VIEWS for one in in_force):
        return {}
    return views_of(connection, base, {post.video_id for post in posts})


def _read(screen: Screen, choose: Choice) -> _Base:
    rules = parsed(tables.RULES, screen.read(tables.RULES), parse_rule)
    chosen = choose(rules.records)
    return _Base(
        rules=rules,
        spans=_spans(screen, chosen),
        adjustments=parsed(tables.ADJUSTMENTS, screen.read(tables.ADJUSTMENTS), parse_adjustment),
        content=screen.read(content.CONTENT),
        tiers=_tiers(screen, chosen),
    )


def _spans(screen: Screen, rules: Sequence[PayoutRule]) -> Read[Span]:
    """The campaigns that rules name, with the product each is about."""
    wanted = {rule.campaign for rule in rules if rule.campaign}
    if not wanted:
        return Read(())
    product_ids = {
        row.id: text(row, campaigns.PRODUCT_ID) for row in screen.read(campaigns.PRODUCTS)
    }

    def span(row: Row) -> Span:
        starts, ends = day(row, campaigns.CAMPAIGN_STARTS), day(row, campaigns.CAMPAIGN_ENDS)
        if starts is None or ends is None or ends < starts:
            raise BadCell("A payout rule counts it: fill in Starts on and, not before it, Ends on.")
        product = product_ids.get(one_link(row, campaigns.CAMPAIGN_PRODUCT), "")
        return Span(row.id, text(row, campaigns.CAMPAIGN_NAME), starts, ends, product)

    rows = [row for row in screen.read(campaigns.CAMPAIGNS) if row.id in wanted]
    return parsed(campaigns.CAMPAIGNS, rows, span)


def _tiers(screen: Screen, rules: Sequence[PayoutRule]) -> Mapping[str, str]:
    """The Tier of each row of Creators, if any rule asks for one."""
    if not any(rule.tiers for rule in rules):
        return {}
    rows = screen.read(creators.TABLE, fields=[creators.TIER])
    tiers = {row.id: row.cells.get(creators.TIER) for row in rows}
    return {record: tier for record, tier in tiers.items() if isinstance(tier, str)}


def _approved(rows: Sequence[Row]) -> tuple[Row, ...]:
    return tuple(row for row in rows if row.cells.get(content.APPROVED))
