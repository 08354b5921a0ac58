"""A quarter of outreach to 2,000 creators, judged by what the outside received: four zeros.

Nobody is written to after an opt-out, an answer or a bounce reached us and one tick has passed;
nobody outside sending hours where they live; no mailbox over its cap; nothing while the inbox has
not been read for 15 minutes. The product is only watched from outside.
"""

import argparse
import random
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from benchmarks.printing import table, verdict
from benchmarks.simulation import START, Simulation, simulated
from sandbox.demo import audit
from sandbox.demo.audit import Evidence, Promise
from sandbox.demo.cast import Player, cast_players, type_in
from sandbox.demo.creators import ANSWERS, BY_PHONE, DECLINES, Creators, Heard
from sandbox.demo.evidence import promise_of
from sandbox.demo.mails import recipient, sent_at, was_accepted
from sandbox.run import Sandbox
from sandbox.seed import BASE_ID, OPENED, fill
from sandbox.world import Fault
from schemas.tables import creators as c
from schemas.tables import outreach as o

CREATORS, DAYS = 2_000, 90
EVERY = timedelta(minutes=30)  # between ticks: longer than an inbox counts as read
OUTAGES = 12  # times in the quarter that the inbox cannot be read
ANY_ANSWER = (ANSWERS, DECLINES)
STRICT = OPENED | {
    "Sending hours": "09:00-17:00",
    "Sending days": "Mon-Fri",
    "Daily cap per mailbox": "120",
    "Skip public holidays": "on",
    "Most bounces percent": "100",  # a person would look and resume: nobody plays one here
}


@dataclass(slots=True)
class Quarter:
    """The programme, its creators, and when the inbox was out of reach."""

    box: Sandbox
    sim: Simulation
    seed: int
    creators: Creators = field(init=False)
    passes: list[datetime] = field(default_factory=list)
    unread: list[tuple[datetime, datetime]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.creators = Creators(self.box, self.sim.agenda, self.seed, lambda _handle: None)

    def enter(self, count: int, days: int) -> None:
        """Creators typed in at first; on a day of their own each is put into a sequence."""
        players, _ = cast_players(count, self.seed)
        (sequence, *_) = [row.id for row in self.sim.hands.rows(o.SEQUENCES)]
        dice = random.Random(self.seed)
        for player in players:
            record = type_in(self.sim.hands, player)
            self.sim.hands.edit(c.TABLE, record, {c.SEQUENCE: [], c.STAGE: "Prospect"})
            self.creators.meet(player)
            at = START + timedelta(days=dice.uniform(0, days * 0.8))
            self.sim.agenda.add(at, "enrol", partial(self._enrol, record, sequence))
            if dice.random() < 0.03:
                later = at + timedelta(days=dice.uniform(0, 8))
                self.sim.agenda.add(later, "telephone", partial(self._ticked, record, player))

    def _enrol(self, record: str, sequence: str) -> None:
        self.sim.hands.edit(c.TABLE, record, {c.SEQUENCE: [sequence]})

    def _ticked(self, record: str, player: Player) -> None:
        self.sim.hands.edit(c.TABLE, record, {c.OPTED_OUT: True})
        self.creators.note(Heard(self.sim.now, BY_PHONE, player.person.email))

    def play(self, days: int) -> None:
        """Tick by tick; now and then the inbox is out of reach for some hours of a working day."""
        dice = random.Random(self.seed + 1)
        begins = sorted(
            START + timedelta(days=dice.randrange(days), hours=dice.uniform(13, 20))
            for _ in range(OUTAGES)
        )
        outages = [(at, at + timedelta(hours=dice.uniform(1, 4))) for at in begins]
        at, until = START, START + timedelta(days=days)
        while at < until:
            is_out = any(start <= at < end for start, end in outages)
            self.box.world.faults.clear()
            if is_out:
                self.box.world.faults.add(Fault("IMAP", "drop_request", times=10**6))
                self._unread(at)
            self.sim.wake(at)
            self.passes.append(at)
            self.creators.open_mail()
            at += EVERY
            if at.hour == 0 and at.minute == 0:
                print(f"{at:%d %b}: {len(self.box.world.mail)} mails", flush=True)

    def _unread(self, at: datetime) -> None:
        """The last good reading was a tick ago, and that is longer than 15 minutes."""
        if self.unread and self.unread[-1][1] == at:
            self.unread[-1] = (self.unread[-1][0], at + EVERY)
        else:
            self.unread.append((at, at + EVERY))


def found(quarter: Quarter, promise: Promise) -> Mapping[str, Sequence[str]]:
    """Every violation, by what was promised."""
    homes = {
        row.text(c.EMAIL): (row.text(c.COUNTRY), row.text(c.TIME_ZONE))
        for row in quarter.sim.hands.rows(c.TABLE)
    }
    heard = quarter.creators.heard
    seen = Evidence(
        quarter.box.world.mail, heard, quarter.passes, homes, promise, (), (), {}, (), {}
    )
    answered = [one for one in heard if one.kind in ANY_ANSWER]
    return {
        "touches after an opt-out or bounce": audit.none_after_goodbye(seen),
        "touches after an answer": _after(quarter, [(one.at, one.address) for one in answered]),
        "touches outside sending hours": audit.none_outside_window(seen),
        "touches over a cap": audit.none_over_cap(seen),
        "steps sent twice": audit.no_step_twice(seen),
        "touches with the inbox unread": _blind(quarter),
    }


def _after(quarter: Quarter, ends: Sequence[tuple[datetime, str]]) -> Sequence[str]:
    """Mails to somebody whose word had reached us a tick before."""
    allowed: dict[str, datetime] = {}
    for at, address in ends:
        reached = next((one for one in quarter.passes if one >= at), None)
        if reached is not None:
            allowed[address] = min(reached, allowed.get(address, reached))
    return [
        f"{recipient(mail)} at {mail['at']}"
        for mail in quarter.box.world.mail
        if recipient(mail) in allowed and sent_at(mail) > allowed[recipient(mail)]
    ]


def _blind(quarter: Quarter) -> Sequence[str]:
    return [
        f"{recipient(mail)} at {mail['at']}"
        for mail in quarter.box.world.mail
        for start, end in quarter.unread
        if was_accepted(mail) and start <= sent_at(mail) < end
    ]


def main(words: Sequence[str] = ()) -> None:
    """Print what happened, and how often each promise was broken."""
    asked = argparse.ArgumentParser(prog="benchmarks quarter", description=__doc__)
    asked.add_argument("--creators", type=int, default=CREATORS)
    asked.add_argument("--days", type=int, default=DAYS)
    asked.add_argument("--seed", type=int, default=7)
    given = asked.parse_args(words)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, Sandbox(Path(folder)) as box:
        fill(box.store, BASE_ID, STRICT)
        with simulated(box, int(EVERY.total_seconds()), range(24)) as sim:
            quarter = Quarter(box, sim, given.seed)
            quarter.enter(given.creators, given.days)
            quarter.play(given.days)
            broken = found(quarter, promise_of(sim.hands))
        mails = [mail for mail in box.world.mail if was_accepted(mail)]
    took = time.perf_counter() - began
    print(f"quarter: {given.creators} creators, {given.days} days, {len(quarter.passes)} ticks")
    print(f"{len(mails)} mails; failed passes {dict(sim.failed) or 'none'}; {took:.0f} s")
    kinds = Counter(one.kind for one in quarter.creators.heard)
    table(["what came back", "mails"], [[kind, kinds[kind]] for kind in sorted(kinds)])
    hours = sum(((end - start) for start, end in quarter.unread), timedelta())
    print(f"the inbox was out of reach {len(quarter.unread)} times, {hours} in all")
    table(
        ["promise", "broken", "promised", ""],
        [[what, len(how), 0, verdict(len(how), 0, at_most=True)] for what, how in broken.items()],
    )
    for what, how in broken.items():
        for one in how[:5]:
            print(f"{what}: {one}")


if __name__ == "__main__":
    main()
