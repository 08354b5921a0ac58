"""The sandbox counts as strictly as Airtable: the sixth arrival in a second closes the base."""

import pytest
import requests

from sandbox.airtable.errors import ApiError
from sandbox.airtable.limits import Gate
from sandbox.world import Limits
from tests.builders_sandbox import BASE_ID, client, running_sandbox


class Seconds:
    """A monotonic clock moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def admitted(gate: Gate, limits: Limits, base: str = "appA", *, is_data: bool = True) -> str:
    try:
        gate.admit(base, limits, "2026-11", is_data=is_data)
    except ApiError as error:
        envelope = error.body["error"]
        assert isinstance(envelope, dict)
        return str(envelope["type"])
    return "ok"


def test_the_sixth_arrival_within_a_second_is_refused_and_starts_the_penalty():
    seconds, limits = Seconds(), Limits(per_second=5, penalty_s=30)
    gate = Gate(seconds)

    assert [admitted(gate, limits) for _ in range(6)] == ["ok"] * 5 + ["RATE_LIMIT_REACHED"]
    seconds.now += 29.9
    assert admitted(gate, limits) == "RATE_LIMIT_REACHED"
    assert admitted(gate, limits, "appB") == "ok"
    seconds.now += 0.2
    assert admitted(gate, limits) == "ok"


def test_five_arrivals_in_any_second_are_admitted_for_ever():
    seconds, limits = Seconds(), Limits()
    gate = Gate(seconds)

    for _ in range(50):
        assert admitted(gate, limits) == "ok"
        seconds.now += 0.2001


def test_a_used_up_month_refuses_rows_but_not_the_schema():
    gate, limits = Gate(Seconds()), Limits(per_second=100, monthly_calls=2)

    calls = [admitted(gate, limits) for _ in range(3)]

    assert calls == ["ok", "ok", "PUBLIC_API_BILLING_LIMIT_EXCEEDED"]
    assert admitted(gate, limits, is_data=False) == "ok"


def test_limits_set_over_http_bind_the_next_call():
    with running_sandbox() as (_, _, server), client(server) as api:
        tight = {"per_second": 1, "penalty_s": 30, "monthly_calls": None}
        requests.post(f"{server.url}/sandbox/limits", json=tight, timeout=5).raise_for_status()
        api.base(BASE_ID).schema()

        with pytest.raises(requests.HTTPError) as error:
            api.base(BASE_ID).schema(force=True)

        assert error.value.response.json() == {
            "error": {
                "type": "RATE_LIMIT_REACHED",
                "message": "Rate limit exceeded. Please try again later",
            }
        }
        assert "Retry-After" not in error.value.response.headers
