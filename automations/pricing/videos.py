"""What rules that count videos owe: retainers, fees per video, flat fees, views, first posts."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from automations.pricing.owed import Case, Owed, half_up, many, minor_of
from automations.pricing.windows import is_in_force, last_day, month_of, window_on, windows


@dataclass(frozen=True, slots=True)
class Video:
    """An approved video of a creator (the ledger's id).

    `held` is the month of the last posted run that counted it, where its row no longer says so:
    it goes on counting as it did then, and for nothing more.
    """

    video: str
    creator: str
    posted_on: date
    removed_on: date | None = None
    campaign: str = ""
    views: int = 0
    disclosed: bool = False
    has_id: bool = True
    held: str = ""


class _Priced(NamedTuple):
    minor: int
    counted: int
    because: str


_Price = Callable[[Sequence[Video]], _Priced]


def retainers(case: Case, videos: Iterable[Video]) -> Iterator[Owed]:
    """The whole retainer for enough videos live at the window's end; below, nothing or a share."""
    counted = _counted(case, videos, _lives_to_the_end)
    promised = minor_of(case.rule.amount, case.rule.currency)
    people = {who for who in case.everyone if case.member(who)} if not case.closed else set()
    people |= {who for who, _ in case.paid}
    for creator in sorted(people):
        for window in windows(case.rule, case.clock.period):
            found = counted.get((creator, window), [])
            priced = _retainer(case, window)(found)
            yield Owed(
                case.cause, creator, window, priced.minor, priced.counted,
                _said(priced.because, found), promised, worth_saying=True,
            )  # fmt: skip


def per_video(case: Case, videos: Iterable[Video]) -> Iterator[Owed]:
    """The amount for each video, once; of more than Most videos only the earliest of a window."""
    rule = case.rule
    each = minor_of(rule.amount, rule.currency)

    def price(counted: Sequence[Video]) -> _Priced:
        paid = len(counted[: rule.most_videos])
        more = len(counted) - paid
        beyond = f"; {more} beyond the most that are paid" if more else ""
        full = each * paid
        said = f"{many(paid, 'video')} at {case.money(each)}{beyond}{_cap_said(case, full)}"
        return _Priced(case.capped(full), paid, said)

    yield from _by_window(case, [one for one in videos if one.has_id], price)


def flat_fees(case: Case, videos: Iterable[Video]) -> Iterator[Owed]:
    """The amount once for each creator and window with enough videos."""
    asked, fee = case.rule.posts, minor_of(case.rule.amount, case.rule.currency)

    def price(counted: Sequence[Video]) -> _Priced:
        enough = len(counted) >= asked
        said = f"{len(counted)} of {many(asked, 'approved post')}"
        return _Priced(case.capped(fee) if enough else 0, len(counted), said)

    yield from _by_window(case, videos, price)


def view_bonuses(case: Case, videos: Iterable[Video]) -> Iterator[Owed]:
    """The amount per 1,000 views, capped for each video and for the creator's window."""
    rule = case.rule
    rate, under = Decimal(rule.amount).as_integer_ratio()
    limit = None if rule.video_cap is None else rule.video_cap * 1000
    units = minor_of(Decimal(1), rule.currency)

    def worth(views: int) -> int:
        """In thousandths of 1/`under` of the currency: exact."""
        full = views * rate
        return full if limit is None else min(full, int(limit * under))

    def price(counted: Sequence[Video]) -> _Priced:
        views = sum(one.views for one in counted)
        full = half_up(sum(worth(one.views) for one in counted) * units, 1000 * under)
        capped = any(limit is not None and one.views * rate > limit * under for one in counted)
        said = f"{views:,} views of {many(len(counted), 'video')} at {rule.currency} {rule.amount}"
        said += " per 1,000" + ("; capped per video" if capped else "") + _cap_said(case, full)
        return _Priced(case.capped(full), len(counted), said)

    yield from _by_window(case, [one for one in videos if one.has_id], price)


def first_posts(case: Case, videos: Iterable[Video]) -> Iterator[Owed]:
    """The amount for each creator whose first video of all was posted while the rule held."""
    fee = case.capped(minor_of(case.rule.amount, case.rule.currency))
    first: dict[str, Video] = {}
    for one in sorted(videos, key=_earliest):
        if _counts(case, one) and (not one.held or one.creator in case.once):
            first.setdefault(one.creator, one)
    for creator, one in sorted(first.items()):
        if not is_in_force(case.rule, one.posted_on):
            continue
        window = case.once.get(creator, one.posted_on.isoformat()[:7])
        because = _said(f"First post: video {one.video} of {one.posted_on}", [one])
        yield Owed(case.cause, creator, window, fee, 1, because)


def _by_window(case: Case, videos: Iterable[Video], price: _Price) -> Iterator[Owed]:
    for (creator, window), found in sorted(_counted(case, videos).items()):
        priced = price(found)
        if priced.minor or (creator, window) in case.paid:
            because = _said(priced.because, found)
            yield Owed(case.cause, creator, window, priced.minor, priced.counted, because)


def _counted(
    case: Case, videos: Iterable[Video], also: Callable[[Video, str], bool] | None = None
) -> Mapping[tuple[str, str], Sequence[Video]]:
    """By creator and window the videos that count, the earliest first."""
    found: dict[tuple[str, str], list[Video]] = defaultdict(list)
    for one in sorted(videos, key=_earliest):
        window = window_on(case.rule, one.posted_on)
        due = window and month_of(window) <= case.clock.period and _counts(case, one)
        # A run may have counted it whose statement was held back: then nothing was paid.
        due = due and (not one.held or bool(case.paid.get((one.creator, window))))
        if due and (also is None or also(one, window)):
            found[one.creator, window].append(one)
    return found


def _counts(case: Case, one: Video) -> bool:
    """Whether the video is the campaign's, disclosed if that is asked, and live long enough."""
    rule = case.rule
    clock = replace(case.clock, period=one.held) if one.held else case.clock
    return (
        (rule.span is None or one.campaign == rule.span.campaign)
        and (one.disclosed or not rule.disclosed)
        and clock.is_due(one.posted_on, rule.days_live)
        and clock.lasted(one.posted_on, one.removed_on, rule.days_live)
    )


def _lives_to_the_end(one: Video, window: str) -> bool:
    return one.removed_on is None or one.removed_on > last_day(window)


def _retainer(case: Case, window: str) -> _Price:
    rule = case.rule
    promised = minor_of(rule.amount, rule.currency)

    def price(counted: Sequence[Video]) -> _Priced:
        posts = len(counted)
        asked = f"{posts} of {many(rule.posts, 'approved post')} live at the end of {window}"
        if posts >= rule.posts:
            return _Priced(case.capped(promised), posts, asked)
        if rule.pro_rata:
            share = half_up(promised * posts, rule.posts)
            said = f"{asked}: its share of {case.money(promised)}"
            return _Priced(case.capped(share), posts, said)
        return _Priced(0, posts, f"{asked}: {case.money(promised)} forfeited")

    return price


def _earliest(one: Video) -> tuple[date, str]:
    return (one.posted_on, one.video)


def _cap_said(case: Case, full: int) -> str:
    return f"; {case.money(full)}, capped" if case.capped(full) != full else ""


def _said(because: str, videos: Sequence[Video]) -> Callable[[], str]:
    if held := sum(bool(one.held) for one in videos):
        because += f"; {many(held, 'video')} of them only as paid before"
    return lambda: because
