"""Who does something to a base, as the change feed names them: our client, or a person's hands."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.people import TEAM

API_USER = "usrSANDBOX0000000"
OWNER = "Olivia Hart"  # whose hands a change is when nobody says
_OF_THE_TEAM = {mate.name: mate.email for mate in TEAM}


@dataclass(frozen=True, slots=True)
class Actor:
    """The source of a transaction and the user behind it."""

    source: str
    user: Mapping[str, str]

    def metadata(self) -> Mapping[str, object]:
        """A payload's actionMetadata."""
        return {"source": self.source, "sourceMetadata": {"user": dict(self.user)}}


def person(name: str = "") -> Actor:
    """A person at Airtable's own pages; the same name is always the same user."""
    name = name or OWNER
    return Actor("client", _user("usr" + hashlib.sha256(name.encode()).hexdigest()[:14], name))


def _user(user_id: str, name: str) -> Mapping[str, str]:
    email = _OF_THE_TEAM.get(name) or name.lower().replace(" ", ".") + "@example.com"
    return {"id": user_id, "email": email, "permissionLevel": "create", "name": name}


API = Actor("publicApi", _user(API_USER, "Affiliate Ops"))


def collaborator(user: Mapping[str, object]) -> Mapping[str, object]:
    """The user as a cell shows one."""
    return {name: user[name] for name in ("id", "email", "name") if name in user}
