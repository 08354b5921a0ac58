"""Personal links to approve a run: signed, for one Team row and one calculation, for seven days.

The link is the key: it names who approves, and nothing that was calculated since can be approved
with it.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from itsdangerous import BadData, URLSafeSerializer

VALID_FOR = timedelta(days=7)
_LINK = "approve a payout run"
_FORM = "approve a payout run, form"


@dataclass(frozen=True, slots=True)
class ApprovalLink:
    """Who may approve what: a Team row, a run as calculated (`facts`, `held`), until when."""

    base: str
    run: str
    person: str
    name: str
    facts: str
    held: str
    until: int  # seconds since 1970

    def is_over(self, now: datetime) -> bool:
        """Whether its seven days are over."""
        return now >= datetime.fromtimestamp(self.until, UTC)


def link_for(
    base: str, run: str, person: tuple[str, str], seen: tuple[str, str], now: datetime
) -> ApprovalLink:
    """A link for a Team row (record id, name) to the run as it is (its facts, what is held)."""
    until = int((now + VALID_FOR).timestamp())
    return ApprovalLink(base, run, *person, seen[0][:32], mark_of(seen[1]), until)


def mark_of(held: str) -> str:
    """A short mark of which statements are held."""
    return hashlib.sha256(held.encode()).hexdigest()[:16]


def signed(link: ApprovalLink, keys: Sequence[str]) -> str:
    """The link's token, signed with the newest key (the first)."""
    return str(_serializer(keys, _LINK).dumps(asdict(link)))


def read(token: str, keys: Sequence[str]) -> ApprovalLink | None:
    """What a token says; None if none of the keys signed it."""
    try:
        return ApprovalLink(**_serializer(keys, _LINK).loads(token))
    except (BadData, TypeError):
        return None


def form_token(token: str, keys: Sequence[str]) -> str:
    """What the page's button carries: good for this link's POST and for nothing else."""
    return str(_serializer(keys, _FORM).dumps(hashlib.sha256(token.encode()).hexdigest()))


def is_form_token(sent: str, token: str, keys: Sequence[str]) -> bool:
    """Whether the button was pressed on the page of this link."""
    try:
        found = _serializer(keys, _FORM).loads(sent)
    except BadData:
        return False
    return bool(found == hashlib.sha256(token.encode()).hexdigest())


def url(public_url: str, token: str) -> str:
    """The address to open."""
    return f"{public_url.rstrip('/')}/approve/{token}"


def _serializer(keys: Sequence[str], purpose: str) -> URLSafeSerializer:
    # itsdangerous takes the newest key last.
    return URLSafeSerializer(
        list(reversed(keys)),
        salt=purpose,
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
    )
