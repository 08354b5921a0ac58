"""Who may be named in a base's cells and comments: its owner's list, and whoever acted in it."""

import hashlib
from collections.abc import Mapping

from sandbox.airtable.actors import collaborator
from sandbox.airtable.model import Base, Table, instant

Json = Mapping[str, object]
_KINDS = ("singleCollaborator", "multipleCollaborators")


def learn(base: Base, user: Json) -> None:
    """Take a person in; an id is made up for one known by e-mail address only."""
    email = str(user.get("email") or "")
    user_id = str(user.get("id") or "usr" + hashlib.sha256(email.encode()).hexdigest()[:14])
    base.people[user_id] = {"permissionLevel": "edit", **user, "id": user_id}


def learn_from(base: Base, table: Table, cells: Json) -> None:
    """Take in the people of an owner's row."""
    for name, value in cells.items():
        column = table.field(name)
        if column is None or column.type not in _KINDS:
            continue
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, Mapping) and one.get("id") not in base.people:
                learn(base, one)


def named(base: Base, asked: object, *, typecast: bool) -> Json | None:
    """The collaborator that a cell's {id} or {email} means; by text too with typecast."""
    if isinstance(asked, Mapping):
        keys = [asked["id"]] if asked.get("id") else [asked.get("email")]
    else:
        keys = [asked] if typecast else []
    for user in base.people.values():
        known = (user["id"], user.get("email")) + ((user.get("name"),) if typecast else ())
        if keys and keys[0] in known:
            return collaborator(user)
    return None


def answer(base: Base) -> Json:
    """GET /v0/meta/bases/ID: the base and who collaborates on it."""
    made = instant(base.made_at)
    people = [
        {
            "userId": user["id"],
            "email": user.get("email", ""),
            "permissionLevel": user.get("permissionLevel", "edit"),
            "grantedByUserId": user["id"],
            "createdTime": made,
        }
        for user in base.people.values()
    ]
    nobody: list[Json] = []
    return {
        "id": base.id,
        "name": base.name,
        "permissionLevel": "create",
        "workspaceId": "wspSANDBOX00000000",
        "createdTime": made,
        "individualCollaborators": {"baseCollaborators": people, "workspaceCollaborators": nobody},
        "groupCollaborators": {"baseCollaborators": nobody, "workspaceCollaborators": nobody},
        "inviteLinks": {"baseInviteLinks": nobody, "workspaceInviteLinks": nobody},
        "interfaces": {},
    }
