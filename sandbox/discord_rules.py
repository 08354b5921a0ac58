"""What Discord accepts as a message: its size limits, and the body of its 400 when one is crossed.

Numbers are inclusive and count what is left after trimming, as Discord does.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

CONTENT = 2000
USERNAME = 80
EMBEDS = 10
EMBED_FIELDS = 25
EMBED_TOTAL = 6000
FILES = 10
FILE_BYTES = 10 * 1024 * 1024
MENTIONS = 100
EMBED_TEXTS: Mapping[tuple[str, ...], int] = {
    ("title",): 256,
    ("description",): 4096,
    ("author", "name"): 256,
    ("footer", "text"): 2048,
}
FIELD_TEXTS: Mapping[str, int] = {"name": 256, "value": 1024}
MENTION_KINDS = frozenset({"users", "roles", "everyone"})


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing Discord would not take, and where in the body it is."""

    path: tuple[str, ...]
    code: str
    message: str


def form_error(flaws: Sequence[Flaw]) -> dict[str, Any]:
    """The body of the 400: flaws nested by their path."""
    tree: dict[str, Any] = {}
    for flaw in flaws:
        node = tree
        for key in flaw.path:
            node = node.setdefault(key, {})
        node.setdefault("_errors", []).append({"code": flaw.code, "message": flaw.message})
    return {"code": 50035, "message": "Invalid Form Body", "errors": tree}


def flaws_in(body: Mapping[str, Any]) -> tuple[Flaw, ...]:
    """Everything in a message's body that is not as Discord wants it."""
    return (
        *_too_long(body.get("content"), ("content",), CONTENT),
        *_too_long(body.get("username"), ("username",), USERNAME),
        *_in_embeds(body.get("embeds") or []),
        *_in_mentions(body.get("allowed_mentions")),
    )


def is_empty(message: Mapping[str, Any], files: int) -> bool:
    """Whether nothing would be shown."""
    return not (_trimmed(message.get("content")) or message.get("embeds") or files)


def _trimmed(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _too_long(value: object, path: tuple[str, ...], limit: int) -> Iterator[Flaw]:
    if value is not None and not isinstance(value, str):
        yield Flaw(path, "STRING_TYPE_CONVERT", "Could not interpret value as string.")
    elif len(_trimmed(value)) > limit:
        yield Flaw(path, "BASE_TYPE_MAX_LENGTH", f"Must be {limit} or fewer in length.")


def _in_embeds(embeds: object) -> Iterator[Flaw]:
    if not isinstance(embeds, list) or not all(isinstance(embed, dict) for embed in embeds):
        yield Flaw(("embeds",), "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        return
    if len(embeds) > EMBEDS:
        yield Flaw(("embeds",), "BASE_TYPE_MAX_LENGTH", f"Must be {EMBEDS} or fewer in length.")
    for place, embed in enumerate(embeds):
        yield from _in_embed(embed, ("embeds", str(place)))
    if sum(len(text) for embed in embeds for text in _texts(embed)) > EMBED_TOTAL:
        wording = f"Embed size exceeds maximum size of {EMBED_TOTAL}"
        yield Flaw(("embeds",), "MAX_EMBED_SIZE_EXCEEDED", wording)


def _in_embed(embed: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[Flaw]:
    for keys, limit in EMBED_TEXTS.items():
        yield from _too_long(_at(embed, keys), (*path, *keys), limit)
    fields = _fields(embed)
    if len(fields) > EMBED_FIELDS:
        wording = f"Must be {EMBED_FIELDS} or fewer in length."
        yield Flaw((*path, "fields"), "BASE_TYPE_MAX_LENGTH", wording)
    for place, shown in enumerate(fields):
        for key, limit in FIELD_TEXTS.items():
            where = (*path, "fields", str(place), key)
            yield from _too_long(shown.get(key), where, limit)
            if not _trimmed(shown.get(key)):
                yield Flaw(where, "BASE_TYPE_REQUIRED", "This field is required")


def _in_mentions(allowed: object) -> Iterator[Flaw]:
    path = ("allowed_mentions",)
    if allowed is None:
        return
    if not isinstance(allowed, dict):
        yield Flaw(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
        return
    kinds = set(map(str, allowed.get("parse") or ()))
    for kind in sorted(kinds - MENTION_KINDS):
        yield Flaw((*path, "parse"), "BASE_TYPE_CHOICES", f"{kind!r} is no kind of mention.")
    for kind in ("users", "roles"):
        ids = allowed.get(kind) or []
        if ids and kind in kinds:
            wording = f"parse:[{kind!r}] and {kind}: [ids...] are mutually exclusive."
            yield Flaw(path, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", wording)
        if len(ids) > MENTIONS:
            wording = f"Must be {MENTIONS} or fewer in length."
            yield Flaw((*path, kind), "BASE_TYPE_MAX_LENGTH", wording)


def _texts(embed: Mapping[str, Any]) -> Iterator[str]:
    yield from (_trimmed(_at(embed, keys)) for keys in EMBED_TEXTS)
    yield from (_trimmed(shown.get(key)) for shown in _fields(embed) for key in FIELD_TEXTS)


def _fields(embed: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [shown for shown in embed.get("fields") or () if isinstance(shown, dict)]


def _at(embed: Mapping[str, Any], keys: tuple[str, ...]) -> object:
    value: object = embed
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value
