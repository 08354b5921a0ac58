"""Which row is which creator."""

from dataclasses import replace
from datetime import timedelta

import pytest

from automations.identity import Matched, match_rows
from schemas.outreach import KnownCreator
from tests.builders_outreach import NOON, a_row

ANA = KnownCreator("cr-ana", ("recAna",), ("open-ana",), ("ana.lima",), ("ana.lima@example.com",))
BO = KnownCreator("cr-bo", ("recBo",), (), ("bo.berg",), ("bo@example.org",))
LATER = NOON + timedelta(hours=1)


def worked(matched: Matched) -> dict[str, str]:
    return {who.row.record_id: who.creator for who in matched.identified}


@pytest.mark.parametrize(
    "row",
    [
        a_row("recAna"),
        a_row("recReimported"),
        a_row("recReimported", handle=""),
        a_row("recReimported", email=""),
        a_row("recReimported", email="", handle="", open_id="open-ana"),
        a_row("recReimported", email="new@example.com"),
        a_row("recAna", email="corrected@example.com"),
        a_row("recAna", email="", handle="", name=""),
        a_row("recAna", email="new@example.com", handle="new", open_id="open-ana"),
    ],
)
def test_a_row_with_any_known_trait_is_that_creator(row):
    matched = match_rows([row], [ANA, BO])

    assert worked(matched) == {row.record_id: "cr-ana"}
    assert (matched.fresh, matched.problems) == ((), ())


def test_a_row_nobody_knows_is_someone_new():
    row = a_row("recCy", handle="cy.young", email="cy@example.net")

    matched = match_rows([row, a_row("recBlank", handle="", email="")], [ANA])

    assert sorted(group[0].record_id for group in matched.fresh) == ["recBlank", "recCy"]
    assert matched.identified == ()


def test_a_row_that_matches_two_creators_is_not_worked():
    torn = a_row("recNew", handle="ana.lima", email="bo@example.org", opted_out=True)

    matched = match_rows([torn], [ANA, BO])

    assert matched.identified == ()
    assert [problem.record_id for problem in matched.problems] == ["recNew"]
    assert {who.creator for who in matched.unworked} == {"cr-ana", "cr-bo"}


def test_two_known_creators_given_one_address_are_both_left_alone():
    rows = [
        a_row("recAna", email="agency@example.com"),
        a_row("recBo", handle="bo.berg", email="agency@example.com"),
    ]

    matched = match_rows(rows, [ANA, BO])

    assert matched.identified == ()
    assert {problem.record_id for problem in matched.problems} == {"recAna", "recBo"}


def test_a_row_typed_over_with_another_person_is_not_worked():
    other = a_row("recAna", handle="cy.young", email="cy@example.net")

    matched = match_rows([other], [ANA])

    assert (matched.identified, matched.fresh) == ((), ())
    assert "This row was @ana.lima" in matched.problems[0].text


def test_a_blank_row_filled_in_later_is_still_itself():
    blank = KnownCreator("cr-new", ("recAna",))

    assert worked(match_rows([a_row("recAna")], [blank])) == {"recAna": "cr-new"}


def test_two_rows_of_a_known_creator_work_the_older_and_tell_both():
    copy = a_row("recCopy", created_at=LATER, opted_out=True)

    matched = match_rows([copy, a_row("recAna")], [ANA])

    assert worked(matched) == {"recAna": "cr-ana"}
    assert {problem.record_id for problem in matched.problems} == {"recAna", "recCopy"}
    assert [who.row.opted_out for who in matched.unworked] == [True]


def test_new_rows_that_share_a_trait_through_a_third_are_one_person():
    rows = [
        a_row("recA", handle="cy", email="cy@example.net"),
        a_row("recB", handle="cy.two", email="agency@example.net", created_at=LATER),
        a_row("recC", handle="cy.two", email="cy@example.net", created_at=LATER),
    ]

    matched = match_rows(rows, [])

    assert [[row.record_id for row in group] for group in matched.fresh] == [
        ["recA", "recB", "recC"]
    ]
    assert len(matched.problems) == 3


def test_a_new_row_with_a_handle_just_typed_for_a_known_creator_is_a_twin_at_once():
    rows = [
        a_row("recAna", handle="ana.new"),
        a_row("recNew", handle="ana.new", email="other@example.com", created_at=LATER),
    ]

    matched = match_rows(rows, [ANA])

    assert worked(matched) == {"recAna": "cr-ana"}
    assert matched.fresh == ()


def test_a_handle_somebody_left_alone_proves_nothing_against_a_row_known_otherwise():
    ana = replace(ANA, handles=("ana.lima", "ana.glows"), former=("ana.lima",))
    bo = a_row("recBo", handle="ana.lima", email="bo@example.org")

    matched = match_rows([a_row("recAna", handle="ana.glows"), bo], [ana, BO])

    assert worked(matched) == {"recAna": "cr-ana", "recBo": "cr-bo"}


def test_a_row_known_by_nothing_but_a_handle_somebody_left_is_theirs():
    ana = replace(ANA, former=("ana.lima",))
    row = a_row("recNew", handle="ana.lima", email="other@example.com")

    assert worked(match_rows([row], [ana])) == {"recNew": "cr-ana"}
