"""The ROI page in a real browser: pictures are drawn, nothing overflows, no rule is broken."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

from schemas.tables import creators
from tests.builders_roi import PEOPLE, a_line, still_pending, typed, with_lines, with_people
from tests.builders_web import PASSWORD, an_app
from worker.ledger.engine import open_ledger

pytestmark = pytest.mark.browser

CHROMIUM = "/usr/bin/chromium"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    ledger = open_ledger(url)
    with_people(ledger)
    with_lines(ledger, [a_line(1), still_pending(2, creator_handle=PEOPLE["jonas"])])
    typed(ledger, creators.TABLE, "recmaria", {creators.NAME: "Maria Santos"})
    ledger.close()
    server = make_server("127.0.0.1", 0, an_app(url), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("width", [390, 1280])
def test_figures_and_pictures_are_seen_on_a_phone_and_on_a_screen(site, width):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page(viewport={"width": width, "height": 844})
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text))
        page.goto(site)
        page.get_by_label("Your name").fill("Linh Tran")
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_role("link", name="ROI").click()
        page.get_by_role("link", name="By creator").click()
        page.get_by_role("cell", name="Maria Santos").wait_for()

        boxes = [one.bounding_box() for one in page.locator("figure svg").all()]
        sideways = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        browser.close()

    assert len(boxes) == 2
    assert all(box and box["width"] > 200 and box["height"] > 40 for box in boxes)
    assert sideways <= 0
    assert complaints == []
