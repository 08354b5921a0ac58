"""One suppression list over all brands: what bars whom, for how long, and who may lift it."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from schemas.records import CreatorRow
from tests.builders_ledger import BASE, REAL, a_fence, a_touch, an_enrolment
from worker import lifting
from worker.ledger import claims, consent, engine, forgetting, leases, people
from worker.ledger.claims import NotClaimed
from worker.ledger.engine import Ledger, open_ledger

ZEN = "appZEN00000000001"


def learn(ledger: Ledger, reason: str, *, base: str = BASE, email: str = "ana@example.com") -> None:
    with ledger.writing() as connection:
        hashed = people.hash_of(email)
        consent.suppress_hash(connection, base, hashed, reason=reason, source="mail", at=REAL)


def opt_out(ledger: Ledger, creator: str = "ana", reason: str = consent.OPT_OUT) -> None:
    with ledger.writing() as connection:
        consent.suppress_creator(connection, BASE, creator, reason=reason, source="page", at=REAL)


def lifted(ledger: Ledger, creator: str = "ana") -> str:
    about = forgetting.held(ledger, BASE, creator)
    return lifting.lift(ledger, about, because="wrote to us", by="Linh Tran", at=REAL)


def refused(ledger: Ledger, *, email: str = "ana@example.com", separate: bool = False) -> str:
    """Why a touch to Ana would not be claimed; "" if it would."""
    fence = a_fence(ledger)
    wanted = replace(a_touch(email=email), separate_senders=separate)
    try:
        with ledger.reading() as connection:
            claims._forbid(connection, wanted, fence, REAL)
    except NotClaimed as why:
        return str(why)
    finally:
        leases.give_back(ledger, fence, real=REAL)
    return ""


def typed(ledger: Ledger, base: str, creator: str, cells: Mapping[str, str]) -> None:
    """A teammate's row as the next pass takes it in."""
    row = replace(CreatorRow(record_id=f"rec{creator}", created_at=REAL), **cells)  # type: ignore[arg-type]  # names of cells
    with ledger.writing() as connection:
        people.remember_creator(connection, base, creator, row, REAL)
        consent.keep_suppressed(connection, base, creator)


def test_a_bounce_never_hides_that_the_creator_opted_out(ledger):
    an_enrolment(ledger)
    learn(ledger, people.BOUNCED)
    assert refused(ledger, email="ana.new@example.com") == ""

    learn(ledger, consent.OPT_OUT)

    assert refused(ledger, email="ana.new@example.com") == "suppressed: opt-out"
    assert "ana" in consent.suppressed_creators(ledger, BASE)


@pytest.mark.parametrize("cells", [{"handle": "ana.renamed"}, {"email": "ana.new@example.com"}])
def test_a_new_handle_or_address_of_who_opted_out_is_barred_everywhere(ledger, cells):
    an_enrolment(ledger)
    opt_out(ledger)

    typed(ledger, BASE, "ana", cells)
    typed(ledger, ZEN, "anas", cells)  # all that another brand knows of her

    assert consent.suppressed_creators(ledger, BASE) == {"ana"}
    assert consent.suppressed_creators(ledger, ZEN) == {"anas"}


def test_a_tiktok_id_carries_the_opt_out_to_a_new_address_and_handle(ledger):
    typed(ledger, BASE, "ana", {"open_id": "7001", "email": "ana@example.com"})
    opt_out(ledger)

    typed(ledger, ZEN, "anas", {"open_id": "7001", "email": "other@example.com"})

    assert consent.suppressed_creators(ledger, ZEN) == {"anas"}


@pytest.mark.parametrize(
    ("reason", "binds_a_separate_sender"),
    [("opt-out", False), ("complaint", True), (people.BOUNCED, True), ("forgotten", True)],
)
def test_what_another_brand_learnt_binds_unless_senders_are_separate(
    ledger, reason, binds_a_separate_sender
):
    an_enrolment(ledger)
    learn(ledger, reason, base=ZEN)

    assert refused(ledger) == f"suppressed: {reason}"
    assert bool(refused(ledger, separate=True)) is binds_a_separate_sender


def test_a_separate_senders_own_opt_out_binds_it_whoever_learnt_it_first(ledger):
    an_enrolment(ledger)
    learn(ledger, consent.OPT_OUT, base=ZEN)
    learn(ledger, consent.OPT_OUT, base=BASE)

    assert refused(ledger, separate=True) == "suppressed: opt-out"
    assert "ana" in consent.suppressed_creators(ledger, BASE, separate=True)


def test_lifting_keeps_the_reason_and_the_name_and_frees_every_address(ledger):
    an_enrolment(ledger)
    opt_out(ledger)
    learn(ledger, "complaint", base=ZEN)
    learn(ledger, people.BOUNCED)

    assert lifted(ledger).startswith("Lifted: 4.")

    assert consent.suppressed_creators(ledger, BASE) == frozenset()
    [(_, reason, _, _), *_] = consent.unshown(ledger, BASE, 10)
    assert reason == "lifted: wrote to us (Linh Tran)"
    assert lifted(ledger).startswith("Nothing bars")


def test_who_opts_out_again_after_a_lift_is_barred_again(ledger):
    an_enrolment(ledger)
    opt_out(ledger)
    lifted(ledger)

    opt_out(ledger)

    assert "ana" in consent.suppressed_creators(ledger, BASE)


def test_that_a_creator_was_forgotten_is_never_lifted(ledger):
    an_enrolment(ledger)
    opt_out(ledger, reason=consent.FORGOTTEN)

    assert lifted(ledger).startswith("Not lifted")
    assert "ana" in consent.suppressed_creators(ledger, BASE)


def test_a_tick_made_before_a_lift_is_old_until_airtable_shows_the_lift(ledger):
    an_enrolment(ledger)
    opt_out(ledger)
    lifted(ledger)
    assert consent.lifted_of_late(ledger, BASE) == {"ana"}

    hashes = [row[0] for row in consent.unshown(ledger, BASE, 10)]
    consent.mark_shown(ledger, BASE, hashes, REAL)

    assert consent.lifted_of_late(ledger, BASE) == frozenset()


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["opt-out", "complaint", people.BOUNCED, "lift"]),
        st.sampled_from([BASE, ZEN]),
    ),
    max_size=6,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(events=EVENTS, separate=st.booleans())
def test_the_plan_and_the_claim_agree_on_whom_to_leave_alone(tmp_path_factory, events, separate):
    ledger = open_ledger(f"sqlite:///{tmp_path_factory.mktemp('law') / 'ledger.db'}")
    an_enrolment(ledger)
    barred: set[tuple[str, str]] = set()
    for what, base in events:
        if what == "lift":
            lifted(ledger)
            barred.clear()
        else:
            learn(ledger, what, base=base)
            barred.add((what, base))
    person = {
        (what, base)
        for what, base in barred
        if what != people.BOUNCED and not (separate and what == consent.OPT_OUT and base == ZEN)
    }

    planned = "ana" in consent.suppressed_creators(ledger, BASE, separate=separate)
    elsewhere = bool(refused(ledger, email="ana.new@example.com", separate=separate))
    here = bool(refused(ledger, separate=separate))
    ledger.close()

    closed = any(what == people.BOUNCED for what, _ in barred)
    assert (planned, elsewhere, here) == (bool(person), bool(person), bool(person) or closed)


def test_what_an_older_ledger_knew_still_bars(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    old = create_engine(url)
    with old.begin() as connection:
        config = engine._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
        connection.execute(
            text("INSERT INTO suppressions (hash, base, reason, source, at, lifted_because) "
                 "VALUES (:hash, :base, 'opt-out', 'reply', '2026-01-01 00:00:00', '')"),
            {"hash": people.hash_of("ana@example.com"), "base": ZEN},
        )  # fmt: skip
    old.dispose()

    ledger = open_ledger(url)
    an_enrolment(ledger)

    assert refused(ledger) == "suppressed: opt-out"
    learn(ledger, "complaint", base=ZEN)
    assert len(consent.unshown(ledger, ZEN, 10)) == 1
    ledger.close()
