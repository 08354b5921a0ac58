"""Facts of payouts summed by SQL, and runs that are drafted, approved and posted once."""

import dataclasses
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from automations.payouts import Line
from automations.pricing.basis import Basis
from schemas.money import Money
from schemas.payout_rules import Measure
from schemas.records import CreatorRow
from tests.builders_orders import GLOW_UK, GLOW_US, an_order, pending, write_orders
from tests.builders_payouts import OCTOBER, a_top_up, facts, lines_of, settled
from worker.imports.orders import import_orders
from worker.ledger import payout_facts, payout_memory, payout_runs, people
from worker.ledger.engine import Ledger
from worker.ledger.payout_runs import PayoutRun, Stale
from worker.ledger.tables_money import DRAFT_LINES, POSTED_LINES

BASE = "appGlow"
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
CUT_OFFS = {GLOW_US.name: GLOW_US.start_of(date(2026, 11, 1))}
BASIS = Basis(Measure.SETTLED, "USD", timedelta())


@pytest.fixture
def glow(ledger: Ledger) -> Ledger:
    with ledger.writing() as connection:
        for name in ("maria.santos", "jonas.b"):
            row = CreatorRow(record_id=f"rec{name}", created_at=NOW, handle=name)
            people.remember_creator(connection, BASE, name.split(".")[0], row, NOW)
    return ledger


def summed(
    ledger: Ledger, folder: Path, *orders: dict[str, str], **changes
) -> list[tuple[str, str, int, str]]:
    path = write_orders(folder / "a.csv", [an_order(900, Creator_Username="x"), *orders])
    import_orders(path, GLOW_US, ledger, NOW, base=BASE)
    with ledger.reading() as connection:
        basis = dataclasses.replace(BASIS, **changes)
        closing = ((GLOW_US, GLOW_UK), "2026-10")
        first = {basis: date(2026, 9, 1)}
        found = payout_facts.sums(connection, BASE, first, closing)[basis]
    return [
        (one.creator, one.window, one.lines, str(Money.from_minor(one.minor, "USD")))
        for one in found
    ]


def test_settled_net_is_summed_by_creator_and_month(glow, tmp_path):
    assert summed(
        glow,
        tmp_path,
        an_order(1),
        an_order(2, Actual_Commission_Base="$10.05"),
        an_order(3, Time_Created="30/09/2026 23:59:59"),
        an_order(4, Creator_Username="@Jonas.B"),
    ) == [
        ("jonas", "2026-10", 1, "USD 25.00"),
        ("maria", "2026-09", 1, "USD 25.00"),
        ("maria", "2026-10", 2, "USD 35.05"),
    ]


@pytest.mark.parametrize(
    "order",
    [
        pending(1),
        an_order(1, Fully_returned_or_refunded="Yes"),
        an_order(1, Order_Status="Ineligible"),
        an_order(1, Order_Status="Under audit"),
        an_order(1, Creator_Username="stranger"),
        an_order(1, Time_Created="31/08/2026 10:00:00"),
    ],
    ids=["pending", "returned", "void", "unknown status", "stranger", "before the rule"],
)
def test_what_is_not_settled_net_is_in_no_sum(glow, tmp_path, order):
    assert summed(glow, tmp_path, order) == []


@pytest.mark.parametrize(
    ("settled_at", "hold_back", "counts"),
    [
        ("30/10/2026 23:59:59", 1, True),
        ("31/10/2026 00:00:00", 1, False),  # due exactly at the cut-off: waits
        ("31/10/2026 23:59:59", 0, True),
        ("01/11/2026 00:00:00", 0, False),
        ("02/10/2026 00:00:00", 30, False),
        ("01/10/2026 23:59:59", 30, True),
    ],
)
def test_the_hold_back_is_over_before_the_cut_off(glow, tmp_path, settled_at, hold_back, counts):
    order = an_order(1, Time_Created="14/09/2026 10:00:00", Time_Commission_Paid=settled_at)

    found = summed(glow, tmp_path, order, hold_back=timedelta(days=hold_back))

    assert bool(found) is counts


def test_what_is_left_out_is_told_with_its_sum(glow, tmp_path):
    summed(glow, tmp_path, an_order(1, Order_Status="Under audit"))

    with glow.reading() as connection:
        told = payout_facts.left_out(connection, BASE, [GLOW_US.name])

    assert [(one.why.split()[1], one.count, str(one.amount)) for one in told] == [
        ("a", 1, "USD 25.00"),
        ("a", 1, "USD 25.00"),
    ]


def a_run(lines: tuple[Line, ...], **changes) -> PayoutRun:
    run = PayoutRun(
        key=OCTOBER.key, base=BASE, period="2026-10", state="calculated", prepared_by="recPaula",
        approved_by="", cut_off=CUT_OFFS[GLOW_US.name], calculated_at=NOW, posted_at=None,
        facts_hash=payout_runs.facts_hash(lines), approved_hash="", based_on="",
    )  # fmt: skip
    return dataclasses.replace(run, **changes)


LINES = lines_of(OCTOBER, facts(a_top_up(), sums=[settled("1000"), settled("9", creator="jonas")]))


def drafted(ledger: Ledger, lines: tuple[Line, ...] = LINES, **changes) -> PayoutRun:
    with ledger.writing() as connection:
        return payout_runs.draft(connection, a_run(lines, **changes), lines)


def approved(ledger: Ledger, by: str = "recQuentin") -> PayoutRun:
    with ledger.writing() as connection:
        return payout_runs.approve(connection, OCTOBER.key, by)


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
        payout_runs.approve(connection, november, "recQuentin")
    posted(ledger)

    with pytest.raises(Stale, match="calculate it again"):
        posted(ledger, november)


def test_a_posted_run_is_never_drafted_again(ledger):
    drafted(ledger)
    approved(ledger)
    posted(ledger)

    with pytest.raises(Stale, match="next run"):
        drafted(ledger, LINES[:1])
