"""How a person is recognised when their name may not be kept: by hashes of what identifies them.

A stand-in ("#" and the hash) takes the place of an identity in the ledger once a creator is
forgotten: sums and suppressions still find it, and nobody can read it.
"""

import hashlib
import re
from functools import lru_cache

_STAND_IN = re.compile(r"#[0-9a-f]{32}")


@lru_cache(maxsize=65_536)  # every pass asks about every creator
def hash_of(value: str) -> str:
    """The hash under which an address or @handle is suppressed and counted, 32 hex digits."""
    return hashlib.sha256(value.strip().casefold().encode()).hexdigest()[:32]


def identity_hash(kind: str, value: str) -> str:
    """The hash of an identity (email, handle, open_id); of a stand-in, the one it holds."""
    if is_stand_in(value):
        return value[1:]
    match kind:
        case "email":
            return hash_of(value)
        case "handle":
            return hash_of(f"@{value}")
        case _:
            return hash_of(f"{kind}:{value}")


def stand_in(kind: str, value: str) -> str:
    """What is kept in place of an identity that is to be forgotten."""
    return f"#{identity_hash(kind, value)}"


def is_stand_in(value: str) -> bool:
    """Whether an identity was forgotten and only its hash is left."""
    return value.startswith("#") and _STAND_IN.fullmatch(value) is not None
