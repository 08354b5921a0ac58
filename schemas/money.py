"""Money: an exact amount in one currency, rounded half up to its minor unit, once.

Never made from a float, never added across currencies; the ledger keeps its integer minor units.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

_NO_MINOR = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THOUSANDTHS = "BHD IQD JOD KWD LYD OMR TND"
_EXPONENTS = dict.fromkeys(_NO_MINOR.split(), 0) | dict.fromkeys(_THOUSANDTHS.split(), 3)
# Wide enough that neither a sum of BIGINTs nor a rate times one is rounded before we say so.
_EXACT = Context(prec=60)


def exponent(currency: str) -> int:
    """How many decimals the currency's minor unit has (ISO 4217; 2 unless listed)."""
    return _EXPONENTS.get(currency, 2)


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount; `currency` is its ISO 4217 code."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal) or not self.amount.is_finite():
            raise TypeError(f"Money takes a finite Decimal, not {self.amount!r}")
        if len(self.currency) != 3 or not (self.currency.isascii() and self.currency.isupper()):
            raise ValueError(f"a currency is three capital letters, not {self.currency!r}")

    @classmethod
    def from_minor(cls, minor: int, currency: str) -> "Money":
        """The amount that is `minor` minor units (cents, dong, fils)."""
        return cls(Decimal(minor).scaleb(-exponent(currency), _EXACT), currency)

    @classmethod
    def zero(cls, currency: str) -> "Money":
        """Nothing, in that currency."""
        return cls.from_minor(0, currency)

    @classmethod
    def parse(cls, shown: str) -> "Money":
        """The amount that `str` showed, like "USD -1,234.50"; ValueError for anything else."""
        currency, _, number = shown.partition(" ")
        try:
            amount = Decimal(number.replace(",", ""))
        except ArithmeticError as error:
            raise ValueError(f"not an amount: {shown!r}") from error
        return cls(amount, currency)

    def rounded(self) -> "Money":
        """The nearest whole minor unit; a half goes away from zero."""
        unit = Decimal(1).scaleb(-exponent(self.currency))
        return Money(self.amount.quantize(unit, ROUND_HALF_UP, _EXACT), self.currency)

    def minor(self) -> int:
        """The integer of minor units; ValueError if the amount was not rounded to them."""
        units = self.amount.scaleb(exponent(self.currency), _EXACT)
        if units != units.to_integral_value():
            raise ValueError(f"{self} is not a whole number of minor units; round it first")
        return int(units)

    def times(self, factor: Decimal | int) -> "Money":
        """The exact product, not yet rounded."""
        return Money(_EXACT.multiply(self.amount, Decimal(factor)), self.currency)

    def __add__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(_EXACT.add(self.amount, other.amount), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return self + -other

    def __neg__(self) -> "Money":
        return Money(self.amount.copy_negate(), self.currency)

    def __lt__(self, other: "Money") -> bool:
        self._same(other)
        return self.amount < other.amount

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __str__(self) -> str:
        places = max(exponent(self.currency), -int(self.amount.as_tuple().exponent))
        return f"{self.currency} {self.amount:,.{places}f}"

    def _same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise ValueError(f"cannot combine {self.currency} with {other.currency}")


def total(amounts: Iterable[Money], currency: str) -> Money:
    """The exact sum of amounts of one currency; zero of it when there are none."""
    return sum(amounts, Money.zero(currency))
