"""Formulas choose rows as Airtable's would, including all that pyairtable.formulas emits."""

from datetime import UTC, date, datetime

import pytest
from pyairtable.formulas import AND, OR, RECORD_ID, Field, match

from sandbox.airtable.errors import ApiError
from sandbox.airtable.formulas import bound, chooses
from sandbox.airtable.model import Record
from sandbox.airtable.store import Store

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
FIELDS = [
    {"name": "Name", "type": "singleLineText"},
    {"name": "Text", "type": "singleLineText"},
    {"name": "N", "type": "number", "options": {"precision": 2}},
    {"name": "Empty", "type": "number", "options": {"precision": 2}},
    {"name": "Done", "type": "checkbox"},
    {"name": "Open", "type": "checkbox"},
    {"name": "Stage", "type": "singleSelect", "options": {"choices": [{"name": "New"}]}},
    {
        "name": "Tags",
        "type": "multipleSelects",
        "options": {"choices": [{"name": "a"}, {"name": "b"}]},
    },
    {"name": "Day", "type": "date", "options": {"dateFormat": {"name": "iso"}}},
    {"name": "At", "type": "dateTime", "options": {"timeZone": "utc"}},
    {"name": "we}ird", "type": "singleLineText"},
]
CELLS = {
    "Name": "O'Brien",
    "Text": "x",
    "N": 1.5,
    "Done": True,
    "Stage": "New",
    "Tags": ["a", "b"],
    "Day": "2024-01-02",
    "At": "2024-01-02T03:04:05.678Z",
    "we}ird": "w",
}


@pytest.fixture(scope="module")
def row():
    store = Store(lambda: NOW)
    base = store.add_base("appFORMULA0000000", "F", [{"name": "T", "fields": FIELDS}])
    record_id = store.create_record(base.id, "T", CELLS)
    table = store.table(base.id, "T")
    return base, table, table.rows[record_id]


def chosen(row, formula: object) -> bool:
    base, table, record = row
    assert isinstance(record, Record)
    return chooses(bound(str(formula), base, table), record, NOW)


@pytest.mark.parametrize(
    "formula",
    [
        match({"Name": "O'Brien", "N": 1.5}),
        match({"N": (">=", 1), "Text": ("!=", "y")}),
        match({"Done": True}),
        match({"Open": False}),
        match({"Day": date(2024, 1, 2)}),
        match({"At": datetime(2024, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)}),
        match({"N": 7, "Text": "x"}, match_any=True),
        (Field("N").eq(1.5) & Field("N").gt(1)) | ~Field("Text").eq("x"),
        Field("we}ird").eq("w"),
        AND(Field("N").lt(2), OR(Field("N").eq(9), Field("Stage").eq("New"))),
        "Text = 'x'",
        "LOWER('ABC')=\"abc\"",
        "{Empty}=BLANK()",
        "{Empty}&''=''",
        "AND({N}&''!='', NOT({Open}))",
        "{Tags}='a, b'",
        "ARRAYJOIN({Tags},'|')='a|b'",
        "FIND('2024-01-02',{At})=1",
        "FIND('z',{Text})=0",
        "SEARCH('BRI', {Name})=3",
        "1+2*3-4/2=5",
        "-{N}=-1.5",
        "'a'&1+1='a2'",
        "IF({Empty},'y','n')='n'",
        "IF(0,1)=BLANK()",
        "SWITCH({Stage},'Old',1,'New',2,3)=2",
        "XOR(1,1,1)",
        "LEN(TRIM('  ab '))=2",
        "AND(LEFT('abc')='a',RIGHT('abc',2)='bc',MID('abcd',2,2)='bc')",
        "SUBSTITUTE('a-b-c','-','+',2)='a-b+c'",
        "VALUE('$1200.5')=1200.5",
        "AND(ROUND(2.5)=3,ROUND(1.005,2)=1.01,INT(-1.5)=-2,MOD(7,3)=1,ABS(-2)=2)",
        "AND(MIN(3,1)=1,MAX(3,1)=3,SUM(1,2,3)=6)",
        "DATESTR(DATEADD({Day},1,'months'))='2024-02-02'",
        "DATETIME_DIFF({Day},'2023-12-31','days')=2",
        "DATETIME_DIFF({At},{Day})=11045",
        "IS_BEFORE({Day},TODAY())",
        "IS_AFTER(NOW(),{At})",
        "IS_SAME({At},{Day},'day')",
        "YEAR({At})*10000+MONTH({At})*100+DAY({At})=20240102",
        "REGEX_MATCH({Name},'^O.B')",
        "IS_AFTER(LAST_MODIFIED_TIME(), DATETIME_PARSE('2026-11-23T08:59:00Z'))",
        "CREATED_TIME()=NOW()",
        "1/0>100",
        "and( true() , {N} > 1 )\n",
    ],
    ids=str,
)
def test_the_row_is_chosen(row, formula):
    assert chosen(row, formula)


@pytest.mark.parametrize(
    "formula",
    [
        "0",
        "''",
        "{Open}",
        "0/0",
        "{Name}='o\\'brien'",
        "VALUE('a')+'b'",
        "'text'*2",
        "IS_BEFORE({Empty},NOW())",
        "AND('a'=1)",
    ],
)
def test_the_row_is_not_chosen(row, formula):
    assert not chosen(row, formula)


def test_five_hundred_record_ids_fit(row):
    wanted = [RECORD_ID().eq(f"rec{n:014d}") for n in range(500)]

    assert not chosen(row, OR(*wanted))
    assert chosen(row, OR(*wanted, RECORD_ID().eq(row[2].id)))


@pytest.mark.parametrize(
    ("formula", "reason"),
    [
        ("{N}==1", "Invalid formula. Please check your formula text."),
        ("{N}<>1", "Invalid formula. Please check your formula text."),
        ("AND(", "Invalid formula. Please check your formula text."),
        ("NOSUCH(1)", "Invalid formula. Please check your formula text."),
        ("FIND('a')", "Invalid formula. Please check your formula text."),
        ("{Nick Name}=1", "Unknown field names: nick name"),
    ],
)
def test_a_formula_that_cannot_be_used_says_why(row, formula, reason):
    with pytest.raises(ApiError) as error:
        chosen(row, formula)

    assert error.value.body == {
        "error": {
            "type": "INVALID_FILTER_BY_FORMULA",
            "message": f"The formula for filtering records is invalid: {reason}",
        }
    }
