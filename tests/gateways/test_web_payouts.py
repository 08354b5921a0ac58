"""The page of payouts: runs and holds, a release with a reason, statements, a picture."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from automations.payouts import RunOf
from schemas.parsing import Row
from schemas.records import CreatorRow
from schemas.tables import creators
from tests.builders_ledger import BASE
from tests.builders_payouts import a_top_up, facts, lines_of, settled
from tests.builders_web import an_app, logged_in, post
from worker import payout_review
from worker.ledger import mirror, payout_holds, payout_runs, people
from worker.ledger.engine import open_ledger
from worker.ledger.payout_runs import PayoutRun
from worker.payees import read_payees

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
RUN = RunOf(f"{BASE}/2026-10", "2026-10")
SPITEFUL = "<script>alert(1)</script>"


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A ledger with a posted run: one statement may be paid, one has no tax form."""
    address = f"sqlite:///{tmp_path / 'ledger.db'}"
    ledger = open_ledger(address)
    lines = lines_of(
        RUN, facts(a_top_up(), sums=[settled("1000"), settled("900", creator="jonas")])
    )
    with ledger.writing() as connection:
        for name, called in (("maria", "Maria"), ("jonas", SPITEFUL)):
            row = CreatorRow(record_id=f"rec{name}", created_at=NOW, handle=name)
            people.remember_creator(connection, BASE, name, row, NOW)
            cells: dict[object, object] = {
                creators.NAME: called, creators.PAY_BY: "PayPal", creators.PAYEE_VERIFIED: True,
                creators.PAYEE: f"{name}@mail.example",
            }  # fmt: skip
            if name == "maria":
                cells[creators.TAX_FORM] = "W-9"
            mirror.save(connection, BASE, creators.TABLE, [Row(f"rec{name}", NOW, cells)])  # type: ignore[arg-type]  # fields
    payees = read_payees(ledger, BASE)
    run = PayoutRun(
        key=RUN.key, base=BASE, period="2026-10", state="calculated", prepared_by="recPaula",
        approved_by="", cut_off=NOW, calculated_at=NOW, posted_at=None,
        facts_hash=payout_runs.facts_hash(lines), approved_hash="", based_on="",
    )  # fmt: skip
    with ledger.writing() as connection:
        payout_review.draft(connection, run, lines, payees, {})
        payout_runs.approve(connection, RUN.key, "recQuentin", NOW)
        payout_runs.post(connection, RUN.key, NOW)
    ledger.close()
    return address


def test_the_page_is_behind_the_login(url):
    browser = an_app(url).test_client()

    for path in ("/payouts", "/payouts/glow.svg", f"/payouts/glow/statement?key={RUN.key}"):
        assert browser.get(path).status_code == 302


def test_the_page_shows_runs_holds_and_statements_and_cells_are_text(url):
    browser = logged_in(an_app(url))

    page = browser.get("/payouts").get_data(as_text=True)
    picture = browser.get("/payouts/glow.svg").get_data(as_text=True)
    key = f"statement:{RUN.key}:jonas:USD"
    sheet = browser.get("/payouts/glow/statement", query_string={"key": key})

    assert "There is no tax form on file." in page
    assert "USD 95.00" in page
    assert picture.startswith("<svg")
    assert "USD 45.00" in sheet.get_data(as_text=True)
    assert SPITEFUL not in page + sheet.get_data(as_text=True)
    assert browser.get("/payouts/glow/statement?key=statement:x").status_code == 404


def test_a_hold_is_released_with_a_reason_in_the_persons_name(url):
    browser = logged_in(an_app(url))
    hold = {
        "base": "glow", "statement": f"statement:{RUN.key}:jonas:USD", "kind": "Tax form",
        "about": "",
    }  # fmt: skip

    without = post(browser, "/payouts/release", because=" ", **hold).get_data(as_text=True)
    released = post(browser, "/payouts/release", because="W-9 came by post", **hold)
    again = post(browser, "/payouts/release", because="W-9 came by post", **hold)

    assert "say who releases it, and why" in without
    assert "It goes into the next files." in released.get_data(as_text=True)
    assert "gone already" in again.get_data(as_text=True)
    ledger = open_ledger(url)
    with ledger.reading() as connection:
        (kept,) = payout_holds.releases(connection, BASE)
    ledger.close()
    assert (kept.by, kept.because) == ("Linh Tran", "W-9 came by post")
