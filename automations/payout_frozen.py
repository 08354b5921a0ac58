"""A rule's terms as a posted line keeps them: JSON that every later version can still read.

Terms that have their usual value are left out, so that what was posted before a term existed
still reads the same.
"""

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from schemas.payout_rules import First, Measure, PayoutRule, RuleKind, Span


def frozen(rule: PayoutRule) -> str:
    """The rule's terms as JSON, the same text for the same terms."""
    always = {
        "record_id": rule.record_id,
        "name": rule.name,
        "version": rule.version,
        "kind": rule.kind.value,
        "currency": rule.currency,
        "since": rule.since.isoformat(),
        "amount": _plain(rule.amount),
        "posts": rule.posts,
        "pro_rata": rule.pro_rata,
        "rate": _plain(rule.rate),
        "hold_back_days": rule.hold_back.days if rule.hold_back is not None else None,
    }
    usually: dict[str, tuple[object, object]] = {
        "campaign": (rule.campaign, ""),
        "span": (_span(rule.span), None),
        "disclosed": (rule.disclosed, False),
        "measure": (rule.measure.value, Measure.SETTLED.value),
        "by_campaign": (rule.by_campaign, False),
        "levels": ([[_plain(at), _plain(amount)] for at, amount in rule.levels], []),
        "each": (rule.each, False),
        "first": (rule.first.value, First.POST.value),
        "days_live": (rule.days_live, 0),
        "most_videos": (rule.most_videos, None),
        "cap": (_maybe(rule.cap), None),
        "video_cap": (_maybe(rule.video_cap), None),
        "excludes": (sorted(rule.excludes), []),
    }
    unusual = {name: value for name, (value, usual) in usually.items() if value != usual}
    return json.dumps(always | unusual, sort_keys=True)


def thawed(terms: str) -> PayoutRule:
    """The rule of a posted line, open-ended and for everyone."""
    kept = json.loads(terms)
    days = kept["hold_back_days"]
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
        hold_back=None if days is None else timedelta(days=days),
        campaign=kept.get("campaign", ""),
        span=_thawed_span(kept.get("span")),
        disclosed=kept.get("disclosed", False),
        measure=Measure(kept.get("measure", Measure.SETTLED.value)),
        by_campaign=kept.get("by_campaign", False),
        levels=tuple((Decimal(at), Decimal(amount)) for at, amount in kept.get("levels", ())),
        each=kept.get("each", False),
        first=First(kept.get("first", First.POST.value)),
        days_live=kept.get("days_live", 0),
        most_videos=kept.get("most_videos"),
        cap=_decimal(kept.get("cap")),
        video_cap=_decimal(kept.get("video_cap")),
        excludes=frozenset(kept.get("excludes", ())),
    )


def _span(span: Span | None) -> dict[str, str] | None:
    if span is None:
        return None
    return {
        "campaign": span.campaign,
        "name": span.name,
        "starts": span.starts.isoformat(),
        "ends": span.ends.isoformat(),
        "product": span.product,
    }


def _thawed_span(kept: dict[str, Any] | None) -> Span | None:
    if kept is None:
        return None
    return Span(
        campaign=kept["campaign"],
        name=kept["name"],
        starts=date.fromisoformat(kept["starts"]),
        ends=date.fromisoformat(kept["ends"]),
        product=kept["product"],
    )


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


def _maybe(amount: Decimal | None) -> str | None:
    return None if amount is None else _plain(amount)


def _decimal(kept: str | None) -> Decimal | None:
    return None if kept is None else Decimal(kept)
