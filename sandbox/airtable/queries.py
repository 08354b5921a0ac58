"""A listing's parameters, from the query string or from a listRecords body, as a Query."""

import re
from collections.abc import Mapping
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from werkzeug.datastructures import MultiDict

from sandbox.airtable.display import Look
from sandbox.airtable.errors import invalid_request
from sandbox.airtable.reading import PAGE, Query

_SORT = re.compile(r"sort\[(\d+)\]\[(field|direction)\]")
_FALSE = ("", "0", "false", "none")


def flag(value: object) -> bool:
    """A boolean as clients send it: true, "true", 1, "1" or their opposites."""
    return str(value).lower() not in _FALSE


def from_url(args: MultiDict[str, str]) -> Query:
    """GET's parameters."""
    rules: dict[int, dict[str, str]] = {}
    for name in args:
        found = _SORT.fullmatch(name)
        if found:
            rules.setdefault(int(found[1]), {})[found[2]] = args[name]
    asked: dict[str, object] = {name: args[name] for name in _PLAIN if name in args}
    fields = args.getlist("fields[]") or args.getlist("fields")
    return from_body(
        asked
        | ({"fields": fields} if fields else {})
        | {"sort": [rules[place] for place in sorted(rules)]}
        | {"recordMetadata": args.getlist("recordMetadata[]") or args.getlist("recordMetadata")}
    )


def from_body(body: Mapping[str, object]) -> Query:
    """The JSON of POST listRecords."""
    fields, rules = body.get("fields"), body.get("sort") or []
    if fields is not None and not isinstance(fields, list):
        raise invalid_request()
    metadata = body.get("recordMetadata") or []
    return Query(
        view=str(body.get("view") or ""),
        formula=str(body.get("filterByFormula") or "").strip(),
        fields=[str(name) for name in fields] if fields is not None else None,
        sort=[_rule(rule) for rule in rules] if isinstance(rules, list) else (),
        page_size=_count(body.get("pageSize"), PAGE) or PAGE,
        max_records=_count(body.get("maxRecords"), None),
        offset=str(body.get("offset") or ""),
        by_id=flag(body.get("returnFieldsByFieldId", "")),
        look=look(body),
        counts_comments=isinstance(metadata, list) and "commentCount" in metadata,
    )


def look(asked: Mapping[str, object]) -> Look | None:
    """How cellFormat=string wants cells to look; it takes timeZone and userLocale together."""
    form, zone, locale = (str(asked.get(name) or "") for name in LOOK)
    if form in ("", "json"):
        return None
    if form != "string" or not zone or not locale:
        raise invalid_request()
    try:
        return Look(ZoneInfo(zone), locale)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise invalid_request() from error


LOOK = ("cellFormat", "timeZone", "userLocale")
_PLAIN = (
    "view", "filterByFormula", "pageSize", "maxRecords", "offset", "returnFieldsByFieldId", *LOOK,
)  # fmt: skip


def _rule(rule: object) -> tuple[str, bool]:
    if not isinstance(rule, Mapping) or rule.get("direction", "asc") not in ("asc", "desc"):
        raise invalid_request()
    return str(rule.get("field")), rule.get("direction") == "desc"


def _count(value: object, most: int | None) -> int | None:
    if value is None or value == "":
        return most
    try:
        count = int(str(value))
    except ValueError as error:
        raise invalid_request() from error
    if count < 1 or (most is not None and count > most):
        raise invalid_request()
    return count
