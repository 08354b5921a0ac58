"""The staff page in a real browser: a person logs in and resolves a doubt."""

import threading
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

from schemas.outreach import DeliveryState
from schemas.problems import Problem
from tests.builders_ledger import BASE, REAL
from tests.builders_web import PASSWORD, a_doubt, an_app
from worker.ledger import brakes, deliveries, history
from worker.ledger.engine import open_ledger

pytestmark = pytest.mark.browser

CHROMIUM = "/usr/bin/chromium"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]


@pytest.fixture
def url(tmp_path: Path):
    return f"sqlite:///{tmp_path / 'ledger.db'}"


@pytest.fixture
def memory(url):
    opened = open_ledger(url)
    yield opened
    opened.close()


@pytest.fixture
def site(url):
    server = make_server("127.0.0.1", 0, an_app(url), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser.new_page(viewport={"width": 390, "height": 844})
        browser.close()


def test_a_person_resolves_a_doubt_on_a_phone(site, page, memory, tmp_path):
    key = a_doubt(memory, subject="Earn 20 % with Glow's new serum")
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))

    page.goto(site)
    page.get_by_label("Your name").fill("Linh Tran")
    page.get_by_label("The team's password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_text("Earn 20 % with Glow's new serum").wait_for()
    page.screenshot(path=tmp_path / "doubt.png", full_page=True)
    page.get_by_role("button", name="It was sent").click()

    page.get_by_text("Noted as sent").wait_for()
    assert page.get_by_text("Earn 20 % with Glow's new serum").count() == 0
    resolved = deliveries.by_key(memory, key)
    assert resolved is not None
    assert (resolved.state, resolved.resolved_by) == (DeliveryState.SENT, "Linh Tran")
    assert complaints == []


def test_a_full_page_fits_a_phone(site, page, memory, tmp_path):
    a_doubt(memory)
    a_doubt(memory, "minh", subject="W" * 150)
    brakes.pause(memory, "mailbox:jane", because="Jane is ill (Linh Tran)", at=REAL)
    brakes.hold(
        memory, BASE, "outreach", kind=brakes.FIRST_PASS, size=120, at=REAL,
        because="First pass of a new base: 120 messages would leave",
        preview=["Send step 1 to @ana.makes", "Send step 1 to @minh.makes"],
    )  # fmt: skip
    problem = Problem("Creators", "rec0000000000ANA1", "Country is empty. Fill in the country.")
    history.replace_problems(memory, BASE, "outreach", [problem], REAL)
    run = history.start_run(memory, BASE, "outreach", REAL)
    history.end_run(
        memory, run, history.Outcome.FAILED,
        summary={"error": "ServiceDown: SMTP_URL: mail.example.com does not answer"}, at=REAL,
    )  # fmt: skip

    page.goto(site)
    page.get_by_label("Your name").fill("Linh Tran")
    page.get_by_label("The team's password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_text("Waiting for your go-ahead").wait_for()

    page.screenshot(path=tmp_path / "full.png", full_page=True)
    width = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size({"width": 1200, "height": 900})
    page.screenshot(path=tmp_path / "desk.png", full_page=True)
    assert width <= 390, width
