"""One payment as files need it: whom, where to, how much, and under which reference."""

from dataclasses import dataclass

from schemas.money import Money


@dataclass(frozen=True, slots=True)
class Payment:
    """One attempt to pay one statement; `account` is the payee as Creators has it now."""

    reference: str
    attempt: int
    statement: str
    period: str
    creator: str
    name: str
    handle: str
    method: str
    account: str
    amount: Money
    note: str
