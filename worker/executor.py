"""Carries out a plan: claims and settles what may happen once, writes what may be repeated.

It decides nothing: what may be sent is decided by the claim. It finishes the effect it has begun
when told to stop, and starts no other.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, assert_never

import structlog

from automations.plan import (
    MoveStage,
    OpenEnrolment,
    Plan,
    PostNotice,
    SendTouch,
    StopEnrolment,
    UpdateRow,
    UpsertRow,
)
from schemas.fields import Field, Table
from schemas.outreach import DeliveryState
from schemas.problems import Problem
from schemas.rules import Rules
from worker.errors import NotDone, OutcomeUnknown, Refused
from worker.ledger import brakes, claims, deliveries, people
from worker.ledger.claims import Claim, NotClaimed, Room, Wanted
from worker.ledger.cohorts import Cohort
from worker.ledger.engine import Ledger
from worker.ledger.leases import Fence
from worker.mail_build import Outgoing, message_id
from worker.mail_replies import ADDRESS, BUSY_S, MAILBOX
from worker.stage_moves import Carried, in_tens
from worker.stopping import INTERRUPTIONS, Stopping
from worker.touch_claims import wanted_touch

log = structlog.get_logger()

REFRESH_EVERY = 100  # sends after which replies and changed rows are read again


class Mail(Protocol):
    """A mailbox that sends one message; its answer is the server's last word."""

    name: str
    sender: str

    def send(self, mail: Outgoing) -> str: ...


class Channels(Protocol):
    """Discord: posts a notice; its answer is the id of the message."""

    def post(self, notice: PostNotice) -> str: ...


class Rows(Protocol):
    """The base: absolute values written to rows, problems given back per row."""

    def update(
        self, table: Table, changes: Mapping[str, Mapping[Field, object]]
    ) -> tuple[Problem, ...]: ...


class Upserts(Protocol):
    """Creates or updates rows by their key, remembering those a person deleted."""

    def __call__(self, actions: Collection[UpsertRow]) -> tuple[Problem, ...]: ...


@dataclass(slots=True)
class Done:
    """What came of a plan: counts by outcome, problems, and whether all of it was attempted."""

    counts: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    complete: bool = True
    held_because: str = ""
    down: list[str] = field(default_factory=list)  # services that could not be reached


@dataclass(frozen=True, slots=True)
class Executor:
    """Performs plans for one base under one lease."""

    base: str
    ledger: Ledger
    rows: Rows
    upsert: Upserts
    move: Callable[[Sequence[MoveStage]], Sequence[Carried]]
    mailboxes: Mapping[str, Mail]
    channels: Channels
    unsubscribe_url: Callable[[str], str]
    rules: Rules
    fence: Fence
    owner: str
    now: Callable[[], datetime]
    real: Callable[[], datetime]
    stopping: Stopping
    caps: Mapping[str, int] = field(default_factory=dict)  # where warm-up keeps below the cap
    resting: dict[str, str] = field(default_factory=dict)  # mailboxes out of reach, and why

    def carry_out(self, plan: Plan, refresh: Callable[[], frozenset[str]] = frozenset) -> Done:
        """Attempt every action of the plan in order; stop early when told to or out of time.

        `refresh` is called every hundred sends: it takes in replies and changes, and returns the
        record ids that changed, whose touches are then left to the next plan.
        """
        done = Done(problems=list(plan.problems))
        writes: list[UpdateRow | UpsertRow | MoveStage] = []
        changed: frozenset[str] = frozenset()
        for action in plan.actions:
            if self.stopping.is_set():
                done.complete = False
                break
            if isinstance(action, SendTouch):
                if action.record_id in changed:
                    done.counts["left to the next plan"] += 1
                    continue
                sends = self._send(action, done)
                if sends and done.counts["sent"] % REFRESH_EVERY == 0:
                    changed |= refresh()
                continue
            if isinstance(action, UpdateRow | UpsertRow | MoveStage):
                writes.append(action)
                continue
            self._other(action, done)
        self._write(writes, done)
        done.down += self.resting.values()
        return done

    def _other(self, action: OpenEnrolment | StopEnrolment | PostNotice, done: Done) -> None:
        match action:
            case OpenEnrolment():
                cohort = Cohort(
                    f"{self.now().astimezone(self.rules.time_zone):%Y-%m}", action.source
                )
                people.open_enrolment(self.ledger, self.base, action, cohort, self.now())
            case StopEnrolment():
                people.stop_enrolment(
                    self.ledger, action.key, because=action.because, now=self.now()
                )
            case PostNotice():
                self._post(action, done)
            case _:
                assert_never(action)

    def _send(self, touch: SendTouch, done: Done) -> bool:
        """Claim, send and settle one touch; whether an attempt was made."""
        mailbox = self.mailboxes.get(touch.mailbox)
        if mailbox is None or self.now() > touch.not_after:
            done.counts["too late" if mailbox else "no mailbox"] += 1
            return False
        if touch.mailbox in self.resting:
            done.counts["mailbox out of reach"] += 1
            return False
        if touch.by_hand:
            handed = self._claim(self._wanted(touch), done) is not None
            done.counts["handed to a teammate"] += handed
            return handed
        own_id = message_id(touch.key, mailbox.sender.rpartition("@")[2].strip("> "))
        claimed = self._claim(self._wanted(touch), done)
        if claimed is None:
            return False
        outgoing = Outgoing(
            key=touch.key,
            to=touch.address,
            to_name=touch.name,
            message=touch.message,
            unsubscribe_url=self.unsubscribe_url(touch.creator),
            at=self.now(),
            in_reply_to=touch.in_reply_to,
            references=touch.references,
        )
        state = self._attempt(claimed, lambda: mailbox.send(outgoing), mailbox.name, own_id=own_id)
        if state is None:
            self._bounce(touch)
        done.counts["sent" if state is DeliveryState.SENT else "not sent"] += 1
        return True

    def _wanted(self, touch: SendTouch) -> Wanted:
        day = self.now().astimezone(self.rules.time_zone).date().isoformat()
        cap = self.caps.get(touch.mailbox, self.rules.daily_cap)
        room, separate = Room(touch.mailbox, day, cap), self.rules.separate_senders
        return wanted_touch(touch, self.base, room, separate_senders=separate)

    def _post(self, notice: PostNotice, done: Done) -> None:
        if self.now() > notice.not_after:
            done.counts["too late"] += 1
            return
        before = deliveries.by_key(self.ledger, notice.key)
        is_repeat = before is not None and before.outcome == claims.REPEATED
        wanted = Wanted(
            key=notice.key,
            base=self.base,
            kind="community" if notice.community else "notice",
            because=notice.because,
            payload={
                "channel": notice.channel,
                "content": notice.content,
                "repeat": "yes" if is_repeat else "",
            },
            scopes=self._scopes_of(notice),
            covers=notice.covers,
        )
        claimed = self._claim(wanted, done)
        if claimed is None:
            return
        if is_repeat:
            notice = notice.marked_as_repeat()
        state = self._attempt(
            claimed, lambda: self.channels.post(notice), notice.channel, give_up=False
        )
        done.counts["posted" if state is DeliveryState.SENT else "not posted"] += 1
        if state is DeliveryState.REFUSED:
            refused = deliveries.by_key(self.ledger, notice.key)
            why = refused.outcome if refused else ""
            text = f"A notice to {notice.channel} was refused ({why}): {notice.content[:200]}"
            done.problems.append(Problem("", "", text))

    def _scopes_of(self, notice: PostNotice) -> tuple[str, ...]:
        """Staff hear also while everything is paused; what creators read is paused with it."""
        channel = brakes.channel_scope(self.base, notice.channel)
        if not notice.community:
            return (channel,)
        return (channel, brakes.EVERYTHING, brakes.base_scope(self.base))

    def _claim(self, wanted: Wanted, done: Done) -> Claim | None:
        try:
            return claims.claim(
                self.ledger,
                wanted,
                fence=self.fence,
                owner=self.owner,
                now=self.now(),
                real=self.real(),
            )
        except NotClaimed as why:
            done.counts[f"not claimed: {why}"] += 1
            return None

    def _attempt(
        self,
        claimed: Claim,
        act: Callable[[], str],
        through: str,
        *,
        own_id: str | None = None,
        give_up: bool = True,
    ) -> DeliveryState | None:
        """Do it once, through a mailbox or channel, and settle it; None if the address bounced."""
        bounced = False
        try:
            outcome, state = act(), DeliveryState.SENT
        except NotDone as error:
            wait = timedelta(seconds=error.wait_s or 300)
            state = claims.hand_back(
                self.ledger,
                claimed,
                now=self.now(),
                wait=wait,
                outcome=str(error),
                give_up=give_up,
            )
            if error.scope == MAILBOX and error.wait_s <= BUSY_S:
                self.resting[through] = str(error)
            else:
                self._pause(error, through)
            return state
        except Refused as error:
            outcome, state = str(error), DeliveryState.REFUSED
            bounced = error.scope == ADDRESS
            self._pause(error, through)
        except OutcomeUnknown as error:
            outcome, state = str(error), DeliveryState.IN_DOUBT
        except INTERRUPTIONS:
            raise  # the reconciler finds the claim; nothing is known of the attempt
        except Exception as error:  # once-only: whatever it was, it may have left
            log.exception("attempt", key=claimed.key)
            outcome, state = f"{type(error).__name__} while sending", DeliveryState.IN_DOUBT
        claims.settle(
            self.ledger, claimed, state, now=self.now(), outcome=outcome, message_id=own_id
        )
        return None if bounced else state

    def _bounce(self, touch: SendTouch) -> None:
        with self.ledger.writing() as connection:
            deliveries.bounced(connection, touch.key, source=touch.key, now=self.now())

    def _pause(self, error: NotDone | Refused, name: str) -> None:
        """A mailbox or channel that refuses us is paused until a person resumes it."""
        if error.scope in {"", ADDRESS}:
            return
        is_mailbox = error.scope == MAILBOX
        scope = brakes.mailbox_scope(name) if is_mailbox else brakes.channel_scope(self.base, name)
        brakes.pause(self.ledger, scope, because=str(error), at=self.now())

    def _write(self, writes: Sequence[UpdateRow | UpsertRow | MoveStage], done: Done) -> None:
        """Write what may be repeated: one update per record, moves and upserts in tens."""
        updates: dict[Table, dict[str, dict[Field, object]]] = {}
        for action in writes:
            if isinstance(action, UpdateRow):
                changes = updates.setdefault(action.table, {}).setdefault(action.record_id, {})
                changes.update(action.values)
        for table, changed in updates.items():
            done.problems += self.rows.update(table, changed)
            done.counts["rows written"] += len(changed)
        self._move([action for action in writes if isinstance(action, MoveStage)], done)
        upserts = [action for action in writes if isinstance(action, UpsertRow)]
        if upserts:
            done.problems += self.upsert(upserts)
            done.counts["rows written"] += len(upserts)

    def _move(self, moves: Sequence[MoveStage], done: Done) -> None:
        for ten in in_tens(moves):
            if self.stopping.is_set():
                done.complete = False
                return
            for carried in self.move(ten):
                done.counts[carried.outcome.value] += 1
                done.problems += [one for one in carried.problems if one not in done.problems]
