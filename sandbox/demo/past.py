"""What happened before the first day, put on the agenda: who was found when, and who posted.

And what is bound to happen in the month itself, so that its closing has every kind of line.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from sandbox.demo.bookkeeping import Bookkeeping
from sandbox.demo.cast import Player
from sandbox.demo.creators import Creators
from sandbox.demo.days import PAST, START
from sandbox.demo.options import dice
from sandbox.demo.posting import Posting
from sandbox.demo.team import Team
from schemas.stages import Stage

HIRED = PAST + timedelta(hours=1)
RECENT = START - timedelta(days=16)
# When creators of a stage began to post: (days before the first day, and whether they go on).
POSTS = {
    Stage.POSTED: ((5, True),),
    Stage.FIRST_SALE: ((14, True),),
    Stage.ACTIVE: ((70, True), (38, True), (12, True)),
    Stage.AT_RISK: ((40, False),),
    Stage.DORMANT: ((78, False),),
    Stage.RE_ENGAGED: ((80, False), (5, True)),
    Stage.CHURNED: ((96, False),),
}
SAMPLES = {
    Stage.SAMPLE_REQUESTED: 0,
    Stage.SAMPLE_APPROVED: 1,
    Stage.SAMPLE_SHIPPED: 2,
    Stage.SAMPLE_DELIVERED: 3,
}
BEFORE = ("09-03", "09-09", "09-15", "09-22")
MEETS = (*BEFORE, "10-02", "10-07", "10-14", "10-20", "10-27")
MISSES = (*BEFORE, "10-05", "10-19")
SOLD_BEFORE = datetime(2026, 9, 1, 7, tzinfo=UTC)
SETTLED_BEFORE = datetime(2026, 10, 1, 7, tzinfo=UTC)
SENT_BACK = datetime(2026, 10, 21, 15, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Past:
    """Everybody who takes part in what came before."""

    creators: Creators
    team: Team
    posting: Posting
    books: Bookkeeping
    seed: int

    def plan(self, players: Sequence[Player]) -> None:
        """Put it all on the agenda."""
        retained = self._retained(players)
        for player in players:
            at = HIRED if player.stage in POSTS else self._found_at(player)
            self.team.agenda.add(at, f"0 {player.handle}", partial(self.enter, player))
            if player not in retained:
                self._plan_posts(player)
        for player, days in zip(retained, (MEETS, MISSES), strict=False):
            for day in days:
                at = datetime.fromisoformat(f"2026-{day}T18:00:00+00:00").astimezone(UTC)
                self.posting.post(player.handle, at)
        self.team.agenda.add(HIRED, "1 rules", partial(self._type_rules, retained))
        self._plan_october(retained)

    def enter(self, player: Player) -> None:
        """The team adds a creator, with the sample that is under way."""
        self.creators.meet(player)
        self.team.enter(player)
        if player.stage in SAMPLES:
            self.team.request_sample(player.handle, SAMPLES[player.stage])

    def _found_at(self, player: Player) -> datetime:
        fate = dice(self.seed, "found", player.handle)
        return RECENT + timedelta(hours=fate.uniform(0, 15 * 24))

    def _plan_posts(self, player: Player) -> None:
        for days, goes_on in POSTS.get(player.stage, ()):
            fate = dice(self.seed, "past", player.handle, days)
            at = START - timedelta(days=days - fate.uniform(0, 4))
            self.posting.post(player.handle, at, goes_on=goes_on)

    def _retained(self, players: Sequence[Player]) -> tuple[Player, ...]:
        """The two with a retainer: who is active, then whoever sells."""
        ranks = (Stage.ACTIVE, Stage.FIRST_SALE, Stage.POSTED)
        sellers = [one for stage in ranks for one in players if one.stage is stage]
        return tuple(sellers[:2])

    def _type_rules(self, retained: Sequence[Player]) -> None:
        self.books.type_rules(tuple(self.team.rows[one.handle] for one in retained))

    def _plan_october(self, retained: Sequence[Player]) -> None:
        agenda, shop = self.team.agenda, self.posting.shop
        sent_back = partial(shop.return_late, SOLD_BEFORE, SETTLED_BEFORE, SENT_BACK)
        agenda.add(SENT_BACK, "return", sent_back)
        for player in retained[:1]:
            agenda.add(SENT_BACK, "reimburse", partial(self._reimburse, player.handle))

    def _reimburse(self, handle: str) -> None:
        self.books.reimburse(self.team.rows[handle])
