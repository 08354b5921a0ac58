"""Who a command is given in the name of: a row of Team, by name or e-mail."""

from schemas.parsing import Row, text
from schemas.tables.operations import TEAM_EMAIL, TEAM_NAME
from worker.errors import Misconfigured


def person_named(rows: tuple[Row, ...], named: str, option: str = "--by") -> str:
    """The record id of the one Team row with that name or e-mail; Misconfigured otherwise."""
    wanted = named.strip().casefold()
    found = [
        row.id
        for row in rows
        if wanted in (text(row, TEAM_NAME).casefold(), text(row, TEAM_EMAIL).casefold())
    ]
    if len(found) != 1:
        known = ", ".join(sorted(text(row, TEAM_NAME) for row in rows)) or "nobody"
        raise Misconfigured(
            f"{option} {named}: {len(found)} rows of Team match. Team has: {known}."
        )
    return found[0]


def team_name(rows: tuple[Row, ...], record_id: str) -> str:
    """What a row of Team is called."""
    return next(text(row, TEAM_NAME) for row in rows if row.id == record_id)
