"""The canary: so many messages with new words go out, the rest waits until a person has looked.

Words are new as long as not a single word of their template has changed since; any change makes
them new again.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from automations.plan import Message, Waiting

PREFIX = "canary:"
NO_COUNTS: Mapping[str, int] = {}


@dataclass(frozen=True, slots=True)
class Decided:
    """What people decided about parts of plans, by kind, and how often which words were sent."""

    released: Collection[str] = ()
    dropped: Collection[str] = ()
    words_sent: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Canary:
    """Counts messages by their words; `most` of new ones may leave, 0 lets all of them."""

    most: int
    decided: Decided
    _planned: dict[str, int] = field(default_factory=dict)
    _stayed: dict[str, tuple[Message, list[str]]] = field(default_factory=dict)

    def holds_back(self, message: Message, who: str) -> str:
        """Why this message stays; "" counts it as leaving."""
        words = message.words
        kind = f"{PREFIX}{words}"
        label = f"{message.template} ({message.language}, {message.variant})"
        if kind in self.decided.dropped:
            return f"{label} was dropped by a person: change its words, or the step."
        gone = self.decided.words_sent.get(words, 0) + self._planned.get(words, 0)
        if self.most and gone >= self.most and kind not in self.decided.released:
            self._stayed.setdefault(words, (message, []))[1].append(who)
            return f"{label} is new: {gone} went out, the rest waits for a go-ahead in Runs."
        self._planned[words] = self._planned.get(words, 0) + 1
        return ""

    def waiting(self) -> tuple[Waiting, ...]:
        """What waits for a person, by words."""
        return tuple(
            Waiting(
                f"{PREFIX}{words}",
                f"{message.template} ({message.language}, variant {message.variant}) is new. The "
                f"first {self.most} went out; {len(who):,} more wait. Look at what came back, then "
                "release the rest or drop it.",
                (f"Subject: {message.subject}", *message.text.splitlines(), *who),
            )
            for words, (message, who) in sorted(self._stayed.items())
        )
