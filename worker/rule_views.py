"""Reads which creators stand in the views that stage rules name."""

from collections.abc import Mapping, Sequence

from schemas.records_pipeline import StageRule
from schemas.tables import creators
from worker.airtable import Base
from worker.airtable_errors import ViewGone


def read_members(base: Base, rules: Sequence[StageRule]) -> Mapping[str, frozenset[str]]:
    """For each view an active rule names: the record ids in it; a view that is not there is absent.

    Read them after the facts were shown (`plan_facts`): views are made of what the base shows.
    """
    named = sorted({rule.view for rule in rules if rule.active and rule.view})
    found = {name: _record_ids(base, name) for name in named}
    return {name: ids for name, ids in found.items() if ids is not None}


def _record_ids(base: Base, view: str) -> frozenset[str] | None:
    try:
        rows = base.read(creators.TABLE, view=view, fields=(creators.STAGE,))
    except (ViewGone, KeyError):
        return None  # gone, or never made and not declared: a problem of the rules that name it
    return frozenset(row.id for row in rows)
