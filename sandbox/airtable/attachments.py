"""Attachments: added by URL, kept by id, uploaded, and downloaded from the sandbox's own address.

What a URL points to is not fetched. An uploaded file's URL ends after two hours, as Airtable's do.
"""

import base64
import binascii
from collections.abc import Mapping
from urllib.parse import quote

from flask import Blueprint, Response, abort, request

from sandbox.airtable import errors, writing
from sandbox.airtable.cells import Draft
from sandbox.airtable.model import EXPIRES, Base, Field, Record, Table
from sandbox.airtable.store import Store
from sandbox.airtable.writing import Change
from sandbox.world import World

Json = Mapping[str, object]
MOST_BYTES = 5 * 1024 * 1024


def front(world: World) -> Blueprint:
    """The downloads: outside of the API, without a token, never counted."""
    downloads = Blueprint("attachments", __name__, url_prefix="/attachments")

    @downloads.get("/<base_id>/<file_id>/<path:_name>")
    def download(base_id: str, file_id: str, _name: str) -> Response:
        base = world.airtable.bases.get(base_id) or abort(404)
        file, content = base.files.get(file_id), base.contents.get(file_id)
        if file is None or content is None:
            abort(404)
        ends = request.args.get(EXPIRES, "")
        if not ends.isdecimal() or int(ends) < world.clock.now().timestamp():
            abort(410)
        return Response(content, content_type=str(file["type"]))

    return downloads


def upload(store: Store, base: Base, record_id: str, field: str, body: Json, *, host: str) -> Json:
    """POST …/uploadAttachment: append a file to a cell; all of the cell by the field's id."""
    table, record = _record(base, record_id)
    column = _column(table, field)
    content, name = _content(body), str(body["filename"])
    file_id = store.new_id("att")
    file: dict[str, object] = {
        "id": file_id,
        "url": f"{host}attachments/{base.id}/{file_id}/{quote(name, safe='')}?{EXPIRES}=",
        "filename": name,
        "size": len(content),
        "type": str(body["contentType"]),
    }
    base.files[file_id], base.contents[file_id] = file, content
    there = record.cells.get(column.id)
    cell = [*there, file] if isinstance(there, list) else [file]
    change = Change(record_id, {column.id: cell})
    writing.apply(table, [change], Draft(base, store.new_id), store.now())
    return table.json(record, frozenset([column.id]), by_id=True)


def _record(base: Base, record_id: str) -> tuple[Table, Record]:
    for table in base.tables.values():
        if record_id in table.rows:
            return table, table.rows[record_id]
    raise errors.record_not_found()


def _column(table: Table, field: str) -> Field:
    column = table.field(field)
    if column is None:
        raise errors.unknown_field(field)
    if column.type != "multipleAttachments":
        raise errors.bad_value(column.name)
    return column


def _content(body: Json) -> bytes:
    if not all(isinstance(body.get(key), str) for key in ("contentType", "filename", "file")):
        raise errors.invalid_request()
    try:
        content = base64.b64decode(str(body["file"]), validate=True)
    except binascii.Error as error:
        raise errors.invalid_request() from error
    if len(content) > MOST_BYTES:
        raise errors.too_large()
    return content
