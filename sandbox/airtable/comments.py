"""Comments on a record: newest first, pages of at most 100, mentions as @[usr…].

The caller holds the base's lock. A record's comments go with it.
"""

import re
from collections.abc import Mapping, Sequence

from werkzeug.datastructures import MultiDict

from sandbox.airtable import errors
from sandbox.airtable.actors import API, collaborator
from sandbox.airtable.model import Base, Table, instant
from sandbox.airtable.store import Store

Json = Mapping[str, object]
PAGE = 100
_MENTION = re.compile(r"@\[(usr\w+)\]")


def answer(
    store: Store, base: Base, call: Sequence[str], query: MultiDict[str, str], body: Json
) -> Json:
    """The answer to one call; `call` is the method, the record's id and perhaps a comment's."""
    match call:
        case "GET", record_id:
            return _page(base, record_id, query)
        case "POST", record_id:
            return write(store, base, record_id, body, API.user)
        case "PATCH", record_id, comment_id:
            return _edit(store, base, _own(base, record_id, comment_id), body)
        case "DELETE", record_id, comment_id:
            base.comments[record_id].remove(_own(base, record_id, comment_id))
            return {"id": comment_id, "deleted": True}
        case _:
            raise errors.NotFound


def write(
    store: Store, base: Base, record_id: str, body: Json, author: Mapping[str, str]
) -> dict[str, object]:
    """Add a comment, as the API or as a person at the record."""
    written = base.comments.setdefault(record_id, [])
    parent = body.get("parentCommentId")
    if parent is not None and all(comment["id"] != parent for comment in written):
        raise errors.invalid_request("parentCommentId is no comment of this record.")
    comment: dict[str, object] = {
        "id": store.new_id("com"),
        "author": dict(collaborator(author)),
        "createdTime": instant(store.now()),
        "lastUpdatedTime": None,
        "reactions": [],
    } | ({"parentCommentId": parent} if parent else {})
    _put_text(base, comment, body)
    written.insert(0, comment)
    return comment


def check_record(table: Table, record_id: str) -> None:
    """ApiError 404 if the table has no such record."""
    if record_id not in table.rows:
        raise errors.record_not_found()


def _put_text(base: Base, comment: dict[str, object], body: Json) -> None:
    said = body.get("text")
    if not isinstance(said, str) or not said.strip():
        raise errors.invalid_request()
    comment["text"] = said
    named = [i for i in dict.fromkeys(_MENTION.findall(said)) if i in base.people]
    comment.pop("mentioned", None)
    if named:
        comment["mentioned"] = {i: _mentioned(base.people[i]) for i in named}


def _mentioned(user: Mapping[str, object]) -> Json:
    return {
        "id": user["id"],
        "type": "user",
        "displayName": user.get("name") or user.get("email"),
        "email": user.get("email"),
    }


def _page(base: Base, record_id: str, query: MultiDict[str, str]) -> Json:
    written = base.comments.get(record_id, [])
    size = _size(query.get("pageSize", str(PAGE)))
    offset = query.get("offset", "")
    ids = [comment["id"] for comment in written]
    if offset and offset not in ids:
        raise errors.invalid_request()
    start = ids.index(offset) if offset else 0
    end = start + size
    return {"comments": written[start:end], "offset": ids[end] if end < len(ids) else None}


def _size(asked: str) -> int:
    if not asked.isdecimal() or not 1 <= int(asked) <= PAGE:
        raise errors.invalid_request()
    return int(asked)


def _own(base: Base, record_id: str, comment_id: str) -> dict[str, object]:
    """A comment the token's user may edit or delete: one of its own."""
    for comment in base.comments.get(record_id, ()):
        author = comment["author"]
        if comment["id"] != comment_id:
            continue
        if isinstance(author, Mapping) and author.get("id") == API.user["id"]:
            return comment
        raise errors.forbidden()
    raise errors.NotFound


def _edit(store: Store, base: Base, comment: dict[str, object], body: Json) -> Json:
    _put_text(base, comment, body)
    comment["lastUpdatedTime"] = instant(store.now())
    return comment
