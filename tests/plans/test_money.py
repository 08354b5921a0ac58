"""Money by example: minor units, half up, and what it refuses."""

from decimal import Decimal

import pytest

from schemas.money import Money
from schemas.parsing import BadCell
from schemas.shops import Shop, parse_shops


@pytest.mark.parametrize(
    ("amount", "currency", "rounded", "minor"),
    [
        ("1.005", "USD", "USD 1.01", 101),
        ("1.004", "USD", "USD 1.00", 100),
        ("-1.005", "USD", "USD -1.01", -101),
        ("1234567.5", "VND", "VND 1,234,568", 1234568),
        ("0.5", "JPY", "JPY 1", 1),
        ("2.0005", "KWD", "KWD 2.001", 2001),
    ],
)
def test_half_a_minor_unit_goes_away_from_zero(amount, currency, rounded, minor):
    money = Money(Decimal(amount), currency).rounded()

    assert str(money) == rounded
    assert money.minor() == minor


def test_a_float_is_never_money():
    with pytest.raises(TypeError):
        Money(0.1, "USD")  # type: ignore[arg-type]  # what the test is about


@pytest.mark.parametrize("currency", ["usd", "US", "", "U$D1"])
def test_a_currency_is_three_capital_letters(currency):
    with pytest.raises(ValueError, match="three capital letters"):
        Money(Decimal(1), currency)


def test_an_unrounded_amount_has_no_minor_units():
    with pytest.raises(ValueError, match="round it first"):
        Money(Decimal("1.005"), "USD").minor()


@pytest.mark.parametrize("shown", ["USD", "USD x", "12.00"])
def test_text_that_is_no_amount_is_refused(shown):
    with pytest.raises(ValueError, match=r"not an amount|three capital"):
        Money.parse(shown)


def test_shops_are_read_from_one_setting():
    shops = parse_shops("Glow US, America/Los_Angeles, USD; Glow UK, Europe/London, GBP;")

    assert shops == (
        Shop("Glow US", "America/Los_Angeles", "USD"),
        Shop("Glow UK", "Europe/London", "GBP"),
    )


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("Glow US", "should read like"),
        ("Glow, Mars/Base, USD", "no time zone"),
        ("Glow, Europe/London, pounds", "no currency"),
        ("A, Europe/London, GBP; a, Europe/London, GBP", "twice"),
    ],
)
def test_a_shop_that_cannot_be_read_says_what_to_write(value, says):
    with pytest.raises(BadCell, match=says):
        parse_shops(value)
