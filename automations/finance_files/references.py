"""References: the short form of a statement's key that a payment file carries and that comes back.

`AO-202610-7K3F9Q2MX4TB` is the month and twelve signs of a hash of the statement's key (60 bits,
in Crockford's alphabet); a second attempt ends in `-2`. At most 26 characters, no spaces. The
ledger keeps which statement each belongs to: nothing is ever read out of a reference.
"""

import hashlib

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SIGNS = 12


def reference(statement: str, period: str, attempt: int) -> str:
    """The reference of one attempt to pay a statement."""
    number = int.from_bytes(hashlib.sha256(statement.encode()).digest()[:8], "big") >> 4
    signs = "".join(_ALPHABET[(number >> 5 * n) & 31] for n in reversed(range(_SIGNS)))
    again = f"-{attempt}" if attempt > 1 else ""
    return f"AO-{period.replace('-', '')}-{signs}{again}"
