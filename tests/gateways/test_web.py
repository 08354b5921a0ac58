"""The staff page over a real ledger: who gets in, what is decided there, what the world sees."""

from datetime import timedelta
from pathlib import Path

import pytest

from schemas.outreach import DeliveryState
from schemas.problems import Problem
from tests.builders_ledger import BASE, REAL, an_enrolment
from tests.builders_valkey import connected, running_valkey
from tests.builders_web import JOBS, PASSWORD, a_doubt, an_app, logged_in, post
from worker.airtable_limiter import Account, Limiter
from worker.ledger import brakes, consent, deliveries, history, parked
from worker.ledger.brakes import HoldState
from worker.ledger.engine import open_ledger
from worker.ledger.history import Outcome
from worker.unsubscribe import unsubscribe_url


@pytest.fixture
def url(tmp_path: Path):
    return f"sqlite:///{tmp_path / 'ledger.db'}"


@pytest.fixture
def memory(url):
    opened = open_ledger(url)
    yield opened
    opened.close()


def ran(memory, job: str, outcome: Outcome = Outcome.DONE, ago: timedelta = timedelta()):
    run = history.start_run(memory, BASE, job, REAL - ago)
    history.end_run(memory, run, outcome, summary={}, at=REAL - ago)


def test_nobody_sees_the_page_without_the_password(url):
    app = an_app(url)

    assert app.test_client().get("/").location == "/login"
    assert logged_in(app, password="guessed").get("/").location == "/login"
    assert b"Nothing needs you" in logged_in(app).get("/").data


def test_without_a_password_set_the_page_is_closed_not_open(url):
    app = an_app(url, web_password="")

    assert b"WEB_PASSWORD" in app.test_client().get("/login").data
    assert logged_in(app, password="").get("/").location == "/login"


def test_after_five_wrong_passwords_even_the_right_one_waits(url):
    app = an_app(url)
    for guess in range(5):
        logged_in(app, password=f"guess {guess}")

    browser = app.test_client()
    browser.get("/login")
    answer = post(browser, "/login", name="Linh", password=PASSWORD)

    assert answer.status_code == 429
    assert browser.get("/").location == "/login"


def test_a_changed_password_logs_everybody_out(url):
    browser = logged_in(an_app(url))
    cookie = browser.get_cookie("staff")
    assert cookie is not None

    other = an_app(url, web_password="another password").test_client()
    other.set_cookie("staff", cookie.value)

    assert other.get("/").location == "/login"


def test_a_session_outlives_a_changed_key_that_is_still_listed(url):
    cookie = logged_in(an_app(url)).get_cookie("staff")
    assert cookie is not None

    other = an_app(url, secret_key="a-new-secret-of-length,a-secret-of-enough-length").test_client()
    other.set_cookie("staff", cookie.value)

    assert other.get("/").status_code == 200


def test_the_cookie_is_kept_from_scripts_other_sites_and_plain_http(url):
    browser = an_app(url, public_url="https://ops.example.com").test_client()

    cookie = browser.get("/login").headers["Set-Cookie"]

    assert {"HttpOnly", "Secure", "SameSite=Lax"} <= set(cookie.split("; "))


def test_a_form_from_another_site_decides_nothing(url, memory):
    key = a_doubt(memory)
    browser = logged_in(an_app(url))

    answer = browser.post("/doubts", data={"key": key, "decision": "Send it again"})

    assert answer.status_code == 400
    assert [doubt.key for doubt in deliveries.doubts(memory)] == [key]


@pytest.mark.parametrize("path", ["/doubts", "/holds", "/pause", "/resume"])
def test_a_stranger_decides_nothing(url, memory, path):
    key = a_doubt(memory)
    browser = an_app(url).test_client()
    browser.get("/login")

    page = post(browser, path, key=key, decision="Drop it", because="fun", scope="all")

    assert b"password" in page.data
    assert [doubt.key for doubt in deliveries.doubts(memory)] == [key]
    assert brakes.pauses(memory) == ()


@pytest.mark.parametrize(
    ("decision", "state", "by"),
    [
        ("It was sent", DeliveryState.SENT, "Linh Tran"),
        ("Drop it", DeliveryState.REFUSED, "Linh Tran"),
        ("Send it again", DeliveryState.DUE, ""),
    ],
)
def test_a_doubt_is_resolved_in_the_persons_name(url, memory, decision, state, by):
    key = a_doubt(memory)
    browser = logged_in(an_app(url))
    assert b"ana.makes" in browser.get("/").data

    page = post(browser, "/doubts", key=key, decision=decision)

    resolved = deliveries.by_key(memory, key)
    assert resolved is not None
    assert (resolved.state, resolved.resolved_by) == (state, by)
    assert "Linh Tran" in resolved.outcome
    assert b"Nothing needs you" in page.data


def test_what_somebody_else_decided_stands(url, memory):
    key = a_doubt(memory)
    browser = logged_in(an_app(url))
    deliveries.resolve(memory, key, DeliveryState.SENT, by="Minh", at=REAL)

    page = post(browser, "/doubts", key=key, decision="Send it again")

    resolved = deliveries.by_key(memory, key)
    assert resolved is not None
    assert resolved.state is DeliveryState.SENT
    assert b"decided already" in page.data


@pytest.mark.parametrize(
    ("decision", "state"), [("Release", HoldState.RELEASED), ("Drop", HoldState.DROPPED)]
)
def test_a_held_plan_is_decided_in_the_persons_name(url, memory, decision, state):
    held = brakes.hold(
        memory, BASE, "outreach", kind=brakes.FIRST_PASS, because="First pass of a new base",
        preview=["Ana"], size=1, at=REAL,
    )  # fmt: skip
    browser = logged_in(an_app(url))
    assert b"First pass of a new base" in browser.get("/").data

    post(browser, "/holds", hold=held.id, decision=decision)

    decided = brakes.holds(memory)[0]
    assert (decided.state, decided.decided_by) == (state, "Linh Tran")


def test_everything_is_paused_with_a_reason_and_resumed(url, memory):
    browser = logged_in(an_app(url))

    assert b"write why" in post(browser, "/pause", because=" ").data
    assert b"Everything is paused" in post(browser, "/pause", because="Wrong price").data
    assert [pause[:2] for pause in brakes.pauses(memory)] == [("all", "Wrong price (Linh Tran)")]

    post(browser, "/resume", scope="all")
    assert brakes.pauses(memory) == ()


def test_a_problem_links_to_its_row(url, memory):
    problem = Problem("Creators", "rec0000000000ANA1", "The e-mail address has no @.")
    history.replace_problems(memory, BASE, "outreach", [problem], REAL)

    page = logged_in(an_app(url)).get("/").data

    assert b"The e-mail address has no @." in page
    assert f'href="https://airtable.com/{BASE}/rec0000000000ANA1"'.encode() in page


def test_what_creators_and_teammates_wrote_is_text_never_markup(url, memory):
    a_doubt(memory, subject="<script>alert(1)</script>")

    page = logged_in(an_app(url), name="<b>Linh</b>").get("/")

    assert b"<script" not in page.data
    assert b"&lt;script&gt;" in page.data
    assert b"<b>" not in page.data
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


def test_unsubscribing_needs_no_login(url, memory):
    an_enrolment(memory)
    link = unsubscribe_url(
        "https://ops.example.com", ["a-secret-of-enough-length"], BASE, "ana"
    ).removeprefix("https://ops.example.com")
    browser = an_app(url).test_client()

    assert browser.get(link).status_code == 200
    assert not consent.suppressed_creators(memory, BASE)
    assert browser.post(link, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert "ana" in consent.suppressed_creators(memory, BASE)


def test_health_is_well_while_every_job_ended_well_lately(url, memory):
    for job in JOBS:
        ran(memory, job, ago=timedelta(seconds=170))

    answer = an_app(url).test_client().get("/healthz")

    assert (answer.status_code, answer.json) == (200, {"ok": True, "late": []})


def test_health_names_the_job_that_has_not_ended_well_for_three_intervals(url, memory):
    ran(memory, "replies")
    ran(memory, "outreach", ago=timedelta(seconds=190))
    ran(memory, "outreach", Outcome.FAILED)

    answer = an_app(url).test_client().get("/healthz")

    assert answer.status_code == 503
    assert answer.json is not None
    assert [(late["base"], late["job"]) for late in answer.json["late"]] == [("glow", "outreach")]
    assert b'class="late"' in logged_in(an_app(url)).get("/").data


def test_health_is_bad_when_the_ledger_cannot_be_read(tmp_path):
    (tmp_path / "ledger.db").mkdir()
    app = an_app(f"sqlite:///{tmp_path / 'ledger.db'}")

    assert app.test_client().get("/healthz").status_code == 503
    away = logged_in(app).get("/")
    assert away.status_code == 503
    assert b"cannot be reached" in away.data


def test_the_page_shows_how_the_months_calls_stand_and_why_nothing_is_sent(url, memory):
    with running_valkey() as redis_url:
        with connected(redis_url) as redis:
            limiter = Limiter(redis, Account(now=lambda: REAL), per_second=500)
            for _ in range(20):
                limiter.reserve(BASE)
        calm = logged_in(an_app(url, redis_url=redis_url)).get("/").text
        low = logged_in(an_app(url, redis_url=redis_url, airtable_monthly_calls=22)).get("/").text
        parked.park(memory, [BASE], because="Airtable refuses", at=REAL, until=REAL + timedelta(1))
        refused = logged_in(an_app(url, redis_url=redis_url)).get("/").text

    assert "20 of our 70,000" in calm
    assert "running out" not in calm
    assert "raise AIRTABLE_MONTHLY_CALLS" in low
    assert "Airtable refuses" in refused
