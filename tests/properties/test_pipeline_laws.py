"""Laws of the pipeline: moves follow allowed edges, and a plan carried out leaves nothing to do."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from automations.pipeline import Facts, LastMove, Rulebook, plan_pipeline
from automations.plan import MoveStage, Plan
from schemas.outreach import Identified
from schemas.records_pipeline import A_PERSON, FIRST_SEEN, THE_WORKER, StageRule
from schemas.stages import LAPSED, Stage, is_allowed
from tests.builders_pipeline import (
    ANSWER,
    BASE,
    NOW,
    a_book,
    a_creator,
    a_sample,
    a_video,
    apply,
)

NAMES = ("Luana Prado", "Mei Tan", "Jonas Weber")
STAGES = st.sampled_from(Stage)
MOMENTS = st.integers(0, 120).map(lambda days: NOW - timedelta(days=days))
DAYS = st.integers(0, 120).map(lambda days: date(2026, 11, 23) - timedelta(days=days))
VIEWS = ("A", "B", "C", "")


@st.composite
def rules(draw):
    to = draw(st.none() | STAGES)
    lapse = to in LAPSED
    return StageRule(
        record_id=f"rec{draw(st.integers(0, 9))}",
        name="A rule",
        view=draw(st.sampled_from(VIEWS)),
        from_stages=draw(st.frozensets(STAGES, min_size=1, max_size=8)),
        to=to,
        after_days=draw(st.integers(1 if lapse else 0, 40)),
        because=draw(st.sampled_from(["seen", "waited"])),
        sop=draw(st.sampled_from(["", ANSWER.record_id])),
        active=draw(st.booleans()),
    )


@st.composite
def worlds(draw):
    people = [
        a_creator(
            name,
            stage=draw(st.none() | STAGES),
            opted_out=draw(st.integers(0, 5)) == 0,
            last_touch_at=draw(st.none() | MOMENTS),
            last_reply_at=draw(st.none() | MOMENTS),
        )
        for name in NAMES
    ]
    records = st.frozensets(st.sampled_from([one.row.record_id for one in people]))
    members = {view: draw(records) for view in "ABC"}
    history = {
        one.creator: LastMove(
            draw(st.integers(1, 9)),
            draw(STAGES).value,
            draw(MOMENTS),
            draw(st.sampled_from([A_PERSON, THE_WORKER, FIRST_SEEN])),
            "seen",
            draw(st.none() | MOMENTS),
        )
        for one in people
        if draw(st.booleans())
    }
    facts = Facts(
        samples=[a_sample(one, "Delivered", draw(DAYS)) for one in people if draw(st.booleans())],
        content=[a_video(one, draw(DAYS)) for one in people if draw(st.booleans())],
        first_sales={one.creator: draw(DAYS) for one in people if draw(st.booleans())},
    )
    return people, a_book(*draw(st.lists(rules(), max_size=12)), members=members), facts, history


def plan_of(
    people: Sequence[Identified],
    book: Rulebook,
    facts: Facts,
    history: Mapping[str, LastMove],
) -> Plan:
    return plan_pipeline(
        base=BASE, identified=people, book=book, facts=facts, history=history, now=NOW
    )


@given(worlds())
def test_carried_out_and_planned_again_nothing_is_left(world):
    people, book, facts, history = world
    plan = plan_of(people, book, facts, history)

    people, facts, history = apply(plan, people, facts, history)

    assert plan_of(people, book, facts, history).actions == ()


@given(worlds())
def test_every_creator_moves_at_most_once_and_along_an_allowed_edge(world):
    people, *rest = world

    plan = plan_of(people, *rest)

    moved = [a for a in plan.actions if isinstance(a, MoveStage) and a.expected != a.to]
    assert len({move.creator for move in moved}) == len(moved)
    for move in moved:
        assert is_allowed(Stage(move.expected or "Prospect"), Stage(move.to))


@given(worlds())
def test_who_stands_on_do_not_contact_stays_and_who_opted_out_goes_there(world):
    people, book, facts, history = world

    people, _, _ = apply(plan_of(people, book, facts, history), people, facts, history)

    assert all(one.row.stage is Stage.DO_NOT_CONTACT for one in people if one.row.opted_out)


@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_creators_changes_no_decision(world, random):
    people, *rest = world
    shuffled = random.sample(people, len(people))

    one, other = plan_of(people, *rest), plan_of(shuffled, *rest)

    assert {a.key for a in one.actions} == {a.key for a in other.actions}
