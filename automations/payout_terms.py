"""Which terms hold when: versions of a rule follow each other, and terms once paid by never change.

A posted line keeps its rule as JSON (`payout_frozen`); what was paid by it is recomputed on those
terms for ever. Whom a rule pays, until when and its budget may change.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from automations.payout_frozen import thawed
from schemas.payout_rules import Measure, PayoutRule, Span
from schemas.problems import Problem
from schemas.tables.payouts import RULES


@dataclass(frozen=True, slots=True)
class InForce:
    """A rule as this run applies it; `closed`: its row is gone, only posted windows count."""

    rule: PayoutRule
    closed: bool = False


def rules_in_force(
    *,
    rows: Sequence[PayoutRule],
    posted_terms: Sequence[str],
    hold_back: timedelta,
    spans: Mapping[str, Span] | None = None,
) -> tuple[tuple[InForce, ...], tuple[Problem, ...]]:
    """The rules a run applies: rows, held to the terms they were already paid by.

    `spans` are the campaigns by record id. Rules on trial are the caller's to leave out.
    """
    paid = {(rule.name, rule.version): rule for rule in map(thawed, posted_terms)}
    names = {rule.record_id: rule.name for rule in paid.values()}
    known_as = _names(rows, names, paid)
    problems: list[Problem] = []
    applied: dict[tuple[str, int], InForce] = {}
    # Sorted, so that of two rows of one rule it is always the same that counts.
    for row in sorted(rows, key=lambda rule: rule.record_id):
        # A renamed row is still the rule that was paid, or it would all be paid again.
        known = replace(
            row,
            name=names.get(row.record_id, row.name),
            hold_back=_hold_back(row, hold_back),
            span=(spans or {}).get(row.campaign),
            excludes=frozenset(known_as.get(name, name) for name in row.excludes),
        )
        key = (known.name, known.version)
        if key in applied:
            problems.append(_problem(row, f"Another row is {known.title!r} too: raise Version."))
            continue
        before = paid.get(key)
        problems += _said(row, known, before, known_as)
        if _lost_its_list(row, before):
            applied[key] = InForce(_held_to(known, before), closed=True)
        elif before or known.span or not known.campaign:
            applied[key] = InForce(_held_to(known, before))
    for key, before in paid.items():
        applied.setdefault(key, InForce(before, closed=True))
    return _clipped(applied), tuple(problems)


def _names(
    rows: Iterable[PayoutRule], names: Mapping[str, str], paid: Iterable[tuple[str, int]]
) -> Mapping[str, str]:
    """The name money refers to a rule by, from any name a person may type for it."""
    found = {_typed(name): name for name, _ in paid}
    return found | {_typed(row.name): names.get(row.record_id, row.name) for row in rows}


def _typed(name: str) -> str:
    return " ".join(name.casefold().split())


def _hold_back(row: PayoutRule, default: timedelta) -> timedelta:
    if row.hold_back is not None:
        return row.hold_back
    return default if row.measure is Measure.SETTLED else timedelta()


def _said(
    row: PayoutRule, known: PayoutRule, before: PayoutRule | None, known_as: Mapping[str, str]
) -> Iterable[Problem]:
    if before and _terms(before) != _terms(known):
        yield _problem(
            row,
            f"{known.title} has already paid by other terms, which go on counting. "
            "For new terms add a row with a higher Version and its From day.",
        )
    if _lost_its_list(row, before):
        yield _problem(
            row,
            "Creators is empty now, but listed people before; nobody new is paid. List them again; "
            "to pay everyone, add a row with a higher Version.",
        )
    if known.campaign and not known.span and before is None:
        yield _problem(
            row, "Campaign: it needs Starts on and Ends on, or it cannot be read; nothing is paid."
        )
    for name in sorted(row.excludes - set(known_as)):
        yield _problem(row, f"Excludes names {name!r}, but no rule is called that.")


def _lost_its_list(row: PayoutRule, before: PayoutRule | None) -> bool:
    """Whether its list was emptied, as a deleted row of Creators does; then it is for nobody."""
    named = row.creators or row.tiers or row.cohort
    return (row.listed or (before is not None and before.listed)) and not named


def _held_to(row: PayoutRule, before: PayoutRule | None) -> PayoutRule:
    if before is None:
        return row
    return replace(
        before,
        record_id=row.record_id,
        creators=row.creators,
        tiers=row.tiers,
        cohort=row.cohort,
        until=row.until,
        budget=row.budget,
        budget_monthly=row.budget_monthly,
    )


def _terms(rule: PayoutRule) -> PayoutRule:
    """What may not change: not whom it pays, how long it lasts, its budget or its hold-back."""
    return replace(
        rule,
        record_id="",
        creators=frozenset(),
        tiers=frozenset(),
        cohort="",
        until=None,
        trial=False,
        listed=False,
        hold_back=None,
        budget=None,
        budget_monthly=False,
        span=rule.span and replace(rule.span, name=""),
    )


def _clipped(applied: Mapping[tuple[str, int], InForce]) -> tuple[InForce, ...]:
    """Each version ends the day before a higher one begins."""
    clipped = []
    for (name, version), one in sorted(applied.items()):
        later = [
            other.rule.since
            for (same, higher), other in applied.items()
            if same == name and higher > version
        ]
        ends = [*([one.rule.until] if one.rule.until else [])]
        ends += [min(later) - timedelta(days=1)] if later else []
        clipped.append(replace(one, rule=replace(one.rule, until=min(ends, default=None))))
    return tuple(clipped)


def _problem(rule: PayoutRule, text: str) -> Problem:
    return Problem(RULES.name, rule.record_id, text)
