"""Transactions: what one API call or one act of a person changes becomes one payload per webhook.

While no webhook listens, a transaction costs a counter.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sandbox.airtable import changes, payloads, pings
from sandbox.airtable.actors import Actor
from sandbox.airtable.hooks import Hook
from sandbox.airtable.model import Base, Touched


@contextmanager
def transaction(base: Base, actor: Actor, now: datetime) -> Iterator[None]:
    """Hold the base's lock; at the end tell its webhooks. Inside another one: a part of it."""
    with base.lock:
        if base.touched is not None:
            yield
            return
        base.people.setdefault(actor.user["id"], actor.user)
        listening = [hook for hook in base.hooks.values() if hook.is_enabled(now)]
        touched = base.touched = Touched(is_heard=bool(listening), user=actor.user)
        try:
            yield
        finally:
            base.touched = None
        if touched.is_dirty:
            base.transactions += 1
            _tell(base, touched, listening, actor, now)


def _tell(base: Base, touched: Touched, hooks: list[Hook], actor: Actor, now: datetime) -> None:
    if not hooks:
        return
    found = changes.found(base, touched)
    head = payloads.head(base.transactions, actor, now)
    for hook in hooks:
        if hook.is_dead:
            continue
        spec = hook.specification
        if spec.watched & found.destroyed_fields:
            hook.is_dead = True
            hook.keep(head | {"error": True, "code": "INVALID_HOOK"}, now)
            continue
        body = payloads.body(found, spec, now)
        if body and (not spec.sources or actor.source in spec.sources):
            hook.keep(head | body, now)
            pings.ring(base.id, hook, now)
