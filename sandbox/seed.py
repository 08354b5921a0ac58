"""Fills a base as `init` would, opens every brake, and adds creators who are due now.

Works in the process, on the store. Of what the worker itself writes into a base, only the release
of its first pass may be set here.
"""

import random

from sandbox.airtable import schema
from sandbox.airtable.model import Base
from sandbox.airtable.model import Table as Made
from sandbox.airtable.store import Store
from sandbox.people import TEAM as TEAMMATES
from sandbox.people import Person, invented
from schemas.base import TABLES
from schemas.fields import Field, Kind
from schemas.rules import FIRST_PASS, SETTINGS_ROWS
from schemas.stages import Stage
from schemas.starters import STARTER_SEQUENCES, StarterSequence
from schemas.starters_pipeline import SOPS, STAGE_RULES, with_links
from schemas.tables import creators, operations, outreach, pipeline

BASE_ID = "appSANDBOX0000001"
BASE_NAME = "glow"
# A seeded base is for watching outreach run, so nothing but consent holds it back.
OPENED = {
    "Sending": "on",
    "Brand": "Glow",
    "Sending hours": "00:00-24:00",
    "Sending days": "Mon-Sun",
    "Daily cap per mailbox": "100000",
    "Gap between messages": "0",
    "Most rows per plan": "100000",
    "Warm-up caps": "none",
    "Skip public holidays": "off",
    "Canary messages": "0",
    "Countries that need a legal basis": "none",
    FIRST_PASS: "released",
}
SOURCES = ("Creator marketplace", "Hashtag search", "Referral", "Came to us")


def fill(store: Store, base_id: str, settings: dict[str, str] | None = None) -> None:
    """Tables, settings, starter sequences and a team; `settings` replaces defaults by name."""
    base = store.base(base_id)
    with base.lock:
        _add_tables(store, base)
    for setting in SETTINGS_ROWS:
        value = (settings or {}).get(setting.name, setting.default)
        row = {
            operations.SETTING_NAME.name: setting.name,
            operations.SETTING_VALUE.name: value,
            operations.SETTING_HELP.name: setting.help,
        }
        store.create_record(base_id, operations.SETTINGS.name, row)
    if released := (settings or {}).get(FIRST_PASS):
        row = {operations.SETTING_NAME.name: FIRST_PASS, operations.SETTING_VALUE.name: released}
        store.create_record(base_id, operations.SETTINGS.name, row)
    for sequence in STARTER_SEQUENCES:
        _add_sequence(store, base_id, sequence)
    _add_rules(store, base_id)
    _add_team(store, base_id)


def seed(store: Store, base_id: str, count: int, dice: int = 7) -> tuple[Person, ...]:
    """Fill the base with every brake open and add `count` creators due now; who they are."""
    fill(store, base_id, OPENED)
    people = invented(count, dice)
    add_creators(store, base_id, people, dice)
    return people


def add_creators(store: Store, base_id: str, people: tuple[Person, ...], dice: int = 7) -> None:
    """A row per person, enrolled in the first sequence and owned by one of the team."""
    chance = random.Random(dice)
    sequence = _ids(store, base_id, outreach.SEQUENCES.name)[0]
    team = _ids(store, base_id, operations.TEAM.name)
    for person in people:
        row = {
            creators.NAME.name: person.name,
            creators.HANDLE.name: f"@{person.handle}",
            creators.EMAIL.name: person.email,
            creators.COUNTRY.name: person.country,
            creators.TIME_ZONE.name: person.time_zone or None,
            creators.LANGUAGE.name: person.language,
            creators.LEGAL_BASIS.name: "Consent",
            creators.FOLLOWERS.name: person.followers,
            creators.SOURCE.name: chance.choice(SOURCES),
            creators.OWNER.name: [chance.choice(team)],
            creators.SEQUENCE.name: [sequence],
            creators.STAGE.name: Stage.PROSPECT.value,
        }
        store.create_record(base_id, creators.TABLE.name, row)


def _ids(store: Store, base_id: str, table: str) -> list[str]:
    return [str(row["id"]) for row in store.rows(base_id, table)]


def _add_tables(store: Store, base: Base) -> None:
    """Tables first, links after: a link needs the other table's id."""
    made: dict[str, Made] = {}
    for table in TABLES:
        plain = [_shape(one) for one in table.fields if one.kind is not Kind.LINK]
        spec = {"name": table.name, "description": table.help, "fields": plain}
        made[table.name] = schema.add_table(base, spec, store.new_id)
    for table in TABLES:
        for one in table.fields:
            if one.kind is Kind.LINK:
                options = {"linkedTableId": made[one.links_to].id}
                link = _shape(one) | {"options": options}
                schema.add_field(base, made[table.name], link, store.new_id)


def _shape(one: Field) -> dict[str, object]:
    shape: dict[str, object] = {"name": one.name, "type": one.kind.value, "description": one.help}
    options = one.options()
    return shape | ({"options": dict(options)} if options else {})


def _add_sequence(store: Store, base_id: str, sequence: StarterSequence) -> None:
    named = {
        outreach.SEQUENCE_NAME.name: sequence.name,
        outreach.SEQUENCE_ACTIVE.name: True,
        outreach.SEQUENCE_STOPS_AT.name: [stage.value for stage in sequence.stops_at],
    }
    record_id = store.create_record(base_id, outreach.SEQUENCES.name, named)
    for step in sequence.steps:
        row: dict[str, object] = {
            outreach.STEP_NAME.name: step.name,
            outreach.STEP_SEQUENCE.name: [record_id],
            outreach.STEP_NUMBER.name: step.number,
            outreach.STEP_WAIT.name: step.wait_days,
            outreach.STEP_TEMPLATE.name: step.template,
            outreach.STEP_WAIT_UNIT.name: outreach.WAIT_UNITS[step.business],
        }
        store.create_record(base_id, outreach.STEPS.name, row)


def _add_rules(store: Store, base_id: str) -> None:
    ids: dict[str, str] = {}
    for sop in SOPS:
        row = {field.name: value for field, value in sop.items()}
        ids[str(sop[pipeline.SOP_NAME])] = store.create_record(base_id, pipeline.SOPS.name, row)
    for rule in STAGE_RULES:
        row = {field.name: value for field, value in with_links(rule, ids).items()}
        store.create_record(base_id, pipeline.STAGE_RULES.name, row)


def _add_team(store: Store, base_id: str) -> None:
    for mate in TEAMMATES:
        row = {
            operations.TEAM_NAME.name: mate.name,
            operations.TEAM_EMAIL.name: mate.email,
            operations.TEAM_ROLE.name: mate.role,
            operations.TEAM_TIME_ZONE.name: mate.time_zone,
            operations.TEAM_ACTIVE.name: True,
        }
        store.create_record(base_id, operations.TEAM.name, row)
