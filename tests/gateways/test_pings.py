"""Airtable's pings: only signed ones count, and they wake a pass that reads what changed."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from redis import Redis
from rq import Queue

from tests.builders_programme import Programme, programme
from tests.builders_valkey import connected, running_valkey
from worker.jobs import JOBS
from worker.ledger import feeds
from worker.pings import LATE, Pings, is_signed
from worker.queue import QUEUE_NAME, work
from worker.settings import load_settings
from worker.web import create_app

BODY = json.dumps({"base": {"id": "appGlow"}, "timestamp": "2026-11-23T09:00:00Z"}).encode()
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def signed(secret: str, body: bytes = BODY) -> str:
    mac = hmac.new(base64.b64decode(secret), body, hashlib.sha256)
    return f"hmac-sha256={mac.hexdigest()}"


@pytest.fixture(scope="module")
def redis() -> Iterator[Redis]:
    with running_valkey() as url, connected(url) as client:
        yield client


@pytest.fixture
def glow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Programme]:
    with programme(tmp_path, monkeypatch, creators=2) as running:
        work("glow")
        yield running


@pytest.fixture
def web(glow: Programme) -> FlaskClient:
    assert glow.base_id
    return create_app(load_settings(), tuple(JOBS)).test_client()


def secret_of(running: Programme) -> str:
    with running.worker() as worker:
        return feeds.load(worker.ledger, worker.base_id).mac_secret


@pytest.mark.parametrize("by", ["glow", "id"])
def test_a_signed_ping_wakes_one_pass_however_often_it_comes(glow, web, by):
    address = f"/hooks/airtable/{glow.base_id if by == 'id' else by}"
    mac = {"X-Airtable-Content-MAC": signed(secret_of(glow))}

    answers = [web.post(address, data=BODY, headers=mac).status_code for _ in range(3)]

    assert answers == [204, 204, 204]
    assert len(Queue(QUEUE_NAME, connection=Redis.from_url(load_settings().redis_url))) == 1


@pytest.mark.parametrize(
    ("base", "mac", "status"),
    [
        ("glow", "", 403),
        ("glow", "hmac-sha256=00", 403),
        ("glow", "hmac-sha256=\N{LATIN SMALL LETTER E WITH ACUTE}", 403),
        ("zen", "", 404),
    ],
)
def test_a_ping_that_airtable_did_not_sign_wakes_nobody(web, base, mac, status):
    answer = web.post(f"/hooks/airtable/{base}", data=BODY, headers={"X-Airtable-Content-MAC": mac})

    assert answer.status_code == status
    assert len(Queue(QUEUE_NAME, connection=Redis.from_url(load_settings().redis_url))) == 0


def test_without_redis_airtable_is_asked_to_ping_again(glow, monkeypatch):
    mac = {"X-Airtable-Content-MAC": signed(secret_of(glow))}
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    app = create_app(load_settings(), tuple(JOBS))

    answer = app.test_client().post("/hooks/airtable/glow", data=BODY, headers=mac)

    assert answer.status_code == 503


def test_without_a_secret_nothing_counts_as_signed():
    assert not is_signed(BODY, signed(""), "")
    assert not is_signed(BODY, "hmac-sha256=", "not base64!")


def test_a_change_that_no_ping_told_of_ends_the_trust_in_pings(redis):
    pings = Pings(redis, "appGlow")
    pings.arrived()
    pings.begin_poll()
    pings.polled(oldest=NOW, now=NOW + timedelta(hours=1), was_told=True)
    told = pings.are_trusted()

    pings.polled(oldest=NOW, now=NOW + LATE - timedelta(seconds=1), was_told=False)
    still = pings.are_trusted()
    pings.polled(oldest=NOW, now=NOW + LATE + timedelta(seconds=1), was_told=False)

    assert told
    assert still
    assert not pings.are_trusted()
