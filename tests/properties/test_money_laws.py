"""Laws of money: addition is exact, rounding happens once, what is shown reads back."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.money import Money, exponent, total

CURRENCIES = st.sampled_from(["USD", "JPY", "VND", "KWD", "GBP", "BRL"])
MINOR = st.integers(-(2**63), 2**63 - 1)
EXACT = st.decimals(-(10**12), 10**12, places=6)


@given(CURRENCIES, MINOR, MINOR, MINOR)
def test_addition_is_exact_and_associative(currency, a, b, c):
    x, y, z = (Money.from_minor(m, currency) for m in (a, b, c))

    assert (x + y) + z == x + (y + z)
    assert total([x, y, z], currency).minor() == a + b + c
    assert (x - x).minor() == 0


@given(CURRENCIES, MINOR)
def test_minor_units_read_back(currency, minor):
    assert Money.from_minor(minor, currency).minor() == minor


@given(CURRENCIES, EXACT)
def test_rounding_a_second_time_changes_nothing(currency, amount):
    once = Money(amount, currency).rounded()

    assert once.rounded() == once
    assert abs(once.amount - amount) * 2 <= Decimal(1).scaleb(-exponent(currency))


@given(CURRENCIES, EXACT)
def test_what_is_shown_reads_back(currency, amount):
    money = Money(amount, currency)

    assert Money.parse(str(money)) == money


@given(EXACT, EXACT)
def test_two_currencies_are_never_added(a, b):
    with pytest.raises(ValueError, match="USD with GBP"):
        Money(a, "USD") + Money(b, "GBP")
