"""The control API under /sandbox: what tests and the demo tell the world, and read back from it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request

from sandbox.airtable.store import Store
from sandbox.world import Fault, Limits, World


def front(world: World) -> Blueprint:
    """Requests, limits, faults, clock, views and bases."""
    control = Blueprint("control", __name__, url_prefix="/sandbox")
    _logs(control, world)
    _brakes(control, world)
    _bases(control, world.airtable)
    return control


def _logs(control: Blueprint, world: World) -> None:
    @control.get("/requests")
    def requests() -> Response:
        return jsonify(list(world.requests))

    @control.delete("/requests")
    def forget_requests() -> Response:
        world.requests.clear()
        return jsonify({})


def _brakes(control: Blueprint, world: World) -> None:
    @control.post("/limits")
    def limits() -> Response:
        world.limits = Limits(**_body())
        return jsonify(vars(world.limits))

    @control.post("/faults")
    def faults() -> Response:
        world.faults.add(Fault(**_body()))
        return jsonify({})

    @control.delete("/faults")
    def no_faults() -> Response:
        world.faults.clear()
        return jsonify({})

    @control.post("/clock")
    def clock() -> Response:
        asked = _body()
        if "now" in asked:
            world.clock.set(datetime.fromisoformat(asked["now"]))
        if "speed" in asked:
            world.clock.run_at(float(asked["speed"]))
        return jsonify({"now": world.clock.now().isoformat()})


def _bases(control: Blueprint, store: Store) -> None:
    pass


def _body() -> Mapping[str, Any]:
    body = request.get_json(force=True)
    return body if isinstance(body, dict) else {}
