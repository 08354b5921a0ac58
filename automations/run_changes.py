"""What a payout run changes: against the run posted before it, and against its last calculation.

Pure, on the lines alone; whoever approves sees this, and each difference has its reason.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from automations.payouts import CARRY_OVER, Line
from schemas.money import Money, total

LARGEST = 10


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody (or a rule) gets in this run and got in the one before."""

    who: str
    now: Money
    before: Money

    @property
    def difference(self) -> Money:
        """How much more this run is."""
        return self.now - self.before


@dataclass(frozen=True, slots=True)
class RunChanges:
    """A run beside the one posted before it; `who` is a creator's ledger id, or a rule's title."""

    fresh: Sequence[Change]
    gone: Sequence[Change]
    largest: Sequence[Change]
    by_rule: Sequence[Change]


def compare_runs(
    lines: Sequence[Line], before: Sequence[Line], posting: Sequence[Line] | None = None
) -> RunChanges:
    """Creators who are new or gone, the ten largest differences, and the sums by rule.

    `posting` are the lines not held (default all): the sums by rule are those of what is posted.
    """
    now, then = _sums(lines, _creator), _sums(before, _creator)
    changes = [_change(slot, now, then) for slot in sorted({*now, *then})]
    known, paid = {who for who, _ in then}, {who for who, _ in now}
    largest = sorted(changes, key=lambda c: (-abs(c.difference.amount), c.who, c.now.currency))
    rules, rules_then = _sums(lines if posting is None else posting, _rule), _sums(before, _rule)
    return RunChanges(
        fresh=[one for one in changes if one.who not in known],
        gone=[one for one in changes if one.who not in paid],
        largest=[one for one in largest if one.difference][:LARGEST],
        by_rule=[_change(slot, rules, rules_then) for slot in sorted({*rules, *rules_then})],
    )


def explain(
    lines: Sequence[Line], before: Sequence[Line], names: Mapping[str, str]
) -> tuple[str, ...]:
    """One sentence per line that appeared, vanished or changed since the last calculation.

    `names` has what creators are called, by their ledger id.
    """
    now, then = {line.key: line for line in lines}, {line.key: line for line in before}
    return tuple(
        said
        for key in sorted({*now, *then})
        if (said := _explained(now.get(key), then.get(key), names))
    )


def _explained(now: Line | None, then: Line | None, names: Mapping[str, str]) -> str:
    if now is None:
        gone = f"{_named(then, names)} {then.amount}" if then else ""
        return f"Gone: {gone}. Nothing of it is owed any more" if gone else ""
    if then is None:
        return f"New: {_named(now, names)} {now.amount}. {now.because}"
    if now == then:
        return ""
    why = "; ".join(_causes(now, then)) or now.because
    moved = f"{then.amount} is now {now.amount}" if now.amount != then.amount else f"{now.amount}"
    return f"Changed: {_named(now, names)} {moved}. {why}"


def _causes(now: Line, then: Line) -> Iterable[str]:
    if now.basis != then.basis:
        yield f"the basis was {then.basis or 'nothing'} and is {now.basis or 'nothing'}"
    if now.count != then.count:
        yield f"it rests on {now.count} instead of {then.count}"
    if now.rate != then.rate:
        yield f"the rate was {then.rate or 'none'} and is {now.rate or 'none'}"
    if now.terms != then.terms:
        yield "the rule's terms were changed"
    if now.because != then.because:
        yield now.because


def _named(line: Line, names: Mapping[str, str]) -> str:
    title = f", {_rule(line)}" if line.terms and line.kind != CARRY_OVER else ""
    return f"{names.get(line.creator, line.creator)}, {line.kind}{title}, {line.window}:"


def _creator(line: Line) -> str:
    return line.creator


def _rule(line: Line) -> str:
    if line.kind == CARRY_OVER:
        return CARRY_OVER
    return f"{line.rule} v{line.version}" if line.terms else line.kind


def _sums(lines: Sequence[Line], name: Callable[[Line], str]) -> Mapping[tuple[str, str], Money]:
    found: dict[tuple[str, str], list[Money]] = defaultdict(list)
    for line in lines:
        found[name(line), line.amount.currency].append(line.amount)
    return {slot: total(amounts, slot[1]) for slot, amounts in found.items()}


def _change(
    slot: tuple[str, str],
    now: Mapping[tuple[str, str], Money],
    then: Mapping[tuple[str, str], Money],
) -> Change:
    nothing = Money.zero(slot[1])
    return Change(slot[0], now.get(slot, nothing), then.get(slot, nothing))
