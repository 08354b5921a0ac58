"""Rows of Airtable become records or Problems, never exceptions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.fields import Kind
from schemas.parsing import parsed
from schemas.records import canonical_handle, normal_email, parse_creator
from schemas.rules import SETTINGS_ROWS, parse_rules
from schemas.sequences import parse_sequence, parse_step, sequence_slug
from schemas.stages import Stage
from schemas.tables import creators, operations, outreach
from tests.builders_outreach import airtable_row

SCALAR = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
JSON = SCALAR | st.lists(SCALAR, max_size=3) | st.dictionaries(st.text(), SCALAR, max_size=2)
NAMES = st.sampled_from([setting.name for setting in SETTINGS_ROWS])


@pytest.mark.parametrize(
    ("table", "parse"),
    [
        (creators.TABLE, parse_creator),
        (outreach.SEQUENCES, parse_sequence),
        (outreach.STEPS, parse_step),
    ],
    ids=["creators", "sequences", "steps"],
)
@given(cells=st.data())
def test_anything_in_any_cell_gives_a_record_or_a_problem(table, parse, cells):
    row = airtable_row(cells.draw(st.dictionaries(st.sampled_from(table.fields), JSON, max_size=9)))

    read = parsed(table, [row], parse)

    assert len(read.records) + len(read.problems) == 1


@given(value=JSON, name=JSON | NAMES)
def test_anything_in_a_settings_row_gives_rules(value, name):
    row = airtable_row({operations.SETTING_NAME: name, operations.SETTING_VALUE: value})

    rules, problems = parse_rules([row])

    assert problems or not rules.sending or value == "on" or name != "Sending"


# Of outreach: payouts judge their own cells.
NOTHING_HANGS_ON = (
    creators.FOLLOWERS, creators.SOURCE, creators.OWNER, creators.NAME, creators.TIER,
    creators.PAY_BY, creators.PAYEE, creators.PAYEE_VERIFIED, creators.TAX_FORM,
    creators.PAYOUT_DISPUTE,
)  # fmt: skip


@pytest.mark.parametrize("field", [f for f in creators.TABLE.fields if f.owner.value == "team"])
def test_one_bad_cell_is_a_doubt_and_the_rest_of_the_row_stands(field):
    if field in NOTHING_HANGS_ON:
        return
    bad = 7 if field.kind is not Kind.NUMBER else "x"

    creator = parse_creator(airtable_row({creators.NAME: "Ana Lima", field: bad}))

    assert (creator.first_name, len(creator.doubts)) == ("Ana", 1)
    assert field.name in creator.doubts[0]


def test_a_creator_is_read_as_the_team_typed_it():
    creator = parse_creator(
        airtable_row(
            {
                creators.NAME: " Ana  Lima ",
                creators.HANDLE: "@Ana.Lima",
                creators.EMAIL: " Ana.Lima@Example.com ",
                creators.COUNTRY: "br",
                creators.STAGE: "Contacted",
                creators.SEQUENCE: ["recSeqRecruit"],
                creators.OPTED_OUT: True,
                creators.TOUCHES: "not a number",
            }
        )
    )

    assert (creator.first_name, creator.handle) == ("Ana", "ana.lima")
    assert (creator.email, creator.country) == ("ana.lima@example.com", "BR")
    assert (creator.stage, creator.sequence_record) == (Stage.CONTACTED, "recSeqRecruit")
    assert creator.opted_out
    assert (creator.touches, creator.doubts) == (0, ())


@pytest.mark.parametrize(
    ("written", "handle"),
    [
        ("ana.lima", "ana.lima"),
        (" @Ana_Lima ", "ana_lima"),
        ("https://www.tiktok.com/@Ana.Lima?lang=en", "ana.lima"),
        ("tiktok.com/@ana.lima/video/123", "ana.lima"),
        ("https://example.com/@ana", ""),
        ("ana lima", ""),
        ("@", ""),
        ("", ""),
    ],
)
def test_a_handle_is_written_one_way(written, handle):
    assert canonical_handle(written) == handle


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("Ana@EXAMPLE.com", "ana@example.com"),
        ("ana@münchen.example.com", "ana@xn--mnchen-3ya.example.com"),
        ("ana@example.com, bo@example.com", ""),
        ("Ana <ana@example.com>", ""),
        ("ana@localhost", ""),
        ("ana@example.com\nBcc: bo@example.com", ""),
        ("", ""),
    ],
)
def test_an_address_is_written_one_way(written, address):
    assert normal_email(written) == address


@pytest.mark.parametrize(
    ("name", "slug"),
    [("Recruit", "recruit"), (" Wake up: 2! ", "wake-up-2"), ("Café", "café"), ("!!", "")],
)
def test_a_sequence_is_known_by_its_name(name, slug):
    assert sequence_slug(name) == slug


def test_a_step_keeps_its_doubts_and_one_without_a_sequence_is_a_problem():
    step = parse_step(airtable_row({outreach.STEP_SEQUENCE: ["recSeq"], outreach.STEP_WAIT: -1}))
    read = parsed(outreach.STEPS, [airtable_row({})], parse_step)

    shared = parse_step(airtable_row({outreach.STEP_SEQUENCE: ["recSeq", "recOther"]}))

    assert len(step.doubts) == 3
    assert (shared.sequence_record, shared.also_in) == ("recSeq", ("recOther",))
    assert "names several" in shared.doubts[0]
    assert "Sequence is empty" in read.problems[0].text
