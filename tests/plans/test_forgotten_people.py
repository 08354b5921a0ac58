"""A forgotten creator typed in again is recognised, though nobody can read who it was."""

from automations.identity import match_rows
from schemas.hashes import is_stand_in, stand_in
from schemas.outreach import KnownCreator
from tests.builders_outreach import a_row

ANA = KnownCreator(
    "cr-ana",
    record_ids=("recAna",),
    handles=(stand_in("handle", "ana.lima"),),
    emails=(stand_in("email", "ana.lima@example.com"),),
    open_ids=(stand_in("open_id", "7001"),),
)


def test_a_stand_in_stands_for_itself_and_nothing_else_looks_like_one():
    once = stand_in("email", "Ana.Lima@example.com ")

    assert once == stand_in("email", "ana.lima@example.com")
    assert stand_in("email", once) == once
    assert stand_in("handle", "ana.lima@example.com") != once
    assert not is_stand_in("#ana@example.com")


def test_each_identity_of_a_forgotten_creator_finds_them_again():
    rows = [
        a_row("recA", email="", handle="ana.lima"),
        a_row("recB", email="ana.lima@example.com", handle=""),
        a_row("recC", email="new@example.com", handle="new", open_id="7001"),
    ]

    for row in rows:
        [found] = match_rows([row], [ANA]).identified
        assert found.creator == "cr-ana"


def test_the_row_that_was_not_deleted_is_nobody_else():
    matched = match_rows([a_row("recAna")], [ANA])

    assert [one.creator for one in matched.identified] == ["cr-ana"]
    assert matched.problems == ()


def test_another_person_typed_over_the_row_is_a_problem_that_names_nobody():
    other = a_row("recAna", handle="cy.young", email="cy@example.net")

    matched = match_rows([other], [ANA])

    assert matched.identified == ()
    assert "was a creator who was forgotten" in matched.problems[0].text


def test_a_stranger_is_somebody_new():
    matched = match_rows([a_row("recCy", handle="cy.young", email="cy@example.net")], [ANA])

    assert [[row.record_id for row in group] for group in matched.fresh] == [["recCy"]]
