"""A month of the team's working days: tasks, newcomers, and the odd thing that happens once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sandbox.demo.cast import TO_BE_MAILED, Player
from sandbox.demo.creators import BY_PHONE, Creators, Heard
from sandbox.demo.days import START
from sandbox.demo.options import dice
from sandbox.demo.team import Team
from sandbox.world import Fault
from schemas.stages import Stage

MORNING = timedelta(hours=1)  # nine o'clock in Manila
SATURDAY = 5
ENROLLED_A_DAY = 3
LOST_REPLY_ON, PHONE_CALL_ON, CHANGE_OF_MIND_ON = 2, 8, 9


@dataclass(frozen=True, slots=True)
class Routine:
    """What the team does of its own accord, day by day."""

    team: Team
    creators: Creators
    seed: int

    def plan(self, days: int, first: Sequence[Player], later: Sequence[Player]) -> None:
        """Put the month on the agenda."""
        agenda, waiting, found = self.team.agenda, self._waiting(first), list(later)
        for number in range(days):
            morning = START + timedelta(days=number) + MORNING
            if morning.weekday() >= SATURDAY:
                continue
            agenda.add(morning, "tasks", self.team.do_tasks)
            agenda.add(morning, "doubts", self.team.resolve_doubts)
            for _ in range(min(ENROLLED_A_DAY, len(waiting))):
                handle = waiting.pop()
                agenda.add(morning, f"enrol {handle}", partial(self.team.choose_sequence, handle))
            if found:
                agenda.add(morning, "newcomer", partial(self._welcome, found.pop()))
        self._plan_once(first)

    def _plan_once(self, first: Sequence[Player]) -> None:
        agenda = self.team.agenda
        agenda.add(_day(LOST_REPLY_ON), "fault", self._lose_a_reply)
        enrolled = [one for one in first if one.enrolled and not one.address_is_dead]
        agenda.add(_day(PHONE_CALL_ON), "call", partial(self._take_a_call, enrolled))
        moved = [one for one in first if one.stage is Stage.ONBOARDED][:1]
        for player in moved:
            request = partial(self.team.move, player.handle, Stage.SAMPLE_REQUESTED)
            agenda.add(_day(CHANGE_OF_MIND_ON), "move", request)

    def _waiting(self, first: Sequence[Player]) -> list[str]:
        handles = [one.handle for one in first if one.stage in TO_BE_MAILED and not one.enrolled]
        dice(self.seed, "waiting").shuffle(handles)
        return handles

    def _welcome(self, player: Player) -> None:
        self.creators.meet(player)
        self.team.enter(player)
        self.team.choose_sequence(player.handle)

    def _lose_a_reply(self) -> None:
        """The mail server takes one mail and hangs up before it says so: a doubt."""
        self.creators.sandbox.world.faults.add(Fault("SMTP DATA", "drop_after_dot"))

    def _take_a_call(self, enrolled: Sequence[Player]) -> None:
        """Somebody who never wrote back asks by telephone to hear nothing more."""
        for player in enrolled:
            if self.creators.has_been_quiet(player):
                self.team.tick_opted_out(player.handle)
                now = self.team.agenda.clock.now()
                self.creators.note(Heard(now, BY_PHONE, player.person.email))
                return


def _day(number: int) -> datetime:
    return START + timedelta(days=number) + MORNING
