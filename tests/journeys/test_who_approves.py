"""A run is approved by another person than its preparer: by name, by hand in Airtable, by link."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from schemas.tables import creators, operations, payouts
from tests.builders_finance import (
    PAULA,
    PERIOD,
    QUENTIN,
    done,
    imported,
    order,
    record_id,
    run,
    set_up,
)
from tests.builders_programme import Programme, programme
from worker.clock import real_now
from worker.settings import load_settings
from worker.web import create_app


@pytest.fixture
def glow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Programme]:
    with programme(tmp_path, monkeypatch, creators=2) as running:
        set_up(running, tmp_path)
        yield running


def chosen(glow: Programme, state: str, by: str, **cells: object) -> dict[str, object]:
    """Somebody chooses the run's State in Airtable, the worker answers; the row."""
    (row,) = glow.rows(payouts.RUNS)
    edit = {"State": state, **cells}
    glow.sandbox.store.edit_rows(glow.base_id, payouts.RUNS.name, {str(row["id"]): edit}, by=by)
    glow.run("payouts")
    return dict(glow.rows(payouts.RUNS)[0])


def mate(glow: Programme, name: str) -> list[str]:
    return [str(row["id"]) for row in glow.rows(operations.TEAM) if row["Name"] == name]


def test_in_airtable_the_editing_user_approves_whoever_the_cell_names(glow):
    done("payouts", "calculate", *PERIOD, "--by", PAULA)
    quentin = {"Approved by": mate(glow, QUENTIN)}

    stranger = chosen(glow, "Approve", "Olivia Hart", **quentin)
    own = chosen(glow, "Approve", PAULA, **{"Approved by": []})
    other = chosen(glow, "Approve", QUENTIN, **{"Approved by": mate(glow, PAULA)})

    assert own["State"] == stranger["State"] == "Approve"
    assert "no row of Team has that e-mail" in str(stranger["Automation note"])
    assert "somebody else approves" in str(own["Automation note"])
    assert (other["State"], other["Approved by"]) == ("Approved", mate(glow, QUENTIN))


def browser() -> FlaskClient:
    return create_app(load_settings(), ("payouts",), real_now).test_client()


def link(name: str) -> str:
    made = run("payouts", "link", *PERIOD, "--for", name)
    assert made.exit_code == 0, made.exception
    return "/approve/" + made.stdout.strip().rpartition("/approve/")[2]


def pressed(web: FlaskClient, path: str) -> str:
    page = web.get(path).get_data(as_text=True)
    button = re.search(r'name="button" value="([^"]+)"', page)
    return web.post(path, data={"button": button[1] if button else ""}).get_data(as_text=True)


def test_a_personal_link_shows_the_run_and_approves_it_without_a_password(glow):
    done("payouts", "calculate", *PERIOD, "--by", PAULA)
    glow.edit(creators.TABLE, record_id(glow, "Jonas Berg"), {creators.TAX_FORM: None})
    done("payouts", "calculate", *PERIOD, "--by", PAULA)
    refused, path, web = run("payouts", "link", *PERIOD, "--for", PAULA), link(QUENTIN), browser()

    page = web.get(path).get_data(as_text=True)
    forged = web.post(path, data={"button": "x"})
    answer = pressed(web, path)

    assert "somebody else approves" in str(refused.exception)
    assert "USD 65.00" in page
    assert "<strong>Jonas Berg</strong>, Tax form: There is no tax form on file." in page
    assert forged.status_code == 400
    assert f"approved in the name of {QUENTIN}" in answer
    assert "approved already" in web.get(path).get_data(as_text=True)
    glow.run("payouts")
    (row,) = glow.rows(payouts.RUNS)
    assert (row["State"], row["Approved by"]) == ("Approved", mate(glow, QUENTIN))


def test_a_link_to_a_run_that_was_calculated_again_approves_nothing(glow, tmp_path):
    done("payouts", "calculate", *PERIOD, "--by", PAULA)
    path, web = link(QUENTIN), browser()
    imported(tmp_path, "b.csv", order(1, "maria.santos", "500"))
    again = done("payouts", "calculate", *PERIOD, "--by", PAULA)

    assert any("the basis was USD 400.00 and is USD 500.00" in line for line in again["changes"])
    assert "calculated again" in web.get(path).get_data(as_text=True)
    assert web.post(path, data={"button": "x"}).status_code == 400
    assert done("payouts", "show", *PERIOD)["state"] == "calculated"
    assert web.get(path[:-3] + "abc").status_code == 404
    fresh = link(QUENTIN)
    late = create_app(load_settings(), ("payouts",), lambda: real_now() + timedelta(days=8))
    assert "seven days" in late.test_client().get(fresh).get_data(as_text=True)
