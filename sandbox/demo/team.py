"""The simulated team: types into Airtable what the product cannot learn by itself.

Each edit is one a teammate makes by hand: samples, videos, tasks done, stages, sequences.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sandbox.demo.agenda import Agenda
from sandbox.demo.cast import Player, type_in
from sandbox.demo.hands import Hands
from sandbox.demo.options import dice
from sandbox.demo.orders import SHOP_ZONE
from sandbox.demo.shop import PRODUCTS
from schemas.fields import Field
from schemas.stages import Stage
from schemas.tables import content, creators, outreach
from schemas.tables import pipeline as t

# From each sample status the next one, the day it fills in, and the days until then.
SAMPLE_STEPS = (
    ("Requested", t.SAMPLE_REQUESTED, 0.0),
    ("Approved", t.SAMPLE_APPROVED, 1.0),
    ("Shipped", t.SAMPLE_SHIPPED, 1.5),
    ("Delivered", t.SAMPLE_DELIVERED, 4.0),
)


@dataclass(slots=True)
class Team:
    """Hands in Airtable, and what they still mean to do; `delivered` hears of samples arrived."""

    hands: Hands
    agenda: Agenda
    seed: int
    delivered: Callable[[str], None]
    rows: dict[str, str] = field(default_factory=dict)

    def enter(self, player: Player) -> None:
        """Add a creator."""
        self.rows[player.handle] = type_in(self.hands, player)

    def answer(self, handle: str) -> None:
        """A creator said yes: talk to them, and mostly agree on a sample."""
        fate = dice(self.seed, "answer", handle)
        if fate.random() < 0.35:
            self._in_hours(fate.uniform(3, 20), f"onboard {handle}", lambda: self._onboard(handle))
        if fate.random() < 0.75:
            hours = fate.uniform(22, 60)
            self._in_hours(hours, f"sample {handle}", lambda: self.request_sample(handle))

    def _onboard(self, handle: str) -> None:
        if self._stage(handle) in (Stage.CONTACTED.value, Stage.REPLIED.value):
            self.move(handle, Stage.ONBOARDED)

    def move(self, handle: str, stage: Stage) -> None:
        """Choose a stage by hand."""
        self.hands.edit(creators.TABLE, self.rows[handle], {creators.STAGE: stage.value})

    def choose_sequence(self, handle: str) -> None:
        """Put a creator into the first sequence."""
        sequence = self.hands.rows(outreach.SEQUENCES)[0].id
        self.hands.edit(creators.TABLE, self.rows[handle], {creators.SEQUENCE: [sequence]})

    def tick_opted_out(self, handle: str) -> None:
        """Someone asked on the telephone to hear nothing more."""
        self.hands.edit(creators.TABLE, self.rows[handle], {creators.OPTED_OUT: True})

    def request_sample(self, handle: str, reached: int = 0) -> None:
        """Add a sample that has come as far as SAMPLE_STEPS[reached], and take it further."""
        product = dice(self.seed, "sample", handle).choice(PRODUCTS).name
        cells: dict[Field, object] = {
            t.SAMPLE_PRODUCT: product,
            t.SAMPLE_CREATOR: [self.rows[handle]],
            t.SAMPLE_STATUS: SAMPLE_STEPS[reached][0],
        }
        for status, day_field, _ in SAMPLE_STEPS[: reached + 1]:
            cells |= {day_field: self.today().isoformat(), **self._extra(handle, status)}
        sample = self.hands.create(t.SAMPLES, cells)
        self._go_on(handle, sample, reached)

    def _go_on(self, handle: str, sample: str, reached: int) -> None:
        if reached + 1 == len(SAMPLE_STEPS):
            self.delivered(handle)
            return
        fate = dice(self.seed, "sample", handle, reached)
        if reached == 0 and fate.random() < 0.12:
            hours, status = 20.0, "Cancelled"
            self._in_hours(hours, f"cancel {handle}", lambda: self._set(sample, status, None))
            return
        status, day_field, days = SAMPLE_STEPS[reached + 1]

        def take_further() -> None:
            self._set(sample, status, day_field, self._extra(handle, status))
            self._go_on(handle, sample, reached + 1)

        self._in_hours(fate.uniform(0.7, 1.5) * days * 24, f"{status} {handle}", take_further)

    def _set(
        self,
        sample: str,
        status: str,
        day_field: Field | None,
        more: Mapping[Field, object] | None = None,
    ) -> None:
        day = {day_field: self.today().isoformat()} if day_field else {}
        self.hands.edit(t.SAMPLES, sample, {t.SAMPLE_STATUS: status, **day, **(more or {})})

    def _extra(self, handle: str, status: str) -> Mapping[Field, object]:
        if status != "Shipped":
            return {}
        number = dice(self.seed, "tracking", handle).randrange(10**11)
        return {t.SAMPLE_TRACKING: f"9400{number:011}"}

    def type_video(
        self, handle: str, video_id: str, posted_at: datetime, *, approved: bool
    ) -> None:
        """Add a video to Content."""
        self.hands.create(
            content.CONTENT,
            {
                content.URL: f"https://www.tiktok.com/@{handle}/video/{video_id}",
                content.CREATOR: [self.rows[handle]],
                content.VIDEO_ID: video_id,
                content.POSTED_ON: posted_at.astimezone(SHOP_ZONE).date().isoformat(),
                content.APPROVED: approved,
            },
        )

    def do_tasks(self) -> None:
        """Most of the open tasks are done, a few dismissed, the rest waits for tomorrow."""
        names = {row.id: row.text(creators.HANDLE) for row in self.hands.rows(creators.TABLE)}
        for task in self.hands.rows(t.TASKS):
            if task.text(t.TASK_STATUS) != "Open":
                continue
            about = names.get(task.link(t.TASK_CREATOR), ""), task.link(t.TASK_SOP)
            fallen = dice(self.seed, "task", *about, self.today()).random()
            if fallen < 0.6:
                done = "Done" if fallen < 0.57 else "Dismissed"
                self.hands.edit(t.TASKS, task.id, {t.TASK_STATUS: done})

    def resolve_doubts(self) -> None:
        """Look into Sent for each mail in doubt: it is there."""
        for row in self.hands.rows(outreach.MESSAGES):
            undecided = not row.get(outreach.MESSAGE_RESOLUTION)
            if row.text(outreach.MESSAGE_STATE) == "In doubt" and undecided:
                sent = {outreach.MESSAGE_RESOLUTION: outreach.RESOLUTIONS[0]}
                self.hands.edit(outreach.MESSAGES, row.id, sent)

    def today(self) -> date:
        """The day on the base's clock."""
        return self.agenda.clock.now().astimezone(SHOP_ZONE).date()

    def _stage(self, handle: str) -> str:
        found = (row for row in self.hands.rows(creators.TABLE) if row.id == self.rows[handle])
        return next((row.text(creators.STAGE) for row in found), "")

    def _in_hours(self, hours: float, what: str, do: Callable[[], None]) -> None:
        self.agenda.add(self.agenda.clock.now() + timedelta(hours=hours), what, do)
