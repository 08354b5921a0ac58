"""Who prepared or approved a run when it was done in Airtable: the editing user, if known.

A cell naming a person can be typed by anybody; who edited it is Airtable's word.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.records import normal_email


@dataclass(frozen=True, slots=True)
class Teammate:
    """A row of Team."""

    record_id: str
    name: str
    email: str = ""


@dataclass(frozen=True, slots=True)
class Editor:
    """The Airtable user who chose a State, as the change feed named them."""

    email: str
    name: str


@dataclass(frozen=True, slots=True)
class Decider:
    """Whose deed it is, by record id of their Team row; or why that cannot be said."""

    record_id: str = ""
    refused: str = ""


def who_decided(
    *, editor: Editor | None, team: Sequence[Teammate], named: str, field: str
) -> Decider:
    """The Team row of whoever chose the State; `named` is the one the cell `field` names.

    The editor decides when Team has their e-mail. A cell that names somebody whose e-mail Team has
    is refused when somebody else edited it: then it was not that person.
    """
    address = normal_email(editor.email) if editor else ""
    if not editor or not address:
        return Decider(named)
    same = [mate for mate in team if normal_email(mate.email) == address]
    if len(same) > 1:
        names = ", ".join(sorted(mate.name for mate in same))
        return Decider(refused=f"Team has {address} more than once ({names}): keep one.")
    if same:
        return Decider(same[0].record_id)
    claimed = next((mate for mate in team if mate.record_id == named), None)
    if claimed and normal_email(claimed.email):
        return Decider(
            refused=f"{editor.name or address} ({address}) chose the State, and no row of Team has "
            f"that e-mail; {field} names {claimed.name}, who has another one. Let {claimed.name} "
            f"choose it, or add {address} to the right row of Team."
        )
    return Decider(named)
