"""Where a recorded reason is needed before the first message, and who may live there."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automations.html_layout import Footer
from automations.lawful import lacks_basis, may_need_basis
from automations.wording import make_footer
from schemas.countries import BASIS_COUNTRIES, NAMES, ZONES
from schemas.rules import Rules
from tests.builders_outreach import a_creator, a_row, plan, touches_of
from worker.words import load_words

RULES = Rules()


@pytest.mark.parametrize(
    ("country", "time_zone", "told"),
    [
        ("US", "Europe/Berlin", ""),
        ("VN", "", ""),
        ("", "Asia/Ho_Chi_Minh", ""),
        ("", "America/New_York", ""),
        ("DE", "", "Legal basis and Source are empty: in Germany a recorded reason"),
        ("CA", "America/New_York", "Legal basis and Source are empty: in Canada"),
        ("", "America/Toronto", "Country is empty, and America/Toronto may be in one"),
        ("", "America/Phoenix", "Country is empty"),  # Canada keeps that clock, too
        ("", "Europe/Bratislava", "Country is empty"),  # a zone no country is known for
    ],
)
def test_who_may_live_where_a_reason_is_needed_is_asked_about(country, time_zone, told):
    row = a_row(country=country, time_zone=time_zone)

    assert lacks_basis(row, RULES).startswith(told)
    assert bool(lacks_basis(row, RULES)) is bool(told)


def test_every_country_that_needs_a_reason_is_called_by_its_name():
    assert set(NAMES) == set(BASIS_COUNTRIES)


def test_where_no_country_needs_a_reason_nothing_is_asked():
    nowhere = replace(RULES, basis_countries=frozenset())

    assert lacks_basis(a_row(country="", time_zone="Europe/Bratislava"), nowhere) == ""


@given(
    country=st.sampled_from(["", *sorted(ZONES), *sorted(BASIS_COUNTRIES)]),
    zone=st.sampled_from(["", "UTC", *sorted({z for zones in ZONES.values() for z in zones})]),
    basis=st.sampled_from(["", "Consent"]),
    source=st.sampled_from(["", "TikTok profile"]),
)
def test_nobody_is_written_to_where_a_reason_is_needed_and_none_is_recorded(
    country, zone, basis, source
):
    row = a_row(country=country, time_zone=zone, legal_basis=basis, source=source)

    may_be_there = country in BASIS_COUNTRIES or (not country and may_need_basis(row, RULES))
    told = lacks_basis(row, RULES)

    assert bool(told) == (may_be_there and not (country and basis and source))


def test_the_reason_and_the_source_go_with_the_touch():
    [touch] = touches_of(plan(a_creator(legal_basis="Consent", source="Fair in Hanoi")))

    assert (touch.basis, touch.source) == ("Consent", "Fair in Hanoi")


@pytest.mark.parametrize("language", ["en", "es", "pt-BR", "de", "fr", "vi", "id"])
def test_the_footer_says_in_the_creators_language_where_the_address_is_from(language):
    known = {"brand": "Glow", "postal_address": "1 Main St", "unsubscribe_url": "https://u.io/u/x"}

    told = make_footer(load_words(), language, **known, source="your TikTok profile.")
    silent = make_footer(load_words(), language, **known)

    assert isinstance(told, Footer)
    assert isinstance(silent, Footer)
    assert "your TikTok profile. " in told.opt_out
    assert "TikTok profile" not in silent.opt_out
    assert told.opt_out.endswith("https://u.io/u/x")
    assert "  " not in told.opt_out + silent.opt_out


def test_a_source_cannot_break_out_of_the_footer():
    known = {"brand": "Glow", "postal_address": "1 Main St", "unsubscribe_url": ""}

    told = make_footer(load_words(), "en", **known, source="{{ 7 * 7 }}\r\nBcc: x@example.com")

    assert isinstance(told, Footer)
    assert "{{ 7 * 7 }} Bcc: x@example.com" in told.opt_out
    assert "\n" not in told.opt_out
