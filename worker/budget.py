"""The month's Airtable calls: whose share a base draws on, and how much of it is left.

The calls are counted by the limiter in Redis; how fast they may be spent is the governor's to say.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from automations.governor import Mode, month_end, pace
from worker.airtable_limiter import Limiter
from worker.errors import Misconfigured
from worker.settings import Settings, own_value

EVERYBODY = "all"
VARIABLE = "airtable_monthly_calls"


@dataclass(frozen=True, slots=True)
class Share:
    """Our share of one workspace's calls, and the bases that draw on it."""

    name: str
    allowance: int
    bases: tuple[str, ...]

    @property
    def variable(self) -> str:
        """The setting that holds the allowance."""
        own = "" if self.name == EVERYBODY else f"__{self.name.upper()}"
        return f"{VARIABLE.upper()}{own}"


@dataclass(frozen=True, slots=True)
class Budget:
    """How a share stands: calls used and left this month, and expected by its end."""

    share: Share
    used: int
    left: int
    forecast: int
    mode: Mode
    until: datetime  # when Airtable counts afresh

    @property
    def used_up_because(self) -> str:
        """Why a share that is used up stops everything, and what can be done."""
        return (
            f"Our share of the month's Airtable calls is used up ({self.used} of "
            f"{self.share.allowance}). Airtable is called again on {on_day(self.until)}, or once "
            f"{self.share.variable} is raised"
        )

    @property
    def only_safety_because(self) -> str:
        """Why only safety goes on, and what can be done."""
        return (
            "More than 90 % of our share of the month's Airtable calls are used. Until "
            f"{on_day(self.until)} only replies and opt-outs are read and written. To go on, "
            f"raise {self.share.variable}"
        )


def share_of(settings: Settings, name: str) -> Share:
    """The share the base called `name` draws on: its own if it has one, else everybody's."""
    if (own := own_value(name, VARIABLE)) is not None:
        if not own.isdecimal() or int(own) == 0:
            raise Misconfigured(
                f"{VARIABLE.upper()}__{name.upper()}: {own!r} is no number of calls a month; "
                "write one like 70000."
            )
        return Share(name, int(own), (settings.airtable_base_ids[name],))
    together = tuple(
        base
        for other, base in settings.airtable_base_ids.items()
        if own_value(other, VARIABLE) is None
    )
    return Share(EVERYBODY, settings.airtable_monthly_calls, together)


def read_budget(limiter: Limiter, share: Share, now: datetime) -> Budget:
    """How the share stands now; raises ServiceDown without Redis."""
    used = limiter.used()
    going = pace(used=used, allowance=share.allowance, now=now, people_at=None)
    return Budget(
        share=share,
        used=used,
        left=max(0, share.allowance - used),
        forecast=going.forecast,
        mode=going.mode,
        until=month_end(now),
    )


def on_day(at: datetime) -> str:
    """An instant as people read it."""
    return f"{at.astimezone(UTC):%-d %B %Y, %H:%M} UTC"
