"""Statements, holds and payments in the ledger, on SQLite and PostgreSQL."""

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, create_engine, text

from automations.finance_files import Payment, make_files
from automations.finance_files.references import reference
from automations.payment_results import Result
from automations.payouts import Line
from automations.statement_holds import plan_amount_holds
from schemas.records_payees import Payee
from tests.builders_payouts import OCTOBER, a_top_up, facts, lines_of, settled, usd
from worker import payout_review
from worker.ledger import engine, payments, payout_holds, payout_runs, posted_statements
from worker.ledger.engine import Ledger, open_ledger
from worker.ledger.payout_holds import Release
from worker.ledger.payout_runs import PayoutRun, Stale

BASE = "appGlow"
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
MARIA = Payee("recMaria", "Maria", "maria", "PayPal", "maria@mail.example", True, "W-9")
JONAS = Payee("recJonas", "Jonas", "jonas", "PayPal", "jonas@mail.example", True, "W-9")
PAYEES = {"maria": MARIA, "jonas": JONAS}
DISPUTED = {"maria": dataclasses.replace(MARIA, dispute="Wrong rate"), "jonas": JONAS}
LINES = lines_of(
    OCTOBER, facts(a_top_up(), sums=[settled("1000"), settled("900", creator="jonas")])
)
KEYS = {name: f"statement:{OCTOBER.key}:{name}:USD" for name in PAYEES}


def a_run(lines: Sequence[Line]) -> PayoutRun:
    return PayoutRun(
        key=OCTOBER.key, base=BASE, period="2026-10", state="calculated", prepared_by="recPaula",
        approved_by="", cut_off=NOW, calculated_at=NOW, posted_at=None,
        facts_hash=payout_runs.facts_hash(lines), approved_hash="", based_on="",
    )  # fmt: skip


def drafted(
    ledger: Ledger, payees: Mapping[str, Payee], lines: Sequence[Line] = LINES
) -> PayoutRun:
    with ledger.writing() as connection:
        return payout_review.draft(connection, a_run(lines), lines, payees, {})


def approved(ledger: Ledger) -> PayoutRun:
    with ledger.writing() as connection:
        return payout_runs.approve(connection, OCTOBER.key, "recQuentin", NOW)


def post(ledger: Ledger, payees: Mapping[str, Payee] = PAYEES) -> Mapping[str, str]:
    """Post the run; the amounts of its statements by creator."""
    with ledger.writing() as connection:
        run = payout_runs.wanted(connection, OCTOBER.key)
        payout_review.hold_more(connection, run, LINES, payees)
        payout_runs.post(connection, OCTOBER.key, NOW)
        found = posted_statements.of_run(connection, OCTOBER.key)
    return {one.creator: str(one.amount) for one in found}


def release(connection: Connection, payees: Mapping[str, Payee]) -> bool:
    ((key, (hold,)),) = plan_amount_holds(lines=LINES, payees=payees, crossed={}).items()
    given = Release(key, hold.kind.value, hold.about, "Dana", "Settled by phone", NOW)
    return payout_holds.release(connection, BASE, given)


def test_a_held_statement_is_not_posted_and_its_release_undoes_the_approval(ledger):
    drafted(ledger, DISPUTED)
    approved(ledger)

    with ledger.writing() as connection:
        twice = [release(connection, DISPUTED) for _ in range(2)]
    with pytest.raises(Stale, match="not approved"):
        post(ledger)
    assert drafted(ledger, DISPUTED).state == "calculated"
    approved(ledger)

    assert twice == [True, False]
    assert post(ledger, DISPUTED) == {"maria": "USD 50.00", "jonas": "USD 45.00"}
    with ledger.reading() as connection:
        assert [one.by for one in payout_holds.releases(connection, BASE)] == ["Dana"]


def test_a_dispute_opened_after_the_approval_is_left_out_and_the_rest_is_posted(ledger):
    drafted(ledger, PAYEES)
    approved(ledger)

    assert post(ledger, DISPUTED) == {"jonas": "USD 45.00"}
    with ledger.reading() as connection:
        assert list(payout_holds.amount_holds(connection, OCTOBER.key)) == [KEYS["maria"]]


def test_a_dispute_that_is_gone_pays_more_so_the_run_is_approved_anew(ledger):
    drafted(ledger, DISPUTED)
    approved(ledger)

    assert drafted(ledger, DISPUTED).state == "approved"
    assert drafted(ledger, PAYEES).state == "calculated"


def test_what_the_last_calculation_changed_is_remembered_in_words(ledger):
    drafted(ledger, PAYEES)
    run = drafted(ledger, PAYEES, LINES[:1])

    found = payout_review.review(ledger, run, LINES[:1], PAYEES)

    (said,) = found.explained
    assert said.startswith("Gone: Maria, Top-up, Growth v1, 2026-10: USD 50.00")


def pay(ledger: Ledger, *names: str, attempt: int = 1) -> Sequence[str]:
    """Claim a batch for these; the references in it."""
    made = [
        ("paypal", Payment(
            reference=reference(KEYS[name], "2026-10", attempt), attempt=attempt,
            statement=KEYS[name], period="2026-10", creator=name, name=name, handle=name,
            method="PayPal", account=PAYEES[name].account, amount=usd("50"), note="",
        ))
        for name in names
    ]  # fmt: skip
    with ledger.writing() as connection:
        number = payments.next_batch(connection, BASE)
        files = make_files(number, made)
        payments.claim(connection, BASE, files, PAYEES, (number, "", NOW))
    return [payment.reference for _, payment in made]


def record(ledger: Ledger, reference_: str, state: str) -> None:
    result = Result(2, reference_, state, usd("50").amount, "USD", date(2026, 12, 1), "T1", "Why")
    with ledger.writing() as connection:
        known = payments.attempts(connection, BASE, [reference_])
        payments.record(connection, BASE, [result], known, NOW)


def states(ledger: Ledger) -> Mapping[str, tuple[str, int, str]]:
    with ledger.reading() as connection:
        found = posted_statements.of_run(connection, OCTOBER.key)
    return {one.creator: (one.state, one.attempt, one.reason) for one in found}


def test_each_attempt_is_its_own_payment_and_the_last_one_says_how_far_the_money_is(ledger):
    drafted(ledger, PAYEES)
    approved(ledger)
    post(ledger)
    first, other = pay(ledger, "maria", "jonas")
    record(ledger, first, "failed")
    (second,) = pay(ledger, "maria", attempt=2)
    record(ledger, second, "paid")
    record(ledger, other, "reversed")

    assert states(ledger) == {"maria": ("paid", 2, "Why"), "jonas": ("reversed", 1, "Why")}
    with ledger.reading() as connection:
        assert not payments.attempts(connection, BASE, [first])[first].is_last
        paid = payments.paid_in(connection, BASE, 2026)
        assert [(one.creator, one.shown) for one in paid] == [("maria", "ma…@mail.example")]
        assert set(payments.paid_to(connection, BASE)) == {"maria"}
        waiting = posted_statements.open_ones(connection, BASE)
        assert [one.creator for one in waiting] == ["jonas"]


def test_the_same_attempt_is_never_claimed_twice(ledger):
    drafted(ledger, PAYEES)
    approved(ledger)
    post(ledger)
    pay(ledger, "maria")

    with pytest.raises(Exception, match=r"(?i)unique"):
        pay(ledger, "maria")
    with ledger.reading() as connection:
        assert [file.batch for file in payments.to_write(connection, BASE, "")] == [1]


def test_no_payee_is_in_the_ledger_in_the_clear(tmp_path: Path):
    path = tmp_path / "ledger.db"
    ledger = open_ledger(f"sqlite:///{path}")
    drafted(ledger, PAYEES)
    approved(ledger)
    post(ledger)
    pay(ledger, "maria", "jonas")
    ledger.close()

    kept = b"".join(one.read_bytes() for one in tmp_path.iterdir())

    assert b"@mail.example" in kept
    assert b"maria@" not in kept
    assert b"jonas@" not in kept


def test_statements_posted_before_are_taken_over_and_wait_for_a_person(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    old = create_engine(url)
    with old.begin() as connection:
        config = engine._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0009")
        connection.execute(text(
            "INSERT INTO payout_runs (key, base, period, state, prepared_by, approved_by, cut_off, "
            "calculated_at, posted_at, facts_hash, approved_hash, based_on) VALUES ('r/2026-09', "
            "'appGlow', '2026-09', 'posted', 'p', 'q', '2026-10-01', '2026-10-02', '2026-10-02', "
            "'h', 'h', '')"
        ))  # fmt: skip
        for key, rule, minor in (("a", "Growth", 5000), ("b", "carry-over out USD", -1000)):
            connection.execute(text(
                'INSERT INTO posted_lines (key, base, run, creator, rule, "window", currency, '
                "kind, paid_by, because, rule_version, amount_minor, count, rate, terms, "
                "posted_at) VALUES (:key, 'appGlow', 'r/2026-09', 'maria', :rule, '2026-09', "
                "'USD', 'Top-up', 'Brand', '', 1, :minor, 1, '', '', '2026-10-02')"
            ), {"key": key, "rule": rule, "minor": minor})  # fmt: skip
    old.dispose()

    ledger = open_ledger(url)
    with ledger.reading() as connection:
        (one,) = posted_statements.open_ones(connection, BASE)
        held = payout_review.payment_holds(connection, BASE, [one.due], PAYEES)
    ledger.close()

    assert (one.key, str(one.amount), str(one.carried), one.line_count) == (
        "statement:r/2026-09:maria:USD", "USD 40.00", "USD 10.00", 2,
    )  # fmt: skip
    assert [hold.kind.value for hold in held[one.key]] == ["Paid before?"]
