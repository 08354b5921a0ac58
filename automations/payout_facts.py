"""All that a payout run rests on, as known when it is calculated; nothing is decided here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from automations.payout_members import People
from automations.payout_terms import InForce
from automations.pricing.basis import Basis, Sum
from automations.pricing.videos import Video
from schemas.money import Money
from schemas.records_payouts import Adjustment
from schemas.shops import Shop

CARRY_OVER = "Carry-over"


@dataclass(frozen=True, slots=True)
class RunOf:
    """Which run is calculated: its key, its month, and the month of the run posted before it."""

    key: str
    period: str
    after: str = ""


class Posted(NamedTuple):
    """The sum of the lines posted for one creator, rule version, window and currency.

    `minor` is in minor units of `currency`.
    """

    creator: str
    rule: str
    version: int
    window: str
    kind: str
    currency: str
    minor: int
    terms: str = ""

    @property
    def amount(self) -> Money:
        """The sum as money."""
        return Money.from_minor(self.minor, self.currency)


@dataclass(frozen=True, slots=True)
class Facts:
    """All a run rests on; adjustments name creators by record id, all else by the ledger's id.

    Days of videos are those of the first of `shops` that sells in the rule's currency.
    """

    shops: tuple[Shop, ...]
    rules: Sequence[InForce] = ()
    sums: Mapping[Basis, Sequence[Sum]] = field(default_factory=dict)
    videos: Sequence[Video] = ()
    adjustments: Sequence[Adjustment] = ()
    posted: Sequence[Posted] = ()
    people: People = field(default_factory=People)
