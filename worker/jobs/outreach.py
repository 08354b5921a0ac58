"""Outreach: who is due is mailed, after what came in was read; then what is settled is shown."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from automations.canary import Decided
from automations.lawful import may_need_basis
from automations.outreach import MailboxRoom, Renderer, plan_outreach
from automations.plan import Action, Broken, Message, Plan, Thread, UpdateRow
from automations.warm_up import cap_of
from automations.wording import check_template, choose_template, preview, touch_context
from schemas.outreach import DeliveryState, Identified, Step
from schemas.parsing import parsed
from schemas.records_words import parse_templates
from schemas.rules import Rules
from schemas.sequences import SequenceRow, parse_sequence, parse_step
from schemas.stages import Stage
from schemas.tables import campaigns, creators
from schemas.tables import outreach as tables
from worker import by_hand, holding, needs, showing
from worker.about import read_abouts
from worker.airtable_names import raise_gone
from worker.executor import Done
from worker.jobs.job import Job, executor
from worker.jobs.replies import freshen
from worker.ledger import brakes, claims, consent, deliveries, mailbox, people
from worker.ledger.adoption import LedgerIds
from worker.ledger.brakes import HoldState
from worker.ledger.leases import Fence
from worker.pacing import pace_of
from worker.process import known_dead
from worker.reading import Reading, forbidden_because, grow_generation
from worker.views import Members
from worker.wiring import Worker

FRESH_INBOX = timedelta(minutes=15)
QUEUE = "Outreach queue"
STALE = "what changed in Airtable could not be read in the last two polls; see affiliate-ops status"
UNREAD = "its inbox could not be read to the end in the last 15 minutes; check IMAP_URL"


def plan_outreach_now(reading: Reading) -> Plan:
    """What outreach would do at this instant, for the creators in the team's view.

    Who changed since the view was last asked counts as in it; if the plan is about any of those,
    the view is asked and the plan is made again.
    """
    queue = _queue(reading)
    plan = _planned(reading, queue.possible)
    unsure = queue.unknown & plan.concerns()
    if unsure:
        rows = reading.rows(creators.TABLE)
        enrolled = {row.id for row in rows if row.cells.get(creators.SEQUENCE)}
        reading.ask(creators.TABLE, QUEUE, unsure | (queue.unknown & enrolled))
        plan = _planned(reading, _queue(reading).possible)
    return plan


def _queue(reading: Reading) -> Members:
    return reading.members(creators.TABLE, QUEUE) or Members(frozenset())


def _planned(reading: Reading, among: frozenset[str]) -> Plan:
    rules, rule_problems = reading.rules()
    worker, now = reading.worker, reading.worker.clock.now()
    identified, identity_problems = reading.identified(among)
    sequences = parsed(tables.SEQUENCES, reading.rows(tables.SEQUENCES), parse_sequence)
    steps = parsed(tables.STEPS, reading.rows(tables.STEPS), parse_step)
    about, words = read_abouts(reading), parse_templates(reading.rows(tables.TEMPLATES))
    broken = {one.record_id: found for one in words.records if (found := check_template(one))}
    plan = plan_outreach(
        base=worker.base_id,
        identified=identified,
        sequences=_as_first_named(reading, sequences.records),
        steps=steps.records,
        enrolments=people.enrolments(worker.ledger, worker.base_id),
        touches=deliveries.touches(worker.ledger, worker.base_id),
        suppressed=consent.suppressed_creators(
            worker.ledger, worker.base_id, separate=rules.separate_senders
        ),
        render=renderer(reading, rules, broken),
        campaigns=about.campaigns,
        decided=_decided(worker),
        rules=rules,
        mailboxes=rooms(reading, rules),
        now=now,
    )
    problems = (
        *rule_problems,
        *identity_problems,
        *sequences.problems,
        *steps.problems,
        *about.problems,
        *words.problems,
        *(problem for found in broken.values() for problem in found),
        *plan.problems,
    )
    return replace(plan, actions=_spared(worker, plan), problems=problems)


def _spared(worker: Worker, plan: Plan) -> tuple[Action, ...]:
    """The actions, without those that write what the showing of a touch is about to write."""
    unshown = deliveries.unshown_records(worker.ledger, worker.base_id)
    return tuple(
        action
        for action in plan.actions
        if not (
            isinstance(action, UpdateRow)
            and action.record_id in unshown
            and set(action.values) == {creators.ENROLMENT}
        )
    )


def run_outreach(reading: Reading, fence: Fence) -> Done:
    """Send what is due, after what came in was read; show what is settled."""
    worker = reading.worker
    claims.reconcile(
        worker.ledger,
        dead=known_dead(claims.owners(worker.ledger)),
        older_than=worker.real() - longest_send(worker),
        now=worker.clock.now(),
    )
    by_hand.withdraw(worker)
    problems = (*showing.show_all(worker, worker.clock.now()), *worker.writes.flush())
    if because := forbidden_because(reading):
        return Done(problems=list(problems), held_because=because)
    if not pace_of(worker).is_fresh(worker.clock.now()):
        return Done(problems=list(problems), held_because=STALE)
    freshen(worker)
    plan = plan_outreach_now(reading)
    if because := holding.held_because(reading, OUTREACH.name, plan):
        return Done(problems=[*problems, *plan.problems], held_because=because)
    holding.ask_about_parts(reading, OUTREACH.name, plan.waiting)
    rules, _ = reading.rules()
    if sends := len(plan.touches()):
        grow_generation(worker, sends)
    carry_out = executor(worker, fence, rules, caps(worker, rules)).carry_out
    done = carry_out(plan, lambda: _refresh(reading))
    people.finish_enrolments(worker.ledger, _finished(worker), worker.clock.now())
    done.problems += by_hand.show_tasks(worker, rules.time_zone)
    done.problems += (*problems, *showing.show_all(worker, worker.clock.now()))
    return done


def longest_send(worker: Worker) -> timedelta:
    """After this long no attempt can still be under way."""
    longest = (mailbox.longest_send() for mailbox in worker.mailboxes.values())
    return timedelta(seconds=max(longest, default=900.0))


def renderer(reading: Reading, rules: Rules, broken: Collection[str] = ()) -> Renderer:
    """Renders a step for a creator, or says why it cannot be rendered.

    Templates whose rows are `broken` (their record ids) are not used; that is told on the row.
    """
    worker = reading.worker
    words = worker.words.overridden_by(parse_templates(reading.rows(tables.TEMPLATES)).records)
    about = read_abouts(reading)

    def render(
        one: Identified, sequence: SequenceRow, step: Step, thread: Thread
    ) -> Message | Broken | str:
        template = choose_template(step.template, one.row.language, words.templates, thread.seed)
        if template is not None and template.record_id in broken:
            return Broken(f"template {template.name} has an error: see its row in Templates.")
        return preview(
            words,
            step.template,
            one.row.language,
            touch_context(
                name=one.row.name,
                handle=one.row.handle,
                brand=rules.brand,
                sender_name=worker.sender_name,
                step=step.number,
                language=one.row.language,
                stage=one.row.stage.value if one.row.stage else "",
                followers=one.row.followers,
                about=about.of(sequence.campaign_record),
            ),
            thread=thread,
            postal_address=worker.postal_address,
            unsubscribe_url=worker.unsubscribe_url(one.creator),
            source=one.row.source if may_need_basis(one.row, rules) else "",
        )

    return render


def _decided(worker: Worker) -> Decided:
    """What people decided about parts of outreach's plans, and which words went out how often."""
    standing = brakes.standing_holds(worker.ledger, worker.base_id, OUTREACH.name)
    return Decided(
        released={one.kind for one in standing if one.state is HoldState.RELEASED},
        dropped={one.kind for one in standing if one.state is HoldState.DROPPED},
        words_sent=deliveries.words_sent(worker.ledger, worker.base_id),
    )


def _as_first_named(reading: Reading, sequences: Sequence[SequenceRow]) -> tuple[SequenceRow, ...]:
    """A sequence keeps the identity it was first seen with, whatever it is renamed to."""
    ids, base = LedgerIds(reading.worker.ledger), reading.worker.base_id
    return tuple(
        replace(row, slug=ids.first_slug(base, row.record_id, row.slug, remember=reading.remember))
        for row in sequences
    )


def rooms(reading: Reading, rules: Rules) -> tuple[MailboxRoom, ...]:
    """What each mailbox may still send today; none where the inbox was not read to its end.

    A preview shows what the pass would do after it has read the inbox.
    """
    worker, now = reading.worker, reading.worker.clock.now()
    day = now.astimezone(rules.time_zone).date().isoformat()
    found, most = [], caps(worker, rules)
    for name in worker.mailboxes:
        inbox = worker.inboxes.get(name)
        read_at = mailbox.read_to_end_at(worker.ledger, inbox.name) if inbox else None
        fresh = read_at is not None and now - read_at <= FRESH_INBOX
        room = max(0, most[name] - deliveries.used_room(worker.ledger, name, day))
        unread = "" if fresh or not reading.remember else UNREAD
        gap = timedelta(seconds=rules.gap_seconds)
        last_at = deliveries.last_sent_at(worker.ledger, name) if gap else None
        found.append(MailboxRoom(name, room, unread, gap, last_at))
    return tuple(found)


def caps(worker: Worker, rules: Rules) -> Mapping[str, int]:
    """What each mailbox may send today, warm-up included."""
    first = deliveries.first_days(worker.ledger)
    today = worker.clock.now().astimezone(rules.time_zone).date()
    return {
        name: cap_of(name, date.fromisoformat(first[name]) if name in first else None, today, rules)
        for name in worker.mailboxes
    }


def _refresh(reading: Reading) -> frozenset[str]:
    """Within a long pass: take in replies and changes; whose touches are left to the next plan.

    When anything changed that the plan was made by (settings, sequences, words), that is everybody.
    """
    freshen(reading.worker)
    refreshed = reading.again()
    raise_gone(reading.worker.base.lacking(OUTREACH.needs, OUTREACH.choices))
    identified, _ = reading.identified()  # a tick in Opted out is taken in here
    if refreshed.rules:
        return frozenset(one.row.record_id for one in identified)
    return refreshed.creators


def _finished(worker: Worker) -> list[str]:
    """Open enrolments whose last step was sent."""
    sent: dict[str, set[int]] = {}
    for touch in deliveries.touches(worker.ledger, worker.base_id):
        if touch.state is DeliveryState.SENT:
            sent.setdefault(touch.enrolment, set()).add(touch.step)
    return [
        enrolment.id
        for enrolment in people.enrolments(worker.ledger, worker.base_id)
        if {step.number for step in enrolment.steps} <= sent.get(enrolment.id, set())
    ]


OUTREACH = Job(
    "outreach",
    plan_outreach_now,
    run_outreach,
    needs=(
        *needs.SETTINGS,
        *needs.SCREEN,
        (
            creators.TABLE,
            (
                *needs.IDENTITY, creators.NAME, creators.COUNTRY, creators.TIME_ZONE,
                creators.LANGUAGE, creators.SOURCE, creators.LEGAL_BASIS, creators.SEQUENCE,
                creators.ENROL_AGAIN, creators.OPTED_OUT, creators.STAGE,
            ),
        ),
        (
            tables.SEQUENCES,
            (
                tables.SEQUENCE_NAME, tables.SEQUENCE_ACTIVE, tables.SEQUENCE_CAMPAIGN,
                tables.SEQUENCE_STOPS_AT,
            ),
        ),
        (campaigns.CAMPAIGNS, (campaigns.CAMPAIGN_STARTS, campaigns.CAMPAIGN_ENDS)),
        (
            tables.STEPS,
            (
                tables.STEP_SEQUENCE, tables.STEP_NUMBER, tables.STEP_WAIT,
                tables.STEP_WAIT_UNIT, tables.STEP_SENT_BY, tables.STEP_TEMPLATE,
            ),
        ),
        (
            tables.TEMPLATES,
            (
                tables.TEMPLATE_NAME, tables.TEMPLATE_LANGUAGE, tables.TEMPLATE_SUBJECT,
                tables.TEMPLATE_BODY, tables.TEMPLATE_VARIANT, tables.TEMPLATE_WEIGHT,
            ),
        ),
    ),
    # Whoever stands in this stage would stand in none, and be mailed, if the choice were lost.
    choices=(
        *needs.SCREEN_CHOICES,
        (creators.TABLE, creators.STAGE, (Stage.DO_NOT_CONTACT.value,)),
    ),
)  # fmt: skip
