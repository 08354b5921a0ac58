"""What may be sent is decided by the claim, on SQLite as on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from schemas.outreach import DeliveryState
from tests.builders_ledger import BASE, REAL, a_fence, a_touch, an_enrolment
from worker.ledger import brakes, claims, consent, deliveries, leases, people
from worker.ledger.claims import Claim, NotClaimed, Wanted
from worker.ledger.engine import Ledger, open_ledger
from worker.ledger.leases import Fence


def claimed(ledger: Ledger, fence: Fence, wanted: Wanted, now: datetime = REAL) -> Claim:
    return claims.claim(ledger, wanted, fence=fence, owner="me", now=now, real=REAL)


def test_a_step_is_claimed_once(ledger):
    an_enrolment(ledger)
    fence = a_fence(ledger)

    first = claimed(ledger, fence, a_touch())

    assert first.attempt == 1
    with pytest.raises(NotClaimed, match="already"):
        claimed(ledger, fence, a_touch())


def test_two_creators_with_one_address_get_a_step_once(ledger):
    an_enrolment(ledger, "ana", email="shared@example.com")
    an_enrolment(ledger, "ben", email="shared@example.com")
    fence = a_fence(ledger)

    claimed(ledger, fence, a_touch("ana", email="shared@example.com"))

    with pytest.raises(NotClaimed):
        claimed(ledger, fence, a_touch("ben", email="shared@example.com"))


def test_a_lost_lease_claims_nothing(ledger):
    an_enrolment(ledger)
    fence = a_fence(ledger)
    leases.give_back(ledger, fence, real=REAL)
    a_fence(ledger, owner="another worker")

    with pytest.raises(NotClaimed, match="taken this job over"):
        claimed(ledger, fence, a_touch())


@pytest.mark.parametrize("scope", ["all", f"base:{BASE}", "mailbox:jane"])
def test_a_pause_stops_the_next_message(ledger, scope):
    an_enrolment(ledger)
    fence = a_fence(ledger)
    brakes.pause(ledger, scope, because="Jane is ill", at=REAL)

    with pytest.raises(NotClaimed, match="Jane is ill"):
        claimed(ledger, fence, a_touch())
    brakes.resume(ledger, scope, REAL)

    assert claimed(ledger, fence, a_touch()).attempt == 1


def test_an_opt_out_closes_every_address_of_the_creator(ledger):
    an_enrolment(ledger)
    fence = a_fence(ledger)
    with ledger.writing() as connection:
        consent.suppress_creator(connection, BASE, "ana", reason="opt-out", source="reply", at=REAL)

    with pytest.raises(NotClaimed, match="suppressed: opt-out"):
        claimed(ledger, fence, a_touch(email="ana.new@example.com"))


def test_a_bounce_closes_the_address_and_not_the_person(ledger):
    an_enrolment(ledger)
    fence = a_fence(ledger)
    with ledger.writing() as connection:
        consent.suppress_hash(
            connection, BASE, people.hash_of("ana@example.com"), reason=people.BOUNCED,
            source="dsn", at=REAL,
        )  # fmt: skip

    with pytest.raises(NotClaimed, match="suppressed: bounce"):
        claimed(ledger, fence, a_touch())
    assert claimed(ledger, fence, a_touch(email="ana.new@example.com")).attempt == 1


def test_a_stopped_enrolment_sends_nothing_more(ledger):
    an_enrolment(ledger)
    fence = a_fence(ledger)
    with ledger.writing() as connection:
        people.stop_enrolments(connection, BASE, "ana", because="replied", now=REAL)

    with pytest.raises(NotClaimed, match="no longer open"):
        claimed(ledger, fence, a_touch())


def test_what_was_not_claimed_left_no_trace(ledger):
    an_enrolment(ledger)
    fence = a_fence(ledger)

    with pytest.raises(NotClaimed, match="daily cap"):
        claimed(ledger, fence, a_touch(cap=0))

    assert deliveries.by_key(ledger, a_touch().key) is None


def test_the_cap_holds_for_many_workers_at_once(ledger, ledger_url):
    for n in range(12):
        an_enrolment(ledger, f"creator{n}")
    fence = a_fence(ledger)

    def attempt(n: int) -> bool:
        own = open_ledger(ledger_url)
        try:
            claimed(own, fence, a_touch(f"creator{n}", cap=5))
        except NotClaimed:
            return False
        finally:
            own.close()
        return True

    with ThreadPoolExecutor(6) as pool:
        granted = list(pool.map(attempt, range(12)))

    assert sum(granted) == 5
    assert deliveries.used_room(ledger, "jane", "2026-11-23") == 5


def test_one_key_is_claimed_by_one_of_many_workers(ledger, ledger_url):
    an_enrolment(ledger)
    fence = a_fence(ledger)

    def attempt(_: int) -> bool:
        own = open_ledger(ledger_url)
        try:
            claimed(own, fence, a_touch())
        except NotClaimed:
            return False
        finally:
            own.close()
        return True

    with ThreadPoolExecutor(6) as pool:
        granted = list(pool.map(attempt, range(8)))

    assert sum(granted) == 1


def test_what_was_not_done_is_due_again_after_its_wait_and_frees_the_cap(ledger):
    an_enrolment(ledger)
    fence = a_fence(ledger)
    claim = claimed(ledger, fence, a_touch())

    claims.hand_back(ledger, claim, now=REAL, wait=timedelta(minutes=15), outcome="greylisted")

    assert deliveries.used_room(ledger, "jane", "2026-11-23") == 0
    with pytest.raises(NotClaimed):
        claimed(ledger, fence, a_touch(), now=REAL + timedelta(minutes=14))
    assert claimed(ledger, fence, a_touch(), now=REAL + timedelta(minutes=15)).attempt == 2


def test_five_failed_attempts_are_enough(ledger):
    an_enrolment(ledger)
    fence = a_fence(ledger)

    for _ in range(5):
        claim = claimed(ledger, fence, a_touch())
        state = claims.hand_back(ledger, claim, now=REAL, wait=timedelta(0), outcome="421 busy")

    assert state is DeliveryState.GIVEN_UP


def test_a_late_sent_wins_over_doubt_unless_a_person_has_resolved_it(ledger):
    an_enrolment(ledger)
    fence = a_fence(ledger)
    claim = claimed(ledger, fence, a_touch())
    claims.reconcile(ledger, dead=["me"], older_than=REAL - timedelta(hours=1), now=REAL)

    assert deliveries.doubts(ledger, BASE)
    assert claims.settle(ledger, claim, DeliveryState.SENT, now=REAL)

    assert not deliveries.doubts(ledger, BASE)


def test_after_a_person_said_send_again_the_old_attempt_settles_nothing(ledger):
    an_enrolment(ledger)
    fence = a_fence(ledger)
    claim = claimed(ledger, fence, a_touch())
    claims.reconcile(ledger, dead=["me"], older_than=REAL - timedelta(hours=1), now=REAL)
    deliveries.resolve(ledger, claim.key, DeliveryState.DUE, by="Jane", at=REAL)

    assert not claims.settle(ledger, claim, DeliveryState.SENT, now=REAL)
    assert claimed(ledger, fence, a_touch()).attempt == 3


def test_a_claim_of_a_living_worker_is_left_alone(ledger):
    an_enrolment(ledger)
    fence = a_fence(ledger)
    claimed(ledger, fence, a_touch())

    marked = claims.reconcile(ledger, dead=[], older_than=REAL - timedelta(minutes=20), now=REAL)

    assert marked == ()


def test_a_lease_is_free_again_after_sixty_seconds(ledger):
    first = leases.take(ledger, BASE, "outreach", owner="me", real=REAL)

    assert leases.take(ledger, BASE, "outreach", owner="you", real=REAL) is None
    later = leases.take(ledger, BASE, "outreach", owner="you", real=REAL + timedelta(seconds=61))
    assert first is not None
    assert later is not None
    assert later.number == first.number + 1
