"""When a mailbox has to rest."""

from dataclasses import replace
from decimal import Decimal

import pytest

from automations.mailbox_health import Health, ails
from schemas.rules import Rules


@pytest.mark.parametrize(
    ("health", "why"),
    [
        (Health(19, 19, 9), ""),
        (Health(100, 5, 0), ""),
        (Health(100, 6, 0), "6 of 100 messages of a week bounced (6.0 %"),
        (Health(20, 2, 0), ""),
        (Health(100, 0, 1), ""),
        (Health(100, 0, 2), "2 of 100 readers of a week pressed spam (2.0 %"),
        (Health(1_000, 0, 3), ""),
        (Health(1_000, 0, 4), "4 of 1000 readers of a week pressed spam (0.4 %"),
    ],
)
def test_a_mailbox_rests_above_what_is_allowed(health, why):
    assert ails(health, Rules()).startswith(why)
    assert bool(ails(health, Rules())) is bool(why)


def test_what_is_allowed_is_set_in_settings():
    assert ails(Health(100, 6, 0), replace(Rules(), most_bounces=Decimal(10))) == ""
