"""The attachment objects of a cell on its way in: {id} keeps a file, {url, filename?} adds one."""

import mimetypes
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from sandbox.airtable.model import Base


def file_of(base: Base, given: object, new_id: str) -> Mapping[str, object] | None:
    """The file that one object of a write means; None if it means none."""
    if not isinstance(given, Mapping):
        return None
    known = base.files.get(str(given.get("id")))
    if known is not None:
        return known
    url = urlsplit(str(given.get("url") or ""))
    if url.scheme not in ("http", "https") or not url.netloc:
        return None
    name = str(given.get("filename") or unquote(url.path.rsplit("/", 1)[-1]) or "file")
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    file = {"id": new_id, "filename": name, "size": 0, "type": kind} | dict(given)
    base.files[str(file["id"])] = file
    return file
