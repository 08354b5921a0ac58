"""The Settings rows and what becomes of bad ones."""

from dataclasses import replace
from datetime import time
from decimal import Decimal

import pytest

from schemas.parsing import Row
from schemas.rules import LEDGER_ID, SETTINGS_ROWS, Rules, parse_rules
from schemas.tables.operations import SETTING_NAME, SETTING_VALUE
from tests.builders_outreach import airtable_row


def rows(**settings: str) -> list[Row]:
    return [
        airtable_row({SETTING_NAME: name.replace("_", " "), SETTING_VALUE: value}, f"rec{name}")
        for name, value in settings.items()
    ]


@pytest.mark.parametrize("setting", SETTINGS_ROWS, ids=lambda setting: setting.name)
def test_every_default_reads_as_the_rule_that_holds_without_the_row(setting):
    assert setting.parse(Rules(), setting.default) == Rules()


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("Sending", "ON", {"sending": True}),
        ("Sending_hours", "00:00-24:00", {"window_start": time(0), "window_end": time(0)}),
        ("sending  hours", "8:30 – 12:00", {"window_start": time(8, 30), "window_end": time(12)}),  # noqa: RUF001 - the dash people type
        ("Sending_days", "mon-wed, Saturday", {"window_days": frozenset({0, 1, 2, 5})}),
        ("Sending_days", "Sat-Mon", {"window_days": frozenset({5, 6, 0})}),
        ("Daily_cap_per_mailbox", "0", {"daily_cap": 0}),
        ("Minimum_payout", "12.5", {"minimum_payout": Decimal("12.50")}),
    ],
)
def test_a_setting_is_read_as_people_type_it(name, value, expected):
    assert parse_rules(rows(**{name: value})) == (replace(Rules(), **expected), ())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Sending", "yes please"),
        ("Sending", ""),
        ("Sending_hours", "17:00-09:00"),
        ("Sending_hours", "9-17"),
        ("Sending_hours", "09:75-17:00"),
        ("Sending_hours", "00:00-24:30"),
        ("Sending_days", "Funday"),
        ("Sending_days", ""),
        ("Daily_cap_per_mailbox", "lots"),
        ("Daily_cap_per_mailbox", "-1"),
        ("Daily_cap_per_mailbox", "999999"),
    ],
)
def test_a_bad_value_that_guards_sending_switches_it_off(name, value):
    rules, [problem] = parse_rules(rows(Brand="Glow", **({"Sending": "on"} | {name: value})))

    assert rules == replace(Rules(), brand="Glow")
    assert problem.record_id == f"rec{name}"
    assert "Allowed: " in problem.text
    assert "Sending is off" in problem.text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Time_zone", "PST"),
        ("Late_after_days", "0"),
        ("Minimum_payout", "1.005"),
        ("Minimum_payout", "NaN"),
        ("Minimum_payout", "1e9999999"),
        ("Hold-back_days", "ten"),
        ("Colour", "pink"),
    ],
)
def test_a_bad_value_elsewhere_keeps_its_default_and_is_told(name, value):
    rules, [problem] = parse_rules(rows(Sending="on", **{name: value}))

    assert rules == replace(Rules(), sending=True)
    assert problem.record_id == f"rec{name}"


def test_two_rows_of_one_setting_that_differ_switch_sending_off():
    twins = [*rows(Sending="on"), *rows(sending="off")]

    rules, problems = parse_rules(twins)

    assert rules.sending is False
    assert len(problems) == 2


def test_the_workers_own_rows_are_left_alone():
    assert parse_rules(rows(**{LEDGER_ID: "led_1", "": ""})) == (Rules(), ())
