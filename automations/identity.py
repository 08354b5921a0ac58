"""Who a row is: rows matched to known creators by record id, open id, handle or e-mail.

A row matching a known creator is that creator, also after deletion and re-import. What matches
two creators, or was somebody else before, is a Problem; of two rows of one creator the older is
worked.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from schemas.outreach import Identified, KnownCreator
from schemas.problems import Problem
from schemas.records import CreatorRow
from schemas.tables import creators

Identity = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Matched:
    """Rows of known creators, rows of creators who need a new id, and rows a person must fix."""

    identified: tuple[Identified, ...]
    fresh: tuple[CreatorRow, ...]
    problems: tuple[Problem, ...]


def match_rows(rows: Sequence[CreatorRow], known: Sequence[KnownCreator]) -> Matched:
    """Decide who each row is, oldest rows first, whatever order they come in."""
    owner_of = _owners(known)
    by_id = {creator.id: creator for creator in known}
    identified: dict[str, CreatorRow] = {}
    fresh: list[CreatorRow] = []
    seen: dict[Identity, CreatorRow] = {}
    problems: list[Problem] = []
    for row in sorted(rows, key=lambda row: (row.created_at, row.record_id)):
        found = {owner_of[identity] for identity in _stated(row) if identity in owner_of}
        twin = next((seen[i] for i in _stated(row) if i in seen), None)
        if twin is None and len(found) == 1:
            twin = identified.get(next(iter(found)))
        seen.update(dict.fromkeys(_stated(row), twin or row))
        if len(found) > 1:
            problems.append(_problem(row, _TWO_CREATORS))
        elif twin is not None:
            problems += [_problem(twin, _OLDER.format(row.shown_as)), _problem(row, _NEWER)]
        elif not found:
            fresh.append(row)
        elif _is_somebody_else(row, by_id[next(iter(found))]):
            problems.append(_problem(row, _SOMEBODY_ELSE))
        else:
            identified[next(iter(found))] = row
    return Matched(
        tuple(Identified(creator, row) for creator, row in identified.items()),
        tuple(fresh),
        tuple(dict.fromkeys(problems)),
    )


_TWO_CREATORS = (
    "This row's record, handle or e-mail belong to two different creators. Correct the handle or "
    "the e-mail; until then nothing is sent to it."
)
_OLDER = (
    "Another row ({}) is the same creator: same record, handle or e-mail. This older row is "
    "worked; delete the other one or correct it."
)
_NEWER = (
    "An older row is the same creator: same record, handle or e-mail. Only the older row is "
    "worked; delete this one or correct it."
)
_SOMEBODY_ELSE = (
    "Handle and e-mail of this row were both replaced: it was another creator before. Add a new "
    "row for the other person and put the old values back here."
)


def _owners(known: Sequence[KnownCreator]) -> Mapping[Identity, str]:
    owners: dict[Identity, str] = {}
    for creator in known:
        for identity in _known_by(creator):
            owners.setdefault(identity, creator.id)
    return owners


def _known_by(creator: KnownCreator) -> Iterator[Identity]:
    kinds = {
        "record": creator.record_ids,
        "open_id": creator.open_ids,
        "handle": creator.handles,
        "email": creator.emails,
    }
    for kind, values in kinds.items():
        yield from ((kind, value) for value in values)


def _stated(row: CreatorRow) -> tuple[Identity, ...]:
    stated = (
        ("record", row.record_id),
        ("open_id", row.open_id),
        ("handle", row.handle),
        ("email", row.email),
    )
    return tuple((kind, value) for kind, value in stated if value)


def _is_somebody_else(row: CreatorRow, creator: KnownCreator) -> bool:
    """The record is known, but both its handle and its e-mail were never seen on the creator."""
    new_handle = bool(row.handle and creator.handles) and row.handle not in creator.handles
    new_email = bool(row.email and creator.emails) and row.email not in creator.emails
    same_open_id = bool(row.open_id) and row.open_id in creator.open_ids
    return new_handle and new_email and not same_open_id


def _problem(row: CreatorRow, words: str) -> Problem:
    return Problem(creators.TABLE.name, row.record_id, words)
