"""Creators who film: when they post, how they go on, and what their videos sell."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from sandbox.demo.agenda import Agenda
from sandbox.demo.options import dice
from sandbox.demo.shop import Shop
from sandbox.demo.team import Team


@dataclass(slots=True)
class Posting:
    """Everybody's videos; the team types each into Content some hours after it is up."""

    agenda: Agenda
    team: Team
    shop: Shop
    seed: int
    _videos: dict[str, int] = field(default_factory=dict)

    def post(self, handle: str, at: datetime, *, goes_on: bool = False) -> None:
        """Post a video at `at`; one who goes on posts again and again until they lose interest."""
        self.agenda.add(at, f"post {handle}", partial(self._post, handle, at, goes_on=goes_on))

    def _post(self, handle: str, at: datetime, *, goes_on: bool) -> None:
        number = self._videos[handle] = self._videos.get(handle, 0) + 1
        fate = dice(self.seed, "video", handle, number)
        video_id = str(7_500_000_000_000_000_000 + fate.randrange(10**16))
        self.shop.sell(handle, video_id, at)
        approved = not goes_on or fate.random() < 0.9
        self.agenda.add(
            at + timedelta(hours=fate.uniform(3, 20)),
            f"type post {handle}",
            partial(self.team.type_video, handle, video_id, at, approved=approved),
        )
        if goes_on and fate.random() < 0.75:
            self.post(handle, at + timedelta(days=fate.uniform(4, 12)), goes_on=True)
