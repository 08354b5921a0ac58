"""Which terms hold when: versions of a rule follow each other, and terms once paid by never change.

A posted line keeps its rule as JSON; what was paid by it is recomputed on those terms for ever.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from schemas.problems import Problem
from schemas.records_payouts import PayoutRule, RuleKind
from schemas.tables.payouts import RULES


@dataclass(frozen=True, slots=True)
class InForce:
    """A rule as this run applies it; `closed`: its row is gone, only posted windows count."""

    rule: PayoutRule
    closed: bool = False


def frozen(rule: PayoutRule) -> str:
    """The rule's terms as a posted line keeps them."""
    return json.dumps(
        {
            "record_id": rule.record_id,
            "name": rule.name,
            "version": rule.version,
            "kind": rule.kind.value,
            "currency": rule.currency,
            "since": rule.since.isoformat(),
            "amount": f"{rule.amount.normalize():f}",
            "posts": rule.posts,
            "pro_rata": rule.pro_rata,
            "rate": f"{rule.rate.normalize():f}",
            "hold_back_days": rule.hold_back.days if rule.hold_back is not None else None,
        },
        sort_keys=True,
    )


def thawed(terms: str) -> PayoutRule:
    """The rule of a posted line, open-ended and for everyone."""
    kept = json.loads(terms)
    return PayoutRule(
        record_id=kept["record_id"],
        name=kept["name"],
        version=kept["version"],
        kind=RuleKind(kept["kind"]),
        currency=kept["currency"],
        since=date.fromisoformat(kept["since"]),
        amount=Decimal(kept["amount"]),
        posts=kept["posts"],
        pro_rata=kept["pro_rata"],
        rate=Decimal(kept["rate"]),
        hold_back=None
        if kept["hold_back_days"] is None
        else timedelta(days=kept["hold_back_days"]),
    )


def rules_in_force(
    *, rows: Sequence[PayoutRule], posted_terms: Sequence[str], hold_back: timedelta
) -> tuple[tuple[InForce, ...], tuple[Problem, ...]]:
    """The rules a run applies: rows, held to the terms they were already paid by."""
    paid = {(rule.name, rule.version): rule for rule in map(thawed, posted_terms)}
    names = {rule.record_id: rule.name for rule in paid.values()}
    problems: list[Problem] = []
    applied: dict[tuple[str, int], InForce] = {}
    # Sorted, so that of two rows of one rule it is always the same that counts.
    for row in sorted(rows, key=lambda rule: rule.record_id):
        # A renamed row is still the rule that was paid, or it would all be paid again.
        known = replace(
            row,
            name=names.get(row.record_id, row.name),
            hold_back=row.hold_back if row.hold_back is not None else hold_back,
        )
        key = (known.name, known.version)
        if key in applied:
            problems.append(_problem(row, f"Another row is {known.title!r} too: raise Version."))
            continue
        before = paid.get(key)
        applied[key] = InForce(_held_to(known, before))
        if before and _terms(before) != _terms(known):
            problems.append(
                _problem(
                    row,
                    f"{known.title} has already paid by other terms, which go on counting. "
                    "For new terms add a row with a higher Version and its From day.",
                )
            )
    for key, before in paid.items():
        applied.setdefault(key, InForce(before, closed=True))
    return _clipped(applied), tuple(problems)


def _held_to(row: PayoutRule, before: PayoutRule | None) -> PayoutRule:
    if before is None:
        return row
    return replace(before, record_id=row.record_id, creators=row.creators, until=row.until)


def _terms(rule: PayoutRule) -> PayoutRule:
    """What may not change: not whom it pays, how long it lasts, or how long it holds back."""
    return replace(
        rule,
        record_id="",
        creators=frozenset(),
        until=None,
        hold_back=None,
        amount=rule.amount.normalize(),
        rate=rule.rate.normalize(),
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
