"""Whose a handle was, and when: order files know creators by handle, and handles change hands.

The spans of one handle never overlap. In a span of creator "" two creators could claim what was
sold, so it is held for a person; who else may be written to is not decided here.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Row, insert, select, update

from schemas.hashes import is_stand_in, stand_in
from worker.ledger.tables import CREATOR_HANDLES

ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)  # since when a handle is its first creator's
NOBODY = ""
_SPANS = CREATOR_HANDLES.c


def claim(connection: Connection, base: str, creator: str, handle: str, now: datetime) -> None:
    """The creator's row states this handle now; its other handles were left.

    From another creator it is taken over: what was sold between the two is nobody's.
    """
    _leave_others(connection, base, creator, handle, now)
    spans = _spans(connection, base, handle)
    last = spans[-1] if spans else None
    if last is None:
        _open(connection, base, handle, creator, ALWAYS)
    elif last.creator == creator:
        _change(connection, last, left_at=None)
    elif last.creator == NOBODY and len(spans) > 1 and spans[-2].creator == creator:
        # The other claim was a mistake: it was theirs all the time.
        connection.execute(CREATOR_HANDLES.delete().where(*_is(last)))
        _change(connection, spans[-2], until=None, left_at=None)
    else:
        _take_over(connection, last, creator, now)


def contest(connection: Connection, base: str, handle: str, now: datetime) -> None:
    """From now on two creators could claim the handle."""
    last = _spans(connection, base, handle)[-1:]
    if last and last[0].creator != NOBODY:
        _change(connection, last[0], until=_after(last[0], now))
        _open(connection, base, handle, NOBODY, _after(last[0], now))


def contested(connection: Connection, base: str) -> frozenset[str]:
    """The handles that two creators could claim at present."""
    query = select(_SPANS.handle).where(
        _SPANS.base == base, _SPANS.creator == NOBODY, _SPANS.until.is_(None)
    )
    return frozenset(connection.execute(query).scalars())


def changed_hands(connection: Connection, base: str) -> Mapping[str, Mapping[str, bool]]:
    """By creator the handles that were left or came from another: whether still in use."""
    query = select(CREATOR_HANDLES).where(
        _SPANS.base == base,
        _SPANS.creator != NOBODY,
        _SPANS.left_at.is_not(None) | _SPANS.until.is_not(None) | (_SPANS.since > ALWAYS),
    )
    found: dict[str, dict[str, bool]] = {}
    for span in connection.execute(query.order_by(_SPANS.since)):
        in_use = span.until is None and span.left_at is None
        found.setdefault(span.creator, {})[span.handle] = in_use
    return found


def spans_of(
    connection: Connection, base: str, creator: str, handle: str
) -> Sequence[tuple[datetime, datetime | None]]:
    """From when until when the handle was the creator's; None is until now."""
    spans = _spans(connection, base, handle)
    return [(span.since, span.until) for span in spans if span.creator == creator]


def forget(connection: Connection, base: str, creator: str) -> None:
    """Put stand-ins in the place of the creator's handles."""
    mine = (_SPANS.base == base, _SPANS.creator == creator)
    for span in connection.execute(select(CREATOR_HANDLES).where(*mine)).all():
        if not is_stand_in(span.handle):
            _change(connection, span, handle=stand_in("handle", span.handle))


def in_use(connection: Connection, base: str) -> frozenset[str]:
    """The handles of creators who were not forgotten."""
    query = select(_SPANS.handle).where(
        _SPANS.base == base, _SPANS.creator != NOBODY, _SPANS.until.is_(None)
    )
    return frozenset(h for h in connection.execute(query).scalars() if not is_stand_in(h))


def _leave_others(
    connection: Connection, base: str, creator: str, handle: str, now: datetime
) -> None:
    others = (_SPANS.handle != handle, _SPANS.until.is_(None), _SPANS.left_at.is_(None))
    mine = (_SPANS.base == base, _SPANS.creator == creator)
    connection.execute(update(CREATOR_HANDLES).where(*mine, *others).values(left_at=now))


def _take_over(
    connection: Connection, last: Row[tuple[object, ...]], by: str, now: datetime
) -> None:
    if last.creator == NOBODY:
        _change(connection, last, until=_after(last, now))
    elif last.left_at is not None and _after(last, last.left_at) < now:
        left = _after(last, last.left_at)
        _change(connection, last, until=left)
        _open(connection, last.base, last.handle, NOBODY, left)
        _change(connection, _spans(connection, last.base, last.handle)[-1], until=now)
    else:
        _change(connection, last, until=_after(last, now))
    _open(connection, last.base, last.handle, by, _after(last, now))


def _after(span: Row[tuple[object, ...]], at: datetime) -> datetime:
    """That instant; right after the span began, should the clock have jumped back."""
    since: datetime = span.since
    return max(at, since + timedelta(microseconds=1))


def _open(connection: Connection, base: str, handle: str, creator: str, since: datetime) -> None:
    new = {"base": base, "handle": handle, "creator": creator, "since": since}
    connection.execute(insert(CREATOR_HANDLES).values(**new))


def _spans(connection: Connection, base: str, handle: str) -> Sequence[Row[tuple[object, ...]]]:
    query = select(CREATOR_HANDLES).where(_SPANS.base == base, _SPANS.handle == handle)
    return connection.execute(query.order_by(_SPANS.since)).all()


def _change(connection: Connection, span: Row[tuple[object, ...]], **values: object) -> None:
    connection.execute(update(CREATOR_HANDLES).where(*_is(span)).values(**values))


def _is(span: Row[tuple[object, ...]]) -> Sequence[ColumnElement[bool]]:
    return (
        _SPANS.base == span.base,
        _SPANS.handle == span.handle,
        _SPANS.since == span.since,
    )
