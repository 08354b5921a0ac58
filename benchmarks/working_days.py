"""The load of a month: what twelve teammates type in three shifts, and what creators answer.

Seeded, so that two runs see the same people do the same things at the same seconds.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from benchmarks.screen import Screen
from benchmarks.simulation import Awaited, Simulation
from sandbox.demo import letters
from sandbox.demo.mails import recipient, was_accepted
from sandbox.people import Person
from schemas.fields import Field, Table
from schemas.stages import STAGES
from schemas.tables import content, outreach, pipeline
from schemas.tables import creators as c

SHIFTS_BEGIN = (1, 4, 7)  # hours of the day (UTC); each shift is eight hours, together fourteen
SHIFT = timedelta(hours=8)
PEOPLE_ABOUT = range(1, 16)  # hours of the day, and a little longer
SAMPLE_DAYS = (0, 1, 2, 6)  # days from the request until each of its states
GONE_THROUGH = ("Recruit", "Season", "Second season")
STATES = pipeline.SAMPLE_STATES[:4]
SOURCES = ("Creator marketplace", "Hashtag search", "Referral", "Came to us")
ENROLLED, STAGED, STOPPED, ANSWERED = "enrolled", "sample", "opted out", "creator wrote"
BY_PEOPLE = (ENROLLED, STAGED, STOPPED)


@dataclass(frozen=True, slots=True)
class Load:
    """What happens on a day."""

    touches: int = 667
    replies: int = 150
    samples: int = 40
    videos: int = 20
    opt_outs: int = 5
    teammates: int = 12
    edits_each: int = 250

    @property
    def enrolments(self) -> int:
        """Creators put into a sequence a day, so that its three steps make the day's touches."""
        return round(self.touches / 2.45)  # some answer before the last step


@dataclass(slots=True)
class WorkingDays:
    """Plans each day of the team and of the creators on the simulation's agenda."""

    month: Simulation
    load: Load
    people: Sequence[tuple[str, Person]]  # record id and who it is, in the order of their turns
    seed: int = 7
    dice: random.Random = field(init=False)
    screen: Screen = field(init=False)
    _rows: dict[str, str] = field(init=False)  # address to record id
    _persons: dict[str, Person] = field(init=False)
    _sequences: Sequence[str] = field(init=False)
    _turn: int = 0
    _stopped: set[str] = field(default_factory=set)
    _samples: list[tuple[datetime, str, str, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.screen = Screen(self.month.box)
        self._rows = {person.email: record for record, person in self.people}
        self._persons = {person.email: person for _, person in self.people}
        self._sequences = [
            row.id
            for row in self.month.hands.rows(outreach.SEQUENCES)
            if row.text(outreach.SEQUENCE_NAME) in GONE_THROUGH
        ]

    def plan(self, day: datetime, *, with_edits: bool = True) -> None:
        """Put everything of one day on the agenda."""
        moments = sorted(self._moments(day))
        self.dice.shuffle(moments)
        works = list(self._effective(day))
        if with_edits:
            works += [self._type_something] * max(0, len(moments) - len(works))
        for at, do in zip(moments, works, strict=False):
            self.month.agenda.add(at, "edit", do)
        for _ in range(self.load.replies):
            at = day + timedelta(seconds=self.dice.randrange(24 * 3600))
            self.month.agenda.add(at, "reply", self._answer)

    def _moments(self, day: datetime) -> Iterator[datetime]:
        for mate in range(self.load.teammates):
            begins = day + timedelta(hours=SHIFTS_BEGIN[mate % len(SHIFTS_BEGIN)])
            for _ in range(self.load.edits_each):
                yield begins + SHIFT * self.dice.random()

    def _effective(self, day: datetime) -> Iterator[Callable[[], None]]:
        yield from [self._enrol] * self.load.enrolments
        yield from [self._request_sample] * self.load.samples
        yield from [self._opt_out] * self.load.opt_outs
        yield from [self._type_video] * self.load.videos
        due = [one for one in self._samples if one[0] <= day + timedelta(days=1)]
        self._samples = [one for one in self._samples if one not in due]
        for at, sample, creator, state in due:
            yield partial(self._take_further, at, sample, creator, state)

    def _next(self) -> tuple[str, Person, str]:
        """The next creator whose turn it is, and the sequence of this round of turns."""
        while True:
            round_, place = divmod(self._turn, len(self.people))
            self._turn += 1
            record, person = self.people[place]
            if record not in self._stopped:
                return record, person, self._sequences[round_ % len(self._sequences)]

    def _enrol(self) -> None:
        record, person, sequence = self._next()
        self.month.hands.edit(c.TABLE, record, {c.SEQUENCE: [sequence]})
        before = self.screen.mails_to(person.email)
        self._await(ENROLLED, lambda: self.screen.mails_to(person.email) > before)

    def _request_sample(self) -> None:
        record, _ = self.dice.choice(self.people)
        cells = {
            pipeline.SAMPLE_PRODUCT: "Glow serum",
            pipeline.SAMPLE_CREATOR: [record],
            pipeline.SAMPLE_STATUS: STATES[0],
            pipeline.SAMPLE_REQUESTED: self._today(),
        }
        sample = self.month.hands.create(pipeline.SAMPLES, cells)
        self._expect_stage(record, 0)
        self._samples.append((self.month.now + timedelta(days=SAMPLE_DAYS[1]), sample, record, 1))

    def _take_further(self, due: datetime, sample: str, creator: str, state: int) -> None:
        self.month.hands.edit(pipeline.SAMPLES, sample, {pipeline.SAMPLE_STATUS: STATES[state]})
        self._expect_stage(creator, state)
        if state + 1 < len(STATES):
            days = SAMPLE_DAYS[state + 1] - SAMPLE_DAYS[state]
            self._samples.append((due + timedelta(days=days), sample, creator, state + 1))

    def _expect_stage(self, record: str, state: int) -> None:
        wanted = STAGES.index(f"Sample {STATES[state].lower()}")
        if self.screen.stage(record) < wanted:
            self._await(STAGED, lambda: self.screen.stage(record) >= wanted)

    def _opt_out(self) -> None:
        record, person = self.dice.choice(self.people)
        if record in self._stopped:
            return
        self._stopped.add(record)
        self.month.hands.edit(c.TABLE, record, {c.OPTED_OUT: True})
        self._await(STOPPED, lambda: self.screen.is_suppressed(person.email))

    def _type_video(self) -> None:
        record, _ = self.dice.choice(self.people)
        number = self.dice.randrange(10**15)
        cells = {
            content.URL: f"https://www.tiktok.com/@creator/video/{number}",
            content.CREATOR: [record],
            content.VIDEO_ID: str(number),
            content.POSTED_ON: self._today(),
        }
        self.month.hands.create(content.CONTENT, cells)

    def _type_something(self) -> None:
        """An edit that asks nothing of the worker: most of what a team types."""
        record, _ = self.dice.choice(self.people)
        kinds: tuple[Callable[[], None], ...] = (
            lambda: self._edit(c.TABLE, record, c.FOLLOWERS, self.dice.randrange(10**6)),
            lambda: self._edit(c.TABLE, record, c.SOURCE, self.dice.choice(SOURCES)),
            lambda: self._edit_one_of(pipeline.TASKS, pipeline.TASK_STATUS, "Done"),
            lambda: self._edit_one_of(content.CONTENT, content.APPROVED, value=True),
            lambda: self._edit_one_of(pipeline.SAMPLES, pipeline.SAMPLE_TRACKING, "9400123"),
            lambda: self._edit_one_of(outreach.STEPS, outreach.STEP_NAME, "Follow-up"),
        )
        self.dice.choices(kinds, (40, 35, 15, 5, 4.8, 0.2))[0]()

    def _edit(self, table: Table, record: str, column: Field, value: object) -> None:
        self.month.hands.edit(table, record, {column: value})

    def _edit_one_of(self, table: Table, column: Field, value: object) -> None:
        rows = self.screen.table(table).rows
        if rows:
            newest = list(rows)[-200:]
            self._edit(table, self.dice.choice(newest), column, value)

    def _answer(self) -> None:
        taken = [mail for mail in self.month.box.world.mail[-2_000:] if was_accepted(mail)]
        if not taken:
            return
        mail = self.dice.choice(taken)
        person = self._persons[recipient(mail)]
        post = self.month.box.mail
        if self.dice.random() < 0.1:
            post.write(letters.absence(mail, person))
            return
        post.write(letters.answer(mail, person, "Thank you, tell me more!", quotes=True))
        self._await_reply(self._rows[person.email])

    def _await_reply(self, record: str) -> None:
        before = self.screen.cell(record, c.LAST_REPLY_AT)
        self._await(ANSWERED, lambda: self.screen.cell(record, c.LAST_REPLY_AT) != before)

    def _await(self, what: str, has_happened: Callable[[], bool]) -> None:
        self.month.awaited.append(Awaited(what, self.month.now, has_happened))

    def _today(self) -> str:
        return self.month.now.date().isoformat()
