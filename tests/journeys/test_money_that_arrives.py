"""From a calculated run to money that arrived: held, approved by another, posted, paid."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.tables import creators, payouts
from tests.builders_finance import (
    PAULA,
    PERIOD,
    QUENTIN,
    done,
    exported,
    imported,
    order,
    paypal_rows,
    posted,
    record_id,
    run,
    said,
    set_up,
    statements,
)
from tests.builders_programme import Programme, programme


@pytest.fixture
def glow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Programme]:
    with programme(tmp_path, monkeypatch, creators=2) as running:
        set_up(running, tmp_path)
        yield running


def test_a_disputed_statement_is_left_out_and_the_next_run_pays_it(glow, tmp_path):
    maria = record_id(glow, "Maria Santos")
    glow.edit(creators.TABLE, maria, {creators.PAYOUT_DISPUTE: "Says an order is missing"})

    calculated = done("payouts", "calculate", *PERIOD, "--by", PAULA)
    same = run("payouts", "approve", *PERIOD, "--by", PAULA)
    done("payouts", "approve", *PERIOD, "--by", QUENTIN)
    done("payouts", "post", *PERIOD)

    assert [(one["kind"], "order is missing" in one["because"]) for one in calculated["held"]] == [
        ("Dispute", True)
    ]
    assert "somebody else" in str(same.exception)
    assert statements(glow) == {20: "Held", 45: "Posted"}
    (first,) = glow.rows(payouts.RUNS)
    assert (first["Totals"], first["Held"]) == ("USD 45.00", "USD 20.00")

    exported(tmp_path)
    assert [row[:3] for row in paypal_rows(tmp_path)] == [["jonas.b@mail.example", "45.00", "USD"]]
    glow.edit(creators.TABLE, maria, {creators.PAYOUT_DISPUTE: ""})
    imported(tmp_path, "b.csv", order(3, "jonas.b", "200", "11"))
    posted("2025-11")
    exported(tmp_path)

    assert sorted(row[1] for row in paypal_rows(tmp_path)) == ["10.00", "20.00", "45.00"]


def test_what_the_provider_says_becomes_the_statements_state_once(glow, tmp_path):
    posted()
    exported(tmp_path)
    assert set(statements(glow).values()) == {"Exported"}
    references = {row[1]: row[3] for row in paypal_rows(tmp_path)}
    assert all(len(one) <= 30 and " " not in one for one in references.values())
    report = said(
        tmp_path / "results.csv",
        f"{references['20.00']},Completed,2025-11-05,T1,20.00,USD,",
        f"{references['45.00']},Failed,,T2,45.00,USD,Account closed",
        "AO-202510-NOBODYKNOWS,Paid,2025-11-05,T3,1.00,USD,",
        f"{references['45.00']},Paid,2025-11-05,T4,54.00,USD,",
    )

    first, again = done("payouts", "record", report), done("payouts", "record", report)

    assert (first["paid"], first["failed"]) == (1, 1)
    assert [problem.split(":")[0] for problem in first["problems"]] == [
        f"results.csv row 5: {references['45.00']}".split(":")[0],
        "results.csv row 4",
    ]
    assert "paid" not in again
    assert again["unchanged"] == 2
    assert statements(glow) == {20: "Paid", 45: "Failed"}
    paid = next(row for row in glow.rows(payouts.STATEMENTS) if row["Total"] == 20)
    assert (paid["Paid on"], paid["Reference"]) == ("2025-11-05", references["20.00"])


def test_a_failed_payment_leaves_again_only_after_a_person_let_it_go(glow, tmp_path):
    posted()
    exported(tmp_path / "one")
    (reference,) = (row[3] for row in paypal_rows(tmp_path / "one") if row[1] == "45.00")
    done("payouts", "record", said(tmp_path / "r.csv", f"{reference},Failed,,,45.00,USD,Closed"))

    held = exported(tmp_path / "two")["held"]
    assert [("Not paid: The payment failed: Closed" in text) for text in held.values()] == [True]
    let_go = run("payouts", "release", reference, "--by", PAULA, "--because", "New account checked")
    again = exported(tmp_path / "three")

    assert let_go.exit_code == 0, let_go.exception
    assert again["new"]
    assert [row[3] for row in paypal_rows(tmp_path / "three")] == [f"{reference}-2"]
    stale = done(
        "payouts", "record", said(tmp_path / "s.csv", f"{reference},Paid,2025-12-01,,45.00,USD,")
    )
    assert "paid twice" in stale["problems"][0]


def test_exporting_again_gives_the_same_bytes_and_puts_nobody_into_two_files(glow, tmp_path):
    posted()

    first, second = exported(tmp_path / "one"), exported(tmp_path / "two")

    assert (first["new"], second["new"]) == (True, False)
    one, two = (
        {path.name: path.read_bytes() for path in (tmp_path / folder / "glow").glob("payouts-*")}
        for folder in ("one", "two")
    )
    assert one == two
    assert len(one) == 3
    jonas = record_id(glow, "Jonas Berg")
    glow.edit(creators.TABLE, jonas, {creators.PAYEE: "someone.else@mail.example"})
    refused = run("payouts", "export", "--out", str(tmp_path / "three"))
    assert "cannot be made again" in str(refused.exception)
    assert not list((tmp_path / "three").rglob("payouts-*"))


def test_a_payment_hold_lets_the_statement_be_posted_and_goes_once_it_is_put_right(glow, tmp_path):
    jonas = record_id(glow, "Jonas Berg")
    glow.edit(creators.TABLE, jonas, {creators.TAX_FORM: None})
    posted()

    held = exported(tmp_path)["held"]
    row = next(row for row in glow.rows(payouts.STATEMENTS) if row["Total"] == 45)
    glow.edit(creators.TABLE, jonas, {creators.TAX_FORM: "W-8BEN"})
    exported(tmp_path)

    assert list(held.values()) == ["Tax form: There is no tax form on file"]
    assert (row["State"], row["Hold reasons"]) == ("Posted", *held.values())
    assert sorted(row[1] for row in paypal_rows(tmp_path)) == ["20.00", "45.00"]
    assert statements(glow) == {20: "Exported", 45: "Exported"}
    cleared = next(row for row in glow.rows(payouts.STATEMENTS) if row["Total"] == 45)
    assert not cleared.get("Hold reasons")


def test_a_crash_between_ledger_and_file_loses_no_file_and_pays_nobody_twice(glow, tmp_path):
    posted()
    (tmp_path / "glow").write_text("in the way: the folder cannot be made")
    with pytest.raises(OSError, match="glow"):
        run("payouts", "export", "--out", str(tmp_path))
    assert set(statements(glow).values()) == {"Posted"}

    (tmp_path / "glow").unlink()
    after = exported(tmp_path)

    assert not after["new"]
    assert sorted(row[1] for row in paypal_rows(tmp_path)) == ["20.00", "45.00"]
    assert set(statements(glow).values()) == {"Exported"}


def test_a_crossed_budget_holds_everybody_until_a_person_lets_one_go(glow, tmp_path):
    (rule,) = glow.rows(payouts.RULES)
    glow.edit(payouts.RULES, rule["id"], {payouts.RULE_BUDGET: 60})

    held = done("payouts", "calculate", *PERIOD, "--by", PAULA)["held"]
    maria = next(one for one in done("payouts", "holds") if one["creator"] == "Maria Santos")
    done("payouts", "approve", *PERIOD, "--by", QUENTIN)
    let_go = run(
        "payouts", "release", maria["reference"], "--by", PAULA, "--because", "The CMO agreed"
    )

    assert [one["kind"] for one in held] == ["Budget", "Budget"]
    assert "it would pay USD 65.00" in held[0]["because"]
    assert let_go.exit_code == 0
    assert done("payouts", "show", *PERIOD)["state"] == "calculated"
    done("payouts", "approve", *PERIOD, "--by", QUENTIN)
    done("payouts", "post", *PERIOD)
    assert statements(glow) == {20: "Posted", 45: "Held"}


def test_cells_of_creators_cannot_run_in_the_files(glow, tmp_path):
    cells = {
        creators.NAME: '=HYPERLINK("http://evil.example","x")\nsecond "line", <b>x</b>',
        creators.PAY_BY: "Bank transfer",
        creators.PAYEE: "@SUM(A1)",
    }
    glow.edit(creators.TABLE, record_id(glow, "Jonas Berg"), cells)
    posted()
    exported(tmp_path)

    text = (tmp_path / "glow" / "payouts-0001-csv-USD.csv").read_text()
    pages = [path.read_text() for path in (tmp_path / "glow" / "statements").glob("*.html")]

    assert "'=HYPERLINK" in text
    assert "'@SUM(A1)" in text
    assert ",45.00,USD," in text
    assert text.count("\n") == 2
    assert not any("<b>x" in page for page in pages)
    assert any("&lt;b&gt;x" in page for page in pages)
