"""The control API under /sandbox: what tests and the demo tell the world, and read back from it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, jsonify, request

from sandbox.airtable import collaborators, hooks, schema
from sandbox.airtable.errors import ApiError
from sandbox.airtable.store import Store
from sandbox.airtable.ui import DOORS
from sandbox.world import Fault, World


def front(world: World) -> Blueprint:
    """Requests, limits, faults, clock, views and bases."""
    control = Blueprint("control", __name__, url_prefix="/sandbox")
    _logs(control, world)
    _brakes(control, world)
    _bases(control, world.airtable)
    _hands(control, world.airtable)
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
        world.limits = replace(world.limits, **_body())
        return jsonify(vars(world.limits))

    @control.errorhandler(KeyError)
    @control.errorhandler(TypeError)
    @control.errorhandler(ValueError)
    def misused(error: Exception) -> tuple[Response, int]:
        return jsonify({"error": f"{type(error).__name__}: {error}"}), 400

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
    @control.post("/views")
    def add_view() -> Response:
        asked = _body()
        base, table = store.base(asked["base"]), store.table(asked["base"], asked["table"])
        with base.lock:
            view = schema.add_view(base, table, asked, store.new_id)
        return jsonify({"id": view.id, "name": view.name})

    @control.delete("/views")
    def remove_view() -> Response:
        asked = _body()
        view_id = store.delete_view(asked["base"], asked["table"], asked["name"])
        return jsonify({"id": view_id, "deleted": True})

    @control.post("/bases")
    def add_base() -> Response:
        asked = _body()
        base = store.add_base(asked["id"], asked["name"], asked["tables"])
        for user in asked.get("collaborators", ()):
            collaborators.learn(base, user)
        return jsonify({"id": base.id, "tables": [t.meta() for t in base.tables.values()]})

    @control.errorhandler(ApiError)
    def refused(error: ApiError) -> tuple[Response, int]:
        return jsonify(error.body), error.status


def _hands(control: Blueprint, store: Store) -> None:
    @control.post("/ui")
    def ui() -> Response:
        """{"do": "rename_field", "base", …}: one act of a person, as in `sandbox.airtable.ui`."""
        asked = dict(_body())
        do = asked.pop("do")
        if do not in DOORS:
            raise ValueError(f"do must be one of {', '.join(DOORS)}")
        return jsonify({"done": getattr(store, do)(**asked)})

    @control.post("/offsets")
    def offsets() -> Response:
        """{"expire": true} forgets every listing under way; {"live_s": 300} sets their life."""
        asked = _body()
        for base in list(store.bases.values()):
            with base.lock:
                base.listing_life = timedelta(
                    seconds=asked.get("live_s", base.listing_life.total_seconds())
                )
                if asked.get("expire"):
                    base.forget_listings()
        return jsonify({})

    @control.post("/webhooks")
    def webhooks() -> Response:
        """{"base", "do"}: lose_payloads, expire, or delete all of a base's webhooks."""
        asked = _body()
        base = store.base(asked["base"])
        with base.lock:
            return jsonify({"hooks": hooks.suffer(base.hooks, asked["do"], store.now())})


def _body() -> Mapping[str, Any]:
    body = request.get_json(force=True)
    return body if isinstance(body, dict) else {}
