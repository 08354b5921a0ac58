"""Staff notices: every fact in one post, within Discord's limits, harmless whatever cells hold."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automations.discord_text import escape, length
from automations.health import Ailing
from automations.notices import (
    News,
    doubt_news,
    health_news,
    hold_news,
    pause_news,
    plan_notices,
    problem_news,
    reply_news,
    stage_news,
)
from automations.plan import PostNotice
from schemas.records_pipeline import THE_WORKER, StageMove
from worker.notice_words import load_notice_words

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
WORDS = load_notice_words()


def a_move(number: int, because: str = "The creator wrote back.") -> StageMove:
    return StageMove(
        key=f"stage:appGLOW:cr{number:03}:Replied:2",
        creator=f"cr{number:03}",
        record_id=f"rec{number:03}",
        number=2,
        from_stage="Contacted",
        to="Replied",
        at=NOW - timedelta(minutes=500 - number),
        by=THE_WORKER,
        because=because,
    )


def news_of(count: int, because: str = "The creator wrote back.") -> list[News]:
    return [stage_news(a_move(n, because), f"Creator {n}", WORDS) for n in range(count)]


def posts_of(
    news: Sequence[News], untold: Mapping[str, str] | None = None
) -> tuple[PostNotice, ...]:
    untold = dict.fromkeys((one.key for one in news), "") if untold is None else untold
    plan = plan_notices(base="appGLOW", news=news, untold=untold, words=WORDS, now=NOW)
    return tuple(action for action in plan.actions if isinstance(action, PostNotice))


def test_one_move_is_one_notice_that_reads_as_a_sentence():
    (post,) = posts_of(news_of(1))

    seconds = int(a_move(0).at.timestamp())
    assert post.content == (
        "**Creator 0**: Contacted → **Replied** · The creator wrote back. (the worker) "
        f"<t:{seconds}:R>"
    )
    assert post.key == f"notice:stages:appGLOW:{a_move(0).key}"
    assert (post.channel, post.covers) == ("staff", (a_move(0).key,))


@pytest.mark.parametrize("count", [2, 30, 150])
def test_each_of_many_moves_is_a_line_of_exactly_one_digest(count):
    news = news_of(count)

    posts = posts_of(news)

    assert sorted(key for post in posts for key in post.covers) == [one.key for one in news]
    lines = [line for post in posts for line in post.content.split("\n")]
    assert [lines.count(one.line) for one in news] == [1] * count
    assert all(len(post.content) <= 1980 for post in posts)
    assert len({post.key for post in posts}) == len(posts)


def test_a_notice_to_be_tried_again_keeps_its_key_and_lines_when_news_came_in():
    first, later = news_of(2), news_of(5)
    (tried,) = posts_of(first)

    given = {one.key: tried.key for one in first}
    again, new = posts_of(later, dict.fromkeys((n.key for n in later), "") | given)

    assert (again.key, again.content, again.covers) == (tried.key, tried.content, tried.covers)
    assert set(new.covers) == {one.key for one in later[2:]}


def test_what_was_told_is_not_told_again():
    assert posts_of(news_of(3), {}) == ()


def test_topics_go_to_their_channels_and_never_mix():
    news = [
        *news_of(1),
        reply_news("inbox:1:7", "Luana Prado", "a reply", NOW, WORDS),
        doubt_news("touch:appGLOW:cr1:recruit:1:2", 1, "step 2 was due", NOW, WORDS),
        hold_news("hold:1", "outreach", "600 rows would change", NOW, WORDS),
        problem_news("recLuana", "Creators", "Country should be two letters.", NOW, WORDS),
        health_news(Ailing("outreach", NOW, "health:appGLOW:outreach:never"), WORDS),
        pause_news("mailbox:jane", "the server refused us", NOW, WORDS),
    ]

    posts = posts_of(news)

    assert [len(post.covers) for post in posts] == [1] * 7
    assert sorted(post.channel for post in posts) == ["alerts"] * 4 + ["staff"] * 3


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("@everyone", "@\u200beveryone"),
        ("<@123> <t:0:R>", "<\u200b@\u200b123\\> <\u200bt:0:R\\>"),
        ("[free](https://evil.example.com)", "\\[free\\]\\(https://evil.example.com\\)"),
        ("**bold** `code`", "\\*\\*bold\\*\\* \\`code\\`"),
        ("two\nlines\u202e\u200b", "two lines"),
    ],
)
def test_text_from_cells_cannot_ping_link_or_format(typed, shown):
    assert escape(typed) == shown


@given(st.text(max_size=400), st.text(max_size=400))
def test_whatever_a_cell_holds_a_notice_is_one_line_within_discords_limit(name, because):
    news = stage_news(a_move(1, because), name, WORDS)

    (post,) = posts_of([news])

    assert length(post.content) <= 2000
    assert len(post.content.splitlines()) == 1
