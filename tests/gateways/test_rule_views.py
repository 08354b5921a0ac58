"""The starter rules' views on the sandbox's Airtable, by their formulas."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from schemas.fields import Field
from schemas.tables import creators as c
from tests.builders_door import reached
from tests.builders_sandbox import BASE_ID, running_sandbox
from tests.builders_valkey import connected, running_valkey
from worker.airtable import Base
from worker.init_base import init

TODAY = datetime.now(UTC).date()  # noqa: TID251  # the sandbox's NOW() is the real time


@pytest.fixture(scope="module")
def base() -> Iterator[Base]:
    with (
        running_valkey() as url,
        connected(url) as redis,
        running_sandbox() as (world, _, server),
        reached(server.url, redis) as reach,
    ):
        init(reach.base, lambda _: None)
        for name, cells in PEOPLE.items():
            typed = {field.name: value for field, value in cells.items()}
            world.airtable.create_record(BASE_ID, "Creators", {"Name": name, **typed})
        yield reach.base


PEOPLE: dict[str, dict[Field, object]] = {
    "Luana Prado": {c.LAST_TOUCH_AT: "2026-11-01T09:00:00Z", c.LAST_REPLY_AT: "2026-11-02T09:00Z"},
    "Mei Tan": {c.SAMPLE_STATUS: "Shipped"},
    "Jonas Weber": {c.POSTS: 3, c.LAST_POST_ON: str(TODAY - timedelta(days=5))},
    "Ana Lima": {c.POSTS: 1, c.LAST_POST_ON: str(TODAY - timedelta(days=45))},
    "Sam Cole": {c.POSTS: 1, c.LAST_POST_ON: str(TODAY - timedelta(days=70))},
    "Nora Falk": {c.FIRST_SALE_ON: "2026-11-20"},
    "Just Found": {},
}


@pytest.mark.parametrize(
    ("view", "names"),
    [
        ("Contacted creators", {"Luana Prado"}),
        ("Creators who replied", {"Luana Prado"}),
        ("Sample shipped", {"Mei Tan"}),
        ("Sample delivered", set()),
        ("Creators who posted", {"Jonas Weber", "Ana Lima", "Sam Cole"}),
        ("Creators who sold", {"Nora Falk"}),
        ("Posted in the last 30 days", {"Jonas Weber"}),
        ("Posting regularly", {"Jonas Weber"}),
        ("No post for 30 days", {"Ana Lima", "Sam Cole"}),
        ("No post for 60 days", {"Sam Cole"}),
    ],
)
def test_a_starter_view_holds_whom_its_name_says(base, view, names):
    members = base.read(c.TABLE, view=view, fields=(c.NAME,))

    assert {row.cells[c.NAME] for row in members} == names
