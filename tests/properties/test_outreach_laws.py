"""Laws of outreach, for any people and any history."""

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import given
from hypothesis import strategies as st

from automations.business_days import is_business_day, is_holiday
from automations.due_step import next_step
from automations.outreach import MailboxRoom
from automations.sending_window import open_window
from schemas.countries import zone_named
from schemas.outreach import DeliveryState, Enrolment, EnrolmentState, Identified, Touch
from schemas.stages import Stage
from tests.builders_outreach import (
    ALL_DAY,
    DAY,
    NOON,
    RECRUIT,
    RULES,
    STEPS,
    WAKE_UP,
    World,
    a_creator,
    a_touch,
    an_enrolment,
    openings_of,
    plan,
    touches_of,
)

ZONES = tuple(sorted(zone for zone in available_timezones() if zone_named(zone)))
MOMENTS = st.datetimes(
    datetime(2025, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC)  # noqa: DTZ001 - bounds; the zone is given beside them
)  # fmt: skip


@st.composite
def worlds(draw):
    """Some creators in any state, with any history the ledger could hold."""
    identified: list[Identified] = []
    enrolments: list[Enrolment] = []
    touches: list[Touch] = []
    for number in range(draw(st.integers(1, 6))):
        creator = f"cr-{number}"
        identified.append(
            a_creator(
                creator,
                email=draw(st.sampled_from([f"{creator}@example.com", ""])),
                time_zone=draw(st.sampled_from([*ZONES, ""])),
                country=draw(st.sampled_from(["US", "BR", "VN", "XX"])),
                sequence_record=draw(
                    st.sampled_from([RECRUIT.record_id, WAKE_UP.record_id, "", "recGone"])
                ),
                opted_out=draw(st.booleans()),
                enrol_again=draw(st.booleans()),
                stage=draw(st.sampled_from([None, Stage.CONTACTED, Stage.DO_NOT_CONTACT])),
                created_at=NOON - draw(st.integers(1, 90)) * DAY,
            )
        )
        for round_ in range(1, draw(st.integers(0, 2)) + 1):
            state = draw(st.sampled_from(EnrolmentState))
            enrolments.append(an_enrolment(creator, round=round_, state=state))
            touches.extend(
                a_touch(
                    enrolments[-1],
                    step,
                    state=draw(st.sampled_from(DeliveryState)),
                    at=NOON - timedelta(hours=draw(st.integers(0, 3000))),
                    not_before=draw(st.sampled_from([None, NOON + DAY])),
                )
                for step in range(1, draw(st.integers(0, 3)) + 1)
            )
    world = World(identified, replace(ALL_DAY, daily_cap=draw(st.integers(0, 4))))
    world.enrolments = {enrolment.id: enrolment for enrolment in enrolments}
    world.touches = {touch.key: touch for touch in touches}
    world.suppressed = draw(st.sets(st.sampled_from(["cr-0", "cr-1", "cr-2"])))
    return world


@given(world=worlds(), seed=st.randoms(use_true_random=False))
def test_planning_does_not_depend_on_the_order_of_anything(world: World, seed: random.Random):
    shuffled = World(
        seed.sample(world.identified, len(world.identified)), world.rules,
        dict(seed.sample(list(world.enrolments.items()), len(world.enrolments))),
        dict(seed.sample(list(world.touches.items()), len(world.touches))), world.suppressed,
    )  # fmt: skip

    assert shuffled.plan(NOON) == world.plan(NOON)


@given(world=worlds())
def test_what_was_carried_out_is_not_planned_again(world: World):
    world.carry_out(world.plan(NOON), NOON)
    second = world.plan(NOON)
    sent_anyway = {touch.creator for touch in touches_of(second)}
    world.carry_out(second, NOON)

    # A first step done, a second with no wait may follow; what was sent is not sent again.
    assert not sent_anyway
    assert openings_of(second) == []
    assert world.plan(NOON).actions == ()


@given(world=worlds())
def test_nobody_who_opted_out_hears_anything_ever(world: World):
    silent = {
        who.creator
        for who in world.identified
        if who.row.opted_out
        or who.row.stage is Stage.DO_NOT_CONTACT
        or who.creator in world.suppressed
    }

    for days in range(0, 40, 3):
        world.carry_out(world.plan(NOON + days * DAY), NOON + days * DAY)

    assert not silent & {touch.creator for touch, _ in world.sent_at}
    assert not silent & {e.creator for e in world.enrolments.values() if e.opened_at >= NOON}


@given(
    zone=st.sampled_from(ZONES),
    now=MOMENTS,
    hours=st.tuples(st.integers(0, 95), st.integers(1, 96)).filter(lambda h: h[0] < h[1]),
    days=st.frozensets(st.integers(0, 6), min_size=1),
)
def test_no_message_leaves_outside_the_local_window_even_when_clocks_change(zone, now, hours, days):
    start, end = (time(quarter // 4 % 24, quarter % 4 * 15) for quarter in hours)
    rules = replace(RULES, window_start=start, window_end=end, window_days=days)

    window = open_window([ZoneInfo(zone)], rules, now)
    for touch in touches_of(plan(a_creator(time_zone=zone), rules=rules, now=now)):
        assert window.is_open
        assert touch.not_after == window.closes_at

    last = window.closes_at - timedelta(microseconds=1)
    for at in (now, now + (last - now) / 3, last) if window.is_open else ():
        local = at.astimezone(ZoneInfo(zone))
        assert local.weekday() in days
        assert start <= local.time()
        assert end == time(0) or local.time() < end
    if window.is_open:
        assert now < window.closes_at <= now + DAY + timedelta(hours=1)


@given(minutes=st.lists(st.integers(0, 3 * 24 * 60), max_size=12), cap=st.integers(0, 4))
def test_no_mailbox_goes_over_its_daily_cap_however_a_day_is_split_into_runs(minutes, cap):
    people = [a_creator(f"cr-{number}") for number in range(12)]
    world = World(people, replace(ALL_DAY, daily_cap=cap))

    for minute in sorted(minutes):
        now = NOON + timedelta(minutes=minute)
        world.carry_out(world.plan(now), now)

    sent = Counter(
        (touch.mailbox, at.astimezone(RULES.time_zone).date()) for touch, at in world.sent_at
    )
    assert all(count <= cap for count in sent.values())


@given(world=worlds(), hours=st.lists(st.integers(0, 60 * 24), max_size=15))
def test_steps_of_an_enrolment_leave_in_order_each_at_most_once(world: World, hours):
    for hour in sorted(hours):
        now = NOON + timedelta(hours=hour)
        world.carry_out(world.plan(now), now)

    by_enrolment: dict[str, list[int]] = {}
    for touch, _ in world.sent_at:
        by_enrolment.setdefault(touch.enrolment, []).append(touch.step)
    for steps in by_enrolment.values():
        assert steps == sorted(set(steps))


def test_everything_due_leaves_when_there_is_room_and_nothing_is_in_the_way():
    world = World([a_creator(f"cr-{number}") for number in range(20)], ALL_DAY)

    for day in range(20):
        world.carry_out(world.plan(NOON + day * DAY), NOON + day * DAY)

    assert len(world.sent_at) == 60
    assert world.room(NOON + 21 * DAY) == [MailboxRoom("jane", 50), MailboxRoom("sam", 50)]


def test_every_zone_of_the_world_is_played():
    assert len(ZONES) > 550  # the others name no place: Etc/GMT+5, EST and the like


@given(st.sampled_from(ZONES), MOMENTS, st.sampled_from(["US", "BR", "DE", "VN", "GB", ""]))
def test_no_touch_leaves_on_a_holiday_or_outside_the_window_of_any_zone(zone, now, country):
    made = plan(
        a_creator(time_zone=zone, country=country, source="Fair", legal_basis="Consent"),
        rules=RULES, now=now,
    )  # fmt: skip

    local = now.astimezone(ZoneInfo(zone))
    for touch in touches_of(made):
        assert time(9) <= local.time() < time(17)
        assert local.weekday() < 5
        assert not is_holiday(local.date(), country)
        assert touch.not_after > now


@given(
    st.sampled_from(ZONES),
    MOMENTS,
    st.integers(0, 30),
    st.sampled_from(["US", "BR", "DE", "VN", "GB", "XX", ""]),
)
def test_a_wait_in_business_days_ends_on_one_and_takes_as_many(zone, at, days, country):
    step = replace(STEPS[1], wait_days=days, business=True)
    enrolment = an_enrolment(steps=(STEPS[0], step))

    due = next_step(enrolment, [a_touch(enrolment, at=at)], ZoneInfo(zone), country)

    assert not isinstance(due, str)
    begun, ends = at.astimezone(ZoneInfo(zone)).date(), due.due_at.astimezone(ZoneInfo(zone))
    between = [begun + n * DAY for n in range(1, (ends.date() - begun).days + 1)]
    counted = [day for day in between if is_business_day(day, country)]
    assert is_business_day(ends.date(), country)
    assert len(counted) == days + (not is_business_day(begun, country))
