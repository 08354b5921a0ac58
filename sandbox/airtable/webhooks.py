"""The webhooks API under /v0/bases/BASE/webhooks: create, list, payloads, refresh, delete."""

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime

from sandbox.airtable.errors import ApiError, NotFound, invalid_request
from sandbox.airtable.hooks import ALL, LIFE, Hook, Specification
from sandbox.airtable.model import Base, instant
from sandbox.airtable.store import Store

Json = Mapping[str, object]
MOST = 10
PAGE = 50
_DATA_TYPES = frozenset({"tableData", "tableFields", "tableMetadata"})
_CHANGE_TYPES = frozenset({"add", "update", "remove"})
_SOURCES = frozenset(
    {
        "client", "publicApi", "formSubmission", "formPageSubmission", "automation", "system",
        "sync", "anonymousUser", "unknown",
    }
)  # fmt: skip


def answer(
    store: Store, base: Base, call: Sequence[str], query: Mapping[str, str], body: Json
) -> Json:
    """The answer to one call: its method and what follows /webhooks. The base's lock is held."""
    now = store.now()
    for gone in [hook.id for hook in base.hooks.values() if hook.is_gone(now)]:
        del base.hooks[gone]
    match call:
        case ("GET",):
            return {"webhooks": [_shown(hook, now) for hook in base.hooks.values()]}
        case ("POST",):
            return _create(store, base, body, now)
        case "DELETE", hook_id:
            del base.hooks[_hook(base, hook_id).id]
            return {}
        case "GET", hook_id, "payloads":
            return _payloads(_hook(base, hook_id), query, now)
        case "POST", hook_id, "refresh":
            return _refresh(_hook(base, hook_id), now)
        case "POST", hook_id, "enableNotifications":
            return _notify(_hook(base, hook_id), body)
        case _:
            raise NotFound


def _hook(base: Base, hook_id: str) -> Hook:
    if hook_id not in base.hooks:
        raise NotFound
    return base.hooks[hook_id]


def _shown(hook: Hook, now: datetime) -> Json:
    return {
        "id": hook.id,
        "specification": hook.written,
        "notificationUrl": hook.url,
        "cursorForNextPayload": hook.next,
        "isHookEnabled": hook.is_enabled(now),
        "areNotificationsEnabled": hook.notifies,
        "expirationTime": instant(hook.expires_at),
        "lastSuccessfulNotificationTime": hook.notified_at and instant(hook.notified_at),
        "lastNotificationResult": hook.result,
    }


def _create(store: Store, base: Base, body: Json, now: datetime) -> Json:
    written, url = body.get("specification"), body.get("notificationUrl")
    if not isinstance(written, Mapping) or not (url is None or isinstance(url, str)):
        raise invalid_request()
    specification = _specification(base, written)
    if len(base.hooks) >= MOST:
        raise ApiError(422, "TOO_MANY_WEBHOOKS_IN_BASE", f"A base can have at most {MOST} webhooks")
    hook = Hook(
        store.new_id("ach"), store.new_id("").encode(), specification, written, now + LIFE, url
    )
    base.hooks[hook.id] = hook
    return {
        "id": hook.id,
        "macSecretBase64": base64.b64encode(hook.secret).decode(),
        "expirationTime": instant(hook.expires_at),
    }


def _specification(base: Base, written: Json) -> Specification:
    options = _mapping(written.get("options"))
    filters, includes = _mapping(options.get("filters")), _mapping(options.get("includes") or {})
    data_types = _words(filters, "dataTypes", _DATA_TYPES)
    if not data_types:
        raise invalid_request()
    scope = str(filters.get("recordChangeScope") or "")
    models = {i for table in base.tables.values() for i in (table.id, *table.views)}
    fields = frozenset(i for table in base.tables.values() for i in table.fields)
    if scope and scope not in models:
        raise invalid_request()
    also = includes.get("includeCellValuesInFieldIds")
    return Specification(
        data_types,
        scope,
        _words(filters, "changeTypes", _CHANGE_TYPES),
        _words(filters, "fromSources", _SOURCES),
        _words(filters, "watchDataInFieldIds", fields),
        _words(filters, "watchSchemasOfFieldIds", fields),
        frozenset({ALL})
        if also == ALL
        else _words(includes, "includeCellValuesInFieldIds", fields),
        bool(includes.get("includePreviousCellValues")),
        bool(includes.get("includePreviousFieldDefinitions")),
    )


def _mapping(json: object) -> Json:
    if not isinstance(json, Mapping):
        raise invalid_request()
    return json


def _words(json: Json, name: str, allowed: frozenset[str]) -> frozenset[str]:
    words = json.get(name) or []
    if not isinstance(words, list) or not allowed.issuperset(map(str, words)):
        raise invalid_request()
    return frozenset(map(str, words))


def _payloads(hook: Hook, query: Mapping[str, str], now: datetime) -> Json:
    """Reading keeps an enabled hook alive; it does not revive an expired one."""
    try:
        cursor, limit = int(query.get("cursor") or 1), int(query.get("limit") or PAGE)
    except ValueError as error:
        raise invalid_request() from error
    if cursor < 1 or limit < 1:
        raise invalid_request()
    payloads, after = hook.read(cursor, min(limit, PAGE), now)
    if hook.is_enabled(now):
        hook.expires_at = now + LIFE
    return {"payloads": payloads, "cursor": after, "mightHaveMore": after < hook.next}


def _refresh(hook: Hook, now: datetime) -> Json:
    if not hook.is_enabled(now):
        raise invalid_request("The webhook has expired and can no longer be refreshed.")
    hook.expires_at = now + LIFE
    return {"expirationTime": instant(hook.expires_at)}


def _notify(hook: Hook, body: Json) -> Json:
    if not isinstance(body.get("enable"), bool):
        raise invalid_request()
    hook.notifies, hook.failures = bool(body["enable"]), 0
    return {}
