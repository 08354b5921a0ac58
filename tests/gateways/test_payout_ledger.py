"""Payout runs that are drafted, approved and posted once, and what is remembered of them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from automations.payout_videos import Known
from automations.payouts import Line
from automations.pricing.videos import Video
from tests.builders_orders import GLOW_US
from tests.builders_payouts import OCTOBER, a_top_up, facts, lines_of, settled
from worker.ledger import payout_memory, payout_runs
from worker.ledger.engine import Ledger
from worker.ledger.payout_memory import Seen
from worker.ledger.payout_runs import PayoutRun, Stale
from worker.ledger.tables_money import DRAFT_LINES, POSTED_LINES

BASE = "appGlow"
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
AFTER = datetime(2027, 1, 2, 9, 0, tzinfo=UTC)
CUT_OFF = GLOW_US.start_of(date(2026, 11, 1))


def a_run(lines: tuple[Line, ...], **changes) -> PayoutRun:
    run = PayoutRun(
        key=OCTOBER.key, base=BASE, period="2026-10", state="calculated", prepared_by="recPaula",
        approved_by="", cut_off=CUT_OFF, calculated_at=NOW, posted_at=None,
        facts_hash=payout_runs.facts_hash(lines), approved_hash="", based_on="",
    )  # fmt: skip
    return replace(run, **changes)


LINES = lines_of(OCTOBER, facts(a_top_up(), sums=[settled("1000"), settled("9", creator="jonas")]))


def drafted(ledger: Ledger, lines: tuple[Line, ...] = LINES, **changes) -> PayoutRun:
    with ledger.writing() as connection:
        return payout_runs.draft(connection, a_run(lines, **changes), lines)


def approved(ledger: Ledger, by: str = "recQuentin") -> PayoutRun:
    with ledger.writing() as connection:
        return payout_runs.approve(connection, OCTOBER.key, by, AFTER)


def posted(ledger: Ledger, key: str = OCTOBER.key) -> PayoutRun:
    with ledger.writing() as connection:
        return payout_runs.post(connection, key, NOW)


def count(ledger: Ledger, table) -> int:
    with ledger.reading() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_lines_read_back_from_the_ledger_as_they_were_drafted(ledger):
    drafted(ledger)

    with ledger.reading() as connection:
        read = payout_runs.draft_lines(connection, OCTOBER.key)

    assert sorted(read, key=lambda line: line.key) == sorted(LINES, key=lambda line: line.key)


def test_an_approved_run_is_posted_once(ledger):
    drafted(ledger)
    approved(ledger)

    first, second = posted(ledger), posted(ledger)

    assert (first.state, second.posted_at) == ("posted", NOW)
    assert count(ledger, POSTED_LINES) == len(LINES)
    with ledger.reading() as connection:
        known = payout_memory.posted(connection, BASE)
        terms = payout_memory.posted_terms(connection, BASE)
    assert {(p.creator, str(p.amount)) for p in known if p.kind == "Top-up"} == {
        ("maria", "USD 50.00"),
        ("jonas", "USD 0.45"),
    }
    assert len(terms) == 1


def test_nobody_approves_what_they_prepared(ledger):
    drafted(ledger)

    with pytest.raises(Stale, match="somebody else"):
        approved(ledger, by="recPaula")


@pytest.mark.parametrize("step", [approved, posted])
def test_what_was_never_calculated_is_neither_approved_nor_posted(ledger, step):
    with pytest.raises(Stale, match="never calculated"):
        step(ledger)


def test_other_facts_undo_the_approval_and_the_same_facts_keep_it(ledger):
    drafted(ledger)
    approved(ledger)

    assert drafted(ledger, calculated_at=NOW + timedelta(hours=1)).state == "approved"
    assert drafted(ledger, LINES[:1]).state == "calculated"
    with pytest.raises(Stale, match="not approved"):
        posted(ledger)
    assert count(ledger, DRAFT_LINES) == 1


def test_lines_that_are_not_those_approved_are_not_posted(ledger):
    drafted(ledger)
    approved(ledger)
    with ledger.writing() as connection:
        connection.execute(update(DRAFT_LINES).values(amount_minor=999_999))

    with pytest.raises(Stale, match="not those approved"):
        posted(ledger)
    assert count(ledger, POSTED_LINES) == 0


def test_a_run_calculated_before_another_was_posted_is_calculated_again(ledger):
    november = "appGlow/2026-11"
    drafted(ledger)
    drafted(ledger, (), key=november, period="2026-11")
    approved(ledger)
    with ledger.writing() as connection:
        payout_runs.approve(connection, november, "recQuentin", AFTER)
    posted(ledger)

    with pytest.raises(Stale, match="calculate it again"):
        posted(ledger, november)


def test_a_posted_run_is_never_drafted_again(ledger):
    drafted(ledger)
    approved(ledger)
    posted(ledger)

    with pytest.raises(Stale, match="next run"):
        drafted(ledger, LINES[:1])


def test_videos_are_remembered_as_posted_runs_counted_them(ledger):
    first = Video("73", "maria", date(2026, 10, 3), views=100)
    second = replace(first, views=900)
    drafted(ledger)
    remember(ledger, OCTOBER.key, Known("recA", first), Known("recB", first))
    remember(ledger, OCTOBER.key, Known("recA", first))
    assert known_videos(ledger) == ()

    approved(ledger)
    posted(ledger)
    drafted(ledger, (), key="appGlow/2026-11", period="2026-11")
    remember(ledger, "appGlow/2026-11", Known("recA", second))

    assert known_videos(ledger) == (Known("recA", first, "2026-10"),)


def remember(ledger: Ledger, run: str, *seen: Known) -> None:
    with ledger.writing() as connection:
        payout_memory.remember_videos(connection, (BASE, run), Seen(seen), NOW)


def known_videos(ledger: Ledger) -> tuple[Known, ...]:
    with ledger.reading() as connection:
        return payout_memory.videos(connection, BASE)
