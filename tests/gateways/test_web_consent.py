"""Lifting a suppression on the staff page: by whom, why, and for one creator only."""

from pathlib import Path

import pytest
from sqlalchemy import insert

from tests.builders_ledger import BASE, REAL, an_enrolment
from tests.builders_web import an_app, logged_in, post
from worker.ledger import consent
from worker.ledger.engine import Ledger, open_ledger
from worker.ledger.tables_screen import MIRROR_ROWS


@pytest.fixture
def url(tmp_path: Path):
    return f"sqlite:///{tmp_path / 'ledger.db'}"


@pytest.fixture
def memory(url):
    opened = open_ledger(url)
    for creator in ("ana", "ben"):
        an_enrolment(opened, creator)
        with opened.writing() as connection:
            cells = {"Name": "Twin Star"}
            row = {"base": BASE, "table_name": "Creators", "record_id": f"rec{creator}"}
            connection.execute(insert(MIRROR_ROWS).values(**row, created_at=REAL, cells=cells))
            consent.suppress_creator(
                connection, BASE, creator, reason="complaint", source="mail", at=REAL
            )
    yield opened
    opened.close()


def barred(ledger: Ledger) -> set[str]:
    return set(consent.suppressed_creators(ledger, BASE))


def test_a_person_lifts_with_a_reason_and_their_name(url, memory):
    page = post(logged_in(an_app(url)), "/lift", key="@ana.makes", because="She called")

    assert b"glow: Lifted: 2." in page.data
    assert barred(memory) == {"ben"}
    assert {row[1] for row in consent.unshown(memory, BASE, 9)} == {
        "complaint",
        "lifted: She called (Linh Tran)",
    }


@pytest.mark.parametrize(
    ("key", "because", "said"),
    [
        ("@ana.makes", " ", b"say who, and why"),
        ("", "She called", b"say who, and why"),
        ("nobody@example.com", "She called", b"no creator is known by"),
        ("twin star", "She called", b"may be ana, ben in glow"),
    ],
)
def test_nothing_is_lifted_without_one_creator_and_a_reason(url, memory, key, because, said):
    page = post(logged_in(an_app(url)), "/lift", key=key, because=because)

    assert said in page.data
    assert barred(memory) == {"ana", "ben"}


def test_strangers_and_other_sites_lift_nothing(url, memory):
    app = an_app(url)
    stranger = app.test_client()
    stranger.get("/login")

    assert b"password" in post(stranger, "/lift", key="ana", because="fun").data
    assert logged_in(app).post("/lift", data={"key": "ana", "because": "x"}).status_code == 400
    assert app.test_client().get("/lift").location == "/login"
    assert barred(memory) == {"ana", "ben"}
