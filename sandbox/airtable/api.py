"""The Airtable Web API under /v0: token, brakes and faults first, then the route."""

import json
import re
from collections.abc import Mapping, Sequence
from urllib.parse import unquote, urlsplit

from flask import Blueprint, Request, Response, request

from sandbox.airtable import (
    attachments,
    comments,
    errors,
    meta,
    queries,
    reading,
    records,
    webhooks,
)
from sandbox.airtable.actors import API
from sandbox.airtable.errors import ApiError
from sandbox.airtable.journal import transaction
from sandbox.airtable.limits import Gate
from sandbox.airtable.model import Base, Table
from sandbox.airtable.records import Write
from sandbox.airtable.store import Store
from sandbox.wire import FAULT, base_in
from sandbox.world import World

TOKEN = "patSANDBOX.0000"  # noqa: S105  # the one token the sandbox knows; it opens nothing else
Json = Mapping[str, object]
LONGEST_URL = 16_000
LARGEST_BODY = 10_000_000  # Airtable names no figure
_METHODS = ["GET", "POST", "PATCH", "PUT", "DELETE"]
_FAULTS = {
    "401": errors.unauthenticated,
    "403": errors.forbidden,
    "403 model": errors.no_such_model,
    "404": errors.NotFound,
    "404 model": errors.record_not_found,
    "413": errors.too_large,
    "422": errors.invalid_request,
    "429": errors.rate_limited,
    "500": errors.broken,
    "503": errors.retriable,
    "billing_limit": errors.billing_limited,
}
# Any other refusal by its status and type: "403 INVALID_PERMISSIONS"; "404 NOT_FOUND".
_NAMED = re.compile(r"(4\d\d|5\d\d) ([A-Z_]+)")


def front(world: World) -> Blueprint:
    """Everything under /v0."""
    airtable = Blueprint("airtable", __name__, url_prefix="/v0")
    gate = Gate()

    @airtable.route("/<path:_rest>", methods=_METHODS)
    def call(_rest: str) -> Response:
        try:
            _admit(world, gate, request)
            return _json(_answer(world.airtable, request))
        except ApiError as error:
            return _json(error.body, error.status)

    return airtable


def _json(body: Json, status: int = 200) -> Response:
    return Response(
        json.dumps(body, ensure_ascii=False, separators=(",", ":")),
        status,
        content_type="application/json; charset=utf-8",
    )


def _admit(world: World, gate: Gate, call: Request) -> None:
    fault = str(call.environ.get(FAULT) or "")
    named = _NAMED.fullmatch(fault)
    if named:
        raise ApiError(int(named[1]), named[2])
    if fault in _FAULTS:
        refusal = _FAULTS[fault]()
        raise refusal
    if call.headers.get("Authorization") != f"Bearer {TOKEN}":
        raise errors.unauthenticated()
    is_data = not call.path.startswith("/v0/meta/")
    month = world.clock.now().strftime("%Y-%m")
    base_id = base_in(call.path)
    gate.admit(base_id, world.limits, month, is_data=is_data)
    if fault == "expire_offset" and base_id in world.airtable.bases:
        world.airtable.bases[base_id].forget_listings()
    if len(str(call.environ["RAW_URI"])) >= LONGEST_URL:
        raise errors.too_long()
    if int(call.headers.get("Content-Length") or 0) > LARGEST_BODY:
        raise errors.too_large()


def _answer(store: Store, call: Request) -> Json:
    """The path is split before it is unquoted: a table's name may hold a slash."""
    raw = urlsplit(str(call.environ["RAW_URI"])).path
    path = [unquote(part) for part in raw.split("/") if part][1:]
    match path:
        case ["meta", *rest]:
            return meta.answer(store, call.method, rest, call.args, _body(call))
        case ["bases", base_id, "webhooks", *rest]:
            base = store.base(base_id)
            with base.lock:
                asked = (call.method, *rest)
                return webhooks.answer(store, base, asked, call.args, _body(call, {}))
        case ["bases", *_]:
            raise errors.NotFound
        case [base_id, record_id, field, "uploadAttachment"] if call.method == "POST":
            base = store.base(base_id)
            with transaction(base, API, store.now()):
                host = call.host_url
                return attachments.upload(store, base, record_id, field, _body(call), host=host)
        case [base_id, table_name, *rest]:
            base, table = store.base(base_id), store.table(base_id, table_name)
            with transaction(base, API, store.now()):
                return _records(store, base, table, rest)
        case _:
            raise errors.NotFound


def _records(  # noqa: PLR0911  # one return per route
    store: Store, base: Base, table: Table, rest: Sequence[str]
) -> Json:
    match request.method, *rest:
        case ("GET",):
            return reading.page(
                base, table, queries.from_url(request.args), store.now(), store.new_id
            )
        case "POST", "listRecords":
            look = {name: request.args[name] for name in queries.LOOK if name in request.args}
            query = queries.from_body({**look, **_body(request)})
            return reading.page(base, table, query, store.now(), store.new_id)
        case "GET", record_id:
            return _one(base, table, record_id)
        case _, record_id, "comments", *rest:
            comments.check_record(table, record_id)
            call = (request.method, record_id, *rest)
            return comments.answer(store, base, call, request.args, _body(request))
        case ("POST",):
            return records.create(store, base, table, _body(request))
        case ("PATCH" | "PUT",):
            return records.update(store, base, table, _write())
        case "PATCH" | "PUT", record_id:
            return records.update_one(store, base, table, record_id, _write())
        case ("DELETE",):
            ids = request.args.getlist("records[]") or request.args.getlist("records")
            return records.delete(base, table, ids)
        case "DELETE", record_id:
            return records.delete_one(base, table, record_id)
        case _:
            raise errors.NotFound


def _one(base: Base, table: Table, record_id: str) -> Json:
    if set(request.args) - {*queries.LOOK, "returnFieldsByFieldId"}:
        raise errors.invalid_request()
    by_id = queries.flag(request.args.get("returnFieldsByFieldId", ""))
    return records.one(base, table, record_id, by_id=by_id, look=queries.look(request.args))


def _write() -> Write:
    return Write(_body(request), replaces=request.method == "PUT")


def _body(call: Request, nothing: Json | None = None) -> Json:
    """The call's JSON object; `nothing` if it carries no body and may."""
    written = call.get_data()
    if call.method in ("GET", "DELETE"):
        return {}
    if nothing is not None and not written:
        return nothing
    try:
        body = json.loads(written)
    except ValueError as error:
        raise ApiError(400, "INVALID_REQUEST_UNKNOWN", "Could not parse request body") from error
    if not isinstance(body, dict):
        raise errors.invalid_request()
    return body
