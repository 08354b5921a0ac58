"""Who is who: which row is which creator of the ledger, and which rows are someone new.

A row is found by record id, TikTok open id, handle or e-mail. Ids are allocated by the caller.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

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
    owners = _owners(known)
    by_id = {creator.id: creator for creator in known}
    found = {row.record_id: _found(row, owners) for row in by_age}
    swapped = {row.record_id for row in by_age if _is_swapped(row, found[row.record_id], by_id)}
    # What a matched row says today counts at once, not only after the ledger has learnt it.
    for row in by_age:
        if len(found[row.record_id]) == 1 and row.record_id not in swapped:
            for trait in _traits(row):
                owners[trait] |= found[row.record_id]
    found = {row.record_id: _found(row, owners) for row in by_age}
    sure = [r for r in by_age if len(found[r.record_id]) == 1 and r.record_id not in swapped]
    torn = [r for r in by_age if len(found[r.record_id]) > 1 and r.record_id not in swapped]
    fresh = _groups([row for row in by_age if not found[row.record_id]])
    same: dict[str, list[CreatorRow]] = defaultdict(list)
    for row in sure:
        same[next(iter(found[row.record_id]))].append(row)
    left = {r.record_id for group in same.values() for r in group[1:]}
    left |= swapped | {row.record_id for row in torn}
    return Matched(
        identified=tuple(Identified(creator, group[0]) for creator, group in same.items()),
        fresh=fresh,
        unworked=tuple(
            Identified(creator, row)
            for row in by_age
            if row.record_id in left
            for creator in sorted(found[row.record_id])
        ),
        problems=tuple(sorted([
            *_twin_problems([*same.values(), *fresh]),
            *(_problem(row, _TORN) for row in torn),
            *(_swap_problem(row, found, by_id) for row in by_age if row.record_id in swapped),
        ])),
    )  # fmt: skip


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
            ("handle", creator.handles),
            ("email", creator.emails),
        ):
            for value in values:
                owners[kind, value].add(creator.id)
    return owners


def _traits(row: CreatorRow) -> list[Trait]:
    """What else than the record tells who this is."""
    traits = (("open id", row.open_id), ("handle", row.handle), ("email", row.email))
    return [trait for trait in traits if trait[1]]


def _found(row: CreatorRow, owners: Owners) -> set[str]:
    traits = [("record", row.record_id), *_traits(row)]
    return {creator for trait in traits for creator in owners.get(trait, ())}


def _is_swapped(row: CreatorRow, found: set[str], by_id: Mapping[str, KnownCreator]) -> bool:
    """Whether somebody typed another person over the one this row stood for."""
    if len(found) != 1 or not (row.handle and row.email):
        return False
    creator = by_id[next(iter(found))]
    had_any = bool(creator.handles or creator.emails)
    return had_any and not (
        row.handle in creator.handles
        or row.email in creator.emails
        or (row.open_id and row.open_id in creator.open_ids)
    )


def _groups(rows: Sequence[CreatorRow]) -> tuple[tuple[CreatorRow, ...], ...]:
    """Rows that share a trait, directly or through another row, oldest first."""
    group_of: dict[Trait, list[CreatorRow]] = {}
    groups: dict[int, list[CreatorRow]] = {}
    for row in rows:
        joined = [row]
        for group in {id(g): g for t in _traits(row) if (g := group_of.get(t))}.values():
            joined = group + joined
            groups.pop(id(group))
        joined.sort(key=lambda row: (row.created_at, row.record_id))
        groups[id(joined)] = joined
        group_of.update((trait, joined) for member in joined for trait in _traits(member))
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


def _swap_problem(
    row: CreatorRow, found: Mapping[str, set[str]], by_id: Mapping[str, KnownCreator]
) -> Problem:
    creator = by_id[min(found[row.record_id])]
    was = next((f"@{handle}" for handle in reversed(creator.handles)), creator.emails[-1:])
    name = was if isinstance(was, str) else "".join(was)
    return _problem(
        row,
        f"This row was {name}, and Handle and Email are both new: put them back, and add a new "
        "row for another person.",
    )


def _problem(row: CreatorRow, text: str) -> Problem:
    return Problem(TABLE.name, row.record_id, text)
