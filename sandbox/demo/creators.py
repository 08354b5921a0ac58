"""The simulated creators: what each does with a mail, by dice that only they and the step turn."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sandbox.demo import letters
from sandbox.demo.agenda import Agenda
from sandbox.demo.cast import Player
from sandbox.demo.mails import key_parts, recipient, was_accepted
from sandbox.demo.options import dice
from sandbox.demo.words import phrases_of
from sandbox.letters import Letter
from sandbox.run import Sandbox

IGNORES = "ignored"
ANSWERS = "human"
DECLINES = "human, no"
STOPS = "opt-out"
AWAY = "auto-reply"
RETURNED = "bounce"
BY_PHONE = "ticked by hand"
ENDS_IT = (STOPS, RETURNED, BY_PHONE)  # from then on nothing may be sent
# Of a hundred mails read, so many are met with each of these.
REACTIONS: Mapping[str, int] = {
    IGNORES: 58, ANSWERS: 21, DECLINES: 4, STOPS: 5, AWAY: 9, RETURNED: 3,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Heard:
    """Something that reached the brand's inbox: from or about whom, and when."""

    at: datetime
    kind: str
    address: str


@dataclass(slots=True)
class Creators:
    """Everybody who may be written to; `interested` is called when one says yes."""

    sandbox: Sandbox
    agenda: Agenda
    seed: int
    interested: Callable[[str], None]
    heard: list[Heard] = field(default_factory=list)
    _players: dict[str, Player] = field(default_factory=dict)
    _silent: set[str] = field(default_factory=set)
    _read: int = 0

    def meet(self, player: Player) -> None:
        """From now on this creator has a mailbox."""
        self._players[player.person.email] = player
        if player.address_is_dead:
            self.sandbox.world.bounces.add(player.person.email)

    def open_mail(self) -> None:
        """Everybody looks at the mails that came since the last look, and plans what to do."""
        fresh = self.sandbox.world.mail[self._read :]
        self._read += len(fresh)
        for mail in fresh:
            player = self._players.get(recipient(mail))
            if player and was_accepted(mail):
                self._react(player, mail)

    def note(self, heard: Heard) -> None:
        """Keep that this was said, and by whom."""
        self.heard.append(heard)
        if heard.kind in ENDS_IT:
            self._silent.add(heard.address)

    def has_been_quiet(self, player: Player) -> bool:
        """Whether nothing was ever heard from this creator, nor will be."""
        address = player.person.email
        return address not in self._silent and address not in {one.address for one in self.heard}

    def _react(self, player: Player, mail: Mapping[str, object]) -> None:
        fate = dice(self.seed, "mail", player.handle, *key_parts(mail)[-3:])
        kind = fate.choices(tuple(REACTIONS), tuple(REACTIONS.values()))[0]
        if kind == IGNORES or player.person.email in self._silent:
            return
        if kind in ENDS_IT:
            self._silent.add(player.person.email)
        hours = fate.uniform(0.02, 0.2) if kind in (AWAY, RETURNED) else fate.uniform(1, 60)
        at = self.sandbox.world.clock.now() + timedelta(hours=hours)
        self.agenda.add(
            at, f"{kind} {player.handle}", lambda: self._write(player, mail, kind, fate)
        )

    def _write(
        self, player: Player, mail: Mapping[str, object], kind: str, fate: random.Random
    ) -> None:
        if kind not in ENDS_IT and player.person.email in self._silent:
            return  # asked by telephone to hear nothing more: does not write either
        if kind == RETURNED:
            self.sandbox.mail.deliver(letters.returned(mail, player.person.email))
        else:
            self.sandbox.mail.write(_letter(player, mail, kind, fate))
        now = self.sandbox.world.clock.now()
        self.note(Heard(now, kind, player.person.email))
        if kind == ANSWERS:
            self.interested(player.handle)


def _letter(player: Player, mail: Mapping[str, object], kind: str, fate: random.Random) -> Letter:
    phrases = phrases_of(player.person.language)
    if kind == AWAY:
        return letters.absence(mail, player.person)
    if kind == STOPS:
        return letters.answer(mail, player.person, fate.choice(phrases.stop), quotes=False)
    said = phrases.no if kind == DECLINES else phrases.yes + phrases.question
    quotes = fate.random() < 0.5
    return letters.answer(mail, player.person, fate.choice(said), quotes=quotes)
