"""The page that shows what outreach would do: words, reasons, and no effect of looking."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.tables import creators, operations
from tests.builders_programme import Programme, programme
from tests.builders_web import logged_in
from worker.jobs import JOBS
from worker.settings import load_settings
from worker.web import create_app


@pytest.fixture
def glow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Programme]:
    with programme(tmp_path, monkeypatch, creators=3) as running:
        yield running


def the_page() -> str:
    settings = load_settings()
    browser = logged_in(
        create_app(settings, tuple(JOBS)), password=settings.web_password.get_secret_value()
    )
    return browser.get("/outreach").get_data(as_text=True)


def test_a_base_never_read_says_so(glow):
    assert "The worker has not read this base yet." in the_page()


def test_the_page_shows_who_gets_which_words_and_sends_nothing(glow):
    glow.run("replies", "outreach")
    glow.add_creators(1)
    glow.run("replies")
    calls, mails = len(glow.sandbox.world.requests), len(glow.mails())

    page = the_page()

    assert "To Rosa Nova 0, from " in page
    assert "the sequence was chosen and nothing was sent yet" in page
    assert "Rosa" in page.partition("<pre>")[2]
    assert (len(glow.sandbox.world.requests), len(glow.mails())) == (calls, mails)


def test_the_page_says_why_the_others_are_left_alone(glow):
    row = glow.rows(creators.TABLE)[0]
    glow.edit(creators.TABLE, row["id"], {creators.OPTED_OUT: True})
    glow.run("replies")

    page = the_page()

    assert "opted out." in page.partition("Not now")[2]
    assert str(row["Name"]) in page.partition("Not now")[2]


def test_nothing_is_due_while_sending_is_off(glow):
    off = next(r["id"] for r in glow.rows(operations.SETTINGS) if r["Name"] == "Sending")
    glow.edit(operations.SETTINGS, off, {operations.SETTING_VALUE: "off"})
    glow.run("replies")

    page = the_page()

    assert "Nothing is due at this moment." in page
    assert "Sending is off in Settings." in page


def test_a_creators_name_is_only_text(glow):
    row = glow.rows(creators.TABLE)[0]
    glow.edit(creators.TABLE, row["id"], {creators.NAME: "<script>alert(1)</script>"})
    glow.run("replies")

    assert "<script>alert" not in the_page()
