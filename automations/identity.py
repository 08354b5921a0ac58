"""Who is who: which row is which creator of the ledger, and which rows are someone new.

A row is found by record id, TikTok open id, handle or e-mail. Ids are allocated by the caller.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from schemas.hashes import is_stand_in, stand_in
from schemas.outreach import Identified, KnownCreator
from schemas.problems import Problem
from schemas.records import CreatorRow
from schemas.tables.creators import TABLE

Trait = tuple[str, str]
Owners = Mapping[Trait, set[str]]


@dataclass(frozen=True, slots=True)
class Matched:
    """Every row, once: to be worked, new, or left alone.

    `fresh` holds groups of rows of one new person, oldest first: give the first an id and work
    it. `unworked` names each creator a row left alone may be: an opt-out there counts as well.
    """

    identified: tuple[Identified, ...]
    fresh: tuple[tuple[CreatorRow, ...], ...]
    unworked: tuple[Identified, ...]
    problems: tuple[Problem, ...]


def match_rows(rows: Sequence[CreatorRow], known: Sequence[KnownCreator]) -> Matched:
    """Find the creator of every row; what is ambiguous is a Problem and is not worked."""
    by_age = sorted(rows, key=lambda row: (row.created_at, row.record_id))
    by_id = {creator.id: creator for creator in known}
    owners = _owners(known)
    _recognise(by_age, owners)
    swapped = _learn(by_age, owners, by_id)
    found = {row.record_id: sorted(_found(row, owners)) for row in by_age}
    torn = [row for row in by_age if len(found[row.record_id]) > 1 and row not in swapped]
    same: dict[str, list[CreatorRow]] = defaultdict(list)
    for row in by_age:
        if len(found[row.record_id]) == 1 and row not in swapped:
            same[found[row.record_id][0]].append(row)
    fresh = _groups([row for row in by_age if not found[row.record_id]])
    twins = [row for group in same.values() for row in group[1:]]
    return Matched(
        identified=tuple(Identified(creator, group[0]) for creator, group in same.items()),
        fresh=fresh,
        unworked=tuple(
            Identified(creator, row)
            for row in [*swapped, *torn, *twins]
            for creator in found[row.record_id]
        ),
        problems=tuple(
            sorted(
                [
                    *_twin_problems([*same.values(), *fresh]),
                    *(_problem(row, _TORN) for row in torn),
                    *(_swap_problem(row, was) for row, was in swapped.items()),
                ]
            )
        ),
    )


def _learn(
    rows: Sequence[CreatorRow],
    owners: defaultdict[Trait, set[str]],
    by_id: Mapping[str, KnownCreator],
) -> dict[CreatorRow, KnownCreator]:
    """Let what matched rows say today count at once; gives the rows typed over by another."""
    first = [(row, _found(row, owners)) for row in rows]
    swapped = {}
    for row, found in first:
        if len(found) != 1:
            continue
        creator = by_id[min(found)]
        if _is_swapped(row, creator):
            swapped[row] = creator
            continue
        for trait in _traits(row):
            owners[trait].add(creator.id)
    return swapped


_FORMER = "former handle"
_TORN = (
    "This row matches two creators known already, by its handle, Email or TikTok open id: "
    "correct it, or delete the row that should not be."
)


def _owners(known: Sequence[KnownCreator]) -> defaultdict[Trait, set[str]]:
    owners: defaultdict[Trait, set[str]] = defaultdict(set)
    for creator in known:
        for kind, values in (
            ("record", creator.record_ids),
            ("open id", creator.open_ids),
            ("handle", [one for one in creator.handles if one not in creator.former]),
            (_FORMER, creator.former),
            ("email", creator.emails),
        ):
            for value in values:
                owners[kind, value].add(creator.id)
    return owners


def _recognise(rows: Sequence[CreatorRow], owners: defaultdict[Trait, set[str]]) -> None:
    """Let rows be found by what a forgotten creator's stand-ins stand for."""
    forgotten = {trait: set(found) for trait, found in owners.items() if is_stand_in(trait[1])}
    for row in rows if forgotten else ():
        for trait in _traits(row):
            owners[trait].update(forgotten.get(_hidden(trait), ()))


def _hidden(trait: Trait) -> Trait:
    kind, value = trait
    return kind, stand_in(kind.replace(" ", "_"), value)


def _traits(row: CreatorRow) -> list[Trait]:
    """What else than the record tells who this is."""
    traits = (("open id", row.open_id), ("handle", row.handle), ("email", row.email))
    return [trait for trait in traits if trait[1]]


def _found(row: CreatorRow, owners: Owners) -> set[str]:
    traits = [("record", row.record_id), *_traits(row)]
    found = {creator for trait in traits for creator in owners.get(trait, ())}
    # TikTok gives a handle to somebody else once its creator has left it: it alone is no proof.
    return found or set(owners.get((_FORMER, row.handle), ()))


def _is_swapped(row: CreatorRow, creator: KnownCreator) -> bool:
    if not (row.handle and row.email and (creator.handles or creator.emails)):
        return False
    if (
        row.handle in creator.handles
        or row.email in creator.emails
        or (row.open_id and row.open_id in creator.open_ids)
    ):
        return False
    known = {*creator.handles, *creator.emails, *creator.open_ids}
    return not any(_hidden(trait)[1] in known for trait in _traits(row))


def _groups(rows: Sequence[CreatorRow]) -> tuple[tuple[CreatorRow, ...], ...]:
    """Rows (oldest first) that share a trait, directly or through another row."""
    leads = list(range(len(rows)))

    def lead_of(place: int) -> int:
        while leads[place] != place:
            leads[place] = place = leads[leads[place]]
        return place

    first: dict[Trait, int] = {}
    for place, row in enumerate(rows):
        for trait in _traits(row):
            older, younger = sorted((lead_of(first.setdefault(trait, place)), lead_of(place)))
            leads[younger] = older
    groups: dict[int, list[CreatorRow]] = defaultdict(list)
    for place, row in enumerate(rows):
        groups[lead_of(place)].append(row)
    return tuple(tuple(group) for group in groups.values())


def _twin_problems(groups: Iterable[Sequence[CreatorRow]]) -> list[Problem]:
    return [
        _problem(
            row,
            f"{len(group)} rows are the same creator; only the oldest, {group[0].shown_as} of "
            f"{group[0].created_at.date()}, is worked: delete the others.",
        )
        for group in groups
        if len(group) > 1
        for row in group
    ]


def _swap_problem(row: CreatorRow, creator: KnownCreator) -> Problem:
    was = f"@{creator.handles[-1]}" if creator.handles else creator.emails[-1]
    if is_stand_in(was.removeprefix("@")):
        was = "a creator who was forgotten"
    return _problem(
        row,
        f"This row was {was}, and Handle and Email are both new: put them back, and add a new "
        "row for another person.",
    )


def _problem(row: CreatorRow, text: str) -> Problem:
    return Problem(TABLE.name, row.record_id, text)
