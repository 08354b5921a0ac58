"""A plan is data: actions and problems. Planners make it, the CLI and the page show it,
tests compare it, the executor performs it; a dry run is stopping before that.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import assert_never

from schemas.fields import Field, Table
from schemas.outreach import Step
from schemas.problems import Problem


@dataclass(frozen=True, slots=True)
class Message:
    """A rendered message: subject, text and HTML, and which template's words they are."""

    subject: str
    text: str
    html: str
    template: str = ""
    language: str = ""
    variant: str = ""
    version: str = ""

    @property
    def words(self) -> str:
        """The identity of the words: a changed word is another one."""
        return f"{self.template}:{self.language}:{self.variant}:{self.version}"


@dataclass(frozen=True, slots=True)
class OpenEnrolment:
    """Repeatable: open an enrolment with its own copy of the sequence's steps."""

    key: str
    because: str
    creator: str
    record_id: str
    sequence: str
    round: int
    steps: tuple[Step, ...]
    mailbox: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class StopEnrolment:
    """Repeatable: stop an open enrolment for good; only Enrol again opens another round."""

    key: str
    because: str
    record_id: str
    sequence: str


@dataclass(frozen=True, slots=True)
class SendTouch:
    """Once-only: one step of one enrolment. `key` is `touch:<base>:<creator>:<sequence>:…`.

    `by_hand`: a teammate gets a task with the text instead; `link` is where they send it.
    `standing` is what the Enrolment cell says once it was sent.
    """

    key: str
    because: str
    not_after: datetime
    creator: str
    record_id: str
    enrolment: str
    sequence: str
    round: int
    step: int
    address: str
    mailbox: str
    message: Message
    in_reply_to: str = ""
    name: str = ""
    by_hand: bool = False
    link: str = ""
    standing: str = ""
    references: tuple[str, ...] = ()
    teammate: str = ""
    basis: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class PostNotice:
    """Once-only: post to a Discord channel. A staff notice in doubt may be repeated once."""

    key: str
    because: str
    not_after: datetime
    channel: str
    content: str
    embeds: tuple[Mapping[str, object], ...] = ()
    community: bool = False
    covers: tuple[str, ...] = ()

    def marked_as_repeat(self) -> "PostNotice":
        """The same notice, saying that it may have been posted before."""
        return replace(self, content=f"(possible repeat) {self.content}"[:2000])


@dataclass(frozen=True, slots=True)
class UpdateRow:
    """Repeatable: write absolute values to one row. The executor skips unchanged values."""

    key: str
    because: str
    table: Table
    record_id: str
    values: Mapping[Field, object] = field(hash=False)


@dataclass(frozen=True, slots=True)
class UpsertRow:
    """Repeatable: create or update the row whose Key field equals `key`.

    With `once`, a row that a person deleted stays deleted (a deleted task counts as dismissed).
    """

    key: str
    because: str
    table: Table
    values: Mapping[Field, object] = field(hash=False)
    once: bool = False


@dataclass(frozen=True, slots=True)
class MoveStage:
    """Repeatable: move a creator's Stage, only if `expected` still stands there."""

    key: str
    because: str
    creator: str
    record_id: str
    expected: str
    to: str
    at: datetime


Action = OpenEnrolment | StopEnrolment | SendTouch | PostNotice | UpdateRow | UpsertRow | MoveStage


@dataclass(frozen=True, slots=True)
class NotNow:
    """Somebody to whom nothing is done at present, and why.

    `is_due`: only sending hours, room in a mailbox or another attempt is waited for.
    """

    record_id: str
    who: str
    because: str
    is_due: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """A part of a plan that waits for a person, while the rest goes on.

    `kind` is what a decision is kept under; `lines` show who and what it is about.
    """

    kind: str
    because: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Thread:
    """What a message continues: `seed` chooses its variant, `subject` is the thread's own."""

    seed: str = ""
    subject: str = ""
    is_first: bool = True


@dataclass(frozen=True, slots=True)
class Broken:
    """Words that cannot be used until their row of Templates is put right, where that is told."""

    text: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What should happen, what a person must fix, and (if held) why nothing happens yet."""

    actions: tuple[Action, ...] = ()
    problems: tuple[Problem, ...] = ()
    held_because: str = ""
    skipped: tuple[NotNow, ...] = ()
    waiting: tuple[Waiting, ...] = ()

    def touches(self) -> tuple[SendTouch, ...]:
        """The messages this plan would send."""
        return tuple(action for action in self.actions if isinstance(action, SendTouch))

    def concerns(self) -> frozenset[str]:
        """The records that its actions and problems are about, as far as they name them."""
        about = {problem.record_id for problem in self.problems}
        for action in self.actions:
            match action:
                case OpenEnrolment() | StopEnrolment() | SendTouch() | UpdateRow() | MoveStage():
                    about.add(action.record_id)
                case UpsertRow():
                    linked = (v for v in action.values.values() if isinstance(v, list | tuple))
                    about.update(str(one) for links in linked for one in links)
                case PostNotice():
                    pass
                case _:
                    assert_never(action)
        return frozenset(about)
