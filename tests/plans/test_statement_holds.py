"""What holds a statement: each reason found, worded, and gone once it is put right."""

from dataclasses import replace
from decimal import Decimal

import pytest

from automations.run_changes import compare_runs, explain
from automations.statement_holds import (
    Due,
    HoldKind,
    PaidTo,
    in_words,
    plan_amount_holds,
    plan_payment_holds,
    without,
)
from schemas.records_payees import Payee
from tests.builders_payouts import OCTOBER, a_top_up, facts, lines_of, settled, usd

MARIA = Payee("recMaria", "Maria", "maria", "PayPal", "maria@mail.example", True, "W-9")
JONAS = Payee("recJonas", "Jonas", "jonas", "PayPal", "jonas@mail.example", True, "W-8BEN")
DUE = Due("statement:run:maria:USD", "maria", usd("50"))
LINES = lines_of(
    OCTOBER, facts(a_top_up(), sums=[settled("1000"), settled("900", creator="jonas")])
)


def kinds(
    payee: Payee | None, *, other: Payee = JONAS, due: Due = DUE, paid_to: str = ""
) -> list[str]:
    payees = {"jonas": other} | ({"maria": payee} if payee else {})
    before = {"maria": PaidTo(paid_to, "ol…d@mail.example")} if paid_to else {}
    held = plan_payment_holds(due=[due], payees=payees, paid_to=before)
    return [one.kind.value for one in held.get(due.key, ())]


@pytest.mark.parametrize(
    ("payee", "found"),
    [
        (MARIA, []),
        (None, ["Pay by"]),
        (replace(MARIA, tax_form=""), ["Tax form"]),
        (replace(MARIA, tax_form="Not needed"), []),
        (replace(MARIA, method=""), ["Pay by"]),
        (replace(MARIA, written=""), ["Pay by"]),
        (replace(MARIA, written="+1 555 0100"), ["Pay by"]),
        (replace(MARIA, written="=cmd|' /C calc'!A0"), ["Pay by"]),
        (replace(MARIA, method="Bank transfer", written="DE02 1203 0000 0000 2020 51"), []),
        (replace(MARIA, method="Wise", written="40123456"), []),
        (replace(MARIA, verified=False), ["Payee not verified"]),
    ],
)
def test_each_thing_that_is_missing_holds_the_payment(payee, found):
    assert kinds(payee) == found


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("a.b@gmail.com", "ab@googlemail.com", True),
        ("Ab+pay@Gmail.com", "ab@gmail.com", True),
        ("ab@mail.example", "AB+x@Mail.example", True),
        ("a.b@mail.example", "ab@mail.example", False),
        ("ab@mail.example", "ab@other.example", False),
    ],
)
def test_two_creators_with_one_payee_hold_each_other_however_the_mailbox_is_spelt(one, other, same):
    found = kinds(replace(MARIA, written=one), other=replace(JONAS, written=other))

    assert found == (["Duplicate payee"] if same else [])


def test_another_account_than_the_last_payments_is_held_but_not_another_spelling():
    known = MARIA.account_hash

    assert kinds(replace(MARIA, written=" Maria@MAIL.example "), paid_to=known) == []
    assert kinds(replace(MARIA, written="m@mail.example"), paid_to=known) == ["Payee changed"]


@pytest.mark.parametrize(
    ("state", "amount", "found"),
    [
        ("posted", "50", ["Tax form"]),
        ("failed", "50", ["Not paid", "Tax form"]),
        ("reversed", "50", ["Not paid", "Tax form"]),
        ("unrecorded", "50", ["Paid before?", "Tax form"]),
        ("exported", "50", []),
        ("paid", "50", []),
        ("posted", "0", []),
        ("posted", "-5", []),
    ],
)
def test_how_far_the_money_is_decides_what_can_be_held(state, amount, found):
    due = replace(DUE, state=state, amount=usd(amount))

    assert kinds(replace(MARIA, tax_form=""), due=due) == found


def test_disputes_and_crossed_budgets_hold_the_amount():
    payees = {"maria": replace(MARIA, dispute="Wrong rate"), "jonas": JONAS}

    disputed = plan_amount_holds(lines=LINES, payees=payees, crossed={})
    crossed = plan_amount_holds(
        lines=LINES, payees={}, crossed={"Growth v1": "Its budget is USD 10.00"}
    )

    (only,) = disputed.values()
    assert in_words(only) == "Dispute: There is an open dispute: Wrong rate"
    assert len(crossed) == 2
    assert {hold.kind for own in crossed.values() for hold in own} == {HoldKind.BUDGET}


def test_a_release_covers_what_was_held_and_nothing_later():
    first = plan_amount_holds(
        lines=LINES, payees={"maria": replace(MARIA, dispute="Wrong rate")}, crossed={}
    )
    ((key, (hold,)),) = first.items()
    later = plan_amount_holds(
        lines=LINES, payees={"maria": replace(MARIA, dispute="And a missing order")}, crossed={}
    )

    released = [(key, hold.kind.value, hold.about)]

    assert without(first, released) == {}
    assert without(later, released) == later


def test_a_payment_to_nowhere_cannot_be_released():
    held = plan_payment_holds(due=[DUE], payees={"maria": replace(MARIA, written="")}, paid_to={})

    assert without(held, [(DUE.key, "Pay by", "")]) == held


def test_a_recalculation_is_explained_line_by_line():
    again = lines_of(OCTOBER, facts(a_top_up(rate=Decimal(6)), sums=[settled("1200", count=4)]))

    said = explain(again, LINES, {"maria": "Maria", "jonas": "Jonas"})

    assert len(said) == 2
    assert said[0].startswith("Gone: Jonas, Top-up, Growth v1, 2026-10: USD 45.00.")
    assert "USD 50.00 is now USD 72.00" in said[1]
    assert "the basis was USD 1,000.00 and is USD 1,200.00" in said[1]
    assert "it rests on 4 instead of 3" in said[1]
    assert "the rule's terms were changed" in said[1]
    assert explain(LINES, LINES, {}) == ()


def test_a_run_is_compared_with_the_one_before_it():
    now = lines_of(
        OCTOBER, facts(a_top_up(), sums=[settled("1000"), settled("800", creator="ana")])
    )

    changes = compare_runs(now, LINES)

    assert [one.who for one in changes.fresh] == ["ana"]
    assert [one.who for one in changes.gone] == ["jonas"]
    assert [(one.who, str(one.difference)) for one in changes.largest] == [
        ("jonas", "USD -45.00"), ("ana", "USD 40.00"),
    ]  # fmt: skip
    assert [(one.who, str(one.now), str(one.before)) for one in changes.by_rule] == [
        ("Growth v1", "USD 90.00", "USD 95.00")
    ]


def test_a_payee_is_never_shown_in_full():
    for written in ("maria@mail.example", "ab@mail.example", "DE02120300000000202051", "40123456"):
        shown = replace(MARIA, written=written).masked
        assert "…" in shown
        assert written not in shown
