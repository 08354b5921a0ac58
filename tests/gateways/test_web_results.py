"""The results page: rates from the ledger, as a table and a picture."""

from dataclasses import replace

import pytest

from schemas.outreach import DeliveryState
from tests.builders_ledger import REAL, a_fence, a_touch, an_enrolment
from tests.builders_web import an_app, logged_in
from worker.ledger import claims
from worker.ledger.engine import open_ledger


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'ledger.db'}"


def a_sent_touch(url: str, **facts: str) -> None:
    ledger = open_ledger(url)
    an_enrolment(ledger)
    wanted = a_touch()
    wanted = replace(
        wanted, facts={**wanted.facts, **facts}, payload={**wanted.payload, "sequence": "recruit"}
    )
    claimed = claims.claim(ledger, wanted, fence=a_fence(ledger), owner="me", now=REAL, real=REAL)
    claims.settle(ledger, claimed, DeliveryState.SENT, now=REAL, message_id="<1@glow.example>")
    ledger.close()


def test_results_are_behind_the_login(url):
    answer = an_app(url).test_client().get("/results")

    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/login")


@pytest.mark.parametrize("by", ["step", "variant", "language", "mailbox", "teammate", "week", "x"])
def test_results_show_a_line_for_what_was_sent(url, by):
    a_sent_touch(url, template="recruit-1", variant="B", language="pt")
    browser = logged_in(an_app(url))

    page = browser.get(f"/results?by={by}").get_data(as_text=True)
    picture = browser.get(f"/results/glow.svg?by={by}")

    assert "too early to tell" in page
    assert picture.mimetype == "image/svg+xml"
    assert picture.get_data(as_text=True).startswith("<svg")


def test_a_variant_written_by_a_teammate_is_only_text(url):
    a_sent_touch(url, template="<script>alert(1)</script>", variant="<img src=x>")
    browser = logged_in(an_app(url))

    page = browser.get("/results?by=variant").get_data(as_text=True)
    picture = browser.get("/results/glow.svg?by=variant").get_data(as_text=True)

    assert "<script>alert" not in page + picture
    assert "&lt;script&gt;" in page


def test_a_programme_that_sent_nothing_says_so(url):
    page = logged_in(an_app(url)).get("/results").get_data(as_text=True)

    assert "No message has left in the last 90 days." in page
