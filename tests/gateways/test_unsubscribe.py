"""One click opts out, a look does not, and nobody can make up a link."""

from datetime import UTC, datetime
from functools import partial

import pytest
from flask import Flask

from worker.unsubscribe import OptOutLink, read_token, unsubscribe_pages, unsubscribe_url

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
KEYS = ("new-secret", "old-secret")
URL = "https://ops.example.com"


def a_token(keys: tuple[str, ...] = KEYS) -> str:
    return unsubscribe_url(URL, keys, "glow", "cr7").rpartition("/")[2]


@pytest.fixture
def opted_out():
    return []


@pytest.fixture
def browser(opted_out):
    app = Flask("unsubscribe")
    app.register_blueprint(
        unsubscribe_pages(
            partial(read_token, KEYS), lambda *fact: opted_out.append(fact), lambda: NOW
        )
    )
    return app.test_client()


def test_a_link_names_its_creator_and_fits_a_header_line():
    url = unsubscribe_url(URL + "/", KEYS, "glow", "cr7")

    assert read_token(KEYS, url.rpartition("/")[2]) == OptOutLink("glow", "cr7")
    assert url.startswith("https://ops.example.com/u/")
    assert len(url) <= 70


def test_a_link_signed_before_the_key_was_changed_still_works():
    assert read_token(KEYS, a_token(keys=("old-secret",))) == OptOutLink("glow", "cr7")
    assert read_token(("other",), a_token()) is None


@pytest.mark.parametrize(
    "token",
    [
        a_token().replace("cr7", "cr8"),
        a_token().replace("glow", "zen"),
        a_token()[:-1],
        a_token() + "A",
        a_token().replace("glow.cr7", "glo.wcr7"),
        "glow.cr7.",
        "..",
        "",
        "ü.ü.ü",
    ],
)
def test_a_link_made_up_names_nobody(token):
    assert read_token(KEYS, token) is None


def test_without_a_public_url_there_is_no_link():
    assert unsubscribe_url("", KEYS, "glow", "cr7") == ""


def test_one_click_opts_out_without_cookie_or_redirect(browser, opted_out):
    answer = browser.post(f"/u/{a_token()}", data={"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert opted_out == [("glow", "cr7", "one-click unsubscribe", NOW)]


def test_one_click_may_come_as_multipart_and_twice(browser, opted_out):
    for _ in range(2):
        answer = browser.post(
            f"/u/{a_token()}",
            data={"List-Unsubscribe": "One-Click"},
            content_type="multipart/form-data",
        )
        assert answer.status_code == 200

    assert {fact[:2] for fact in opted_out} == {("glow", "cr7")}


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_at_the_page_opts_nobody_out(browser, opted_out, method):
    answer = getattr(browser, method)(f"/u/{a_token()}")

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert opted_out == []


def test_the_button_on_the_page_opts_out(browser, opted_out):
    page = browser.get(f"/u/{a_token()}", headers={"Accept-Language": "pt-BR,pt;q=0.9"})
    browser.post(f"/u/{a_token()}")

    assert '<form method="post">' in page.text
    assert "Parar as mensagens" in page.text
    assert opted_out == [("glow", "cr7", "unsubscribe page", NOW)]


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_broken_link_says_what_else_to_do(browser, opted_out, method):
    answer = getattr(browser, method)("/u/glow.cr7.AAAAAAAAAAAAAAAA")

    assert answer.status_code == 404
    assert "Reply STOP" in answer.text
    assert opted_out == []
