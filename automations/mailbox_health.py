"""Whether a mailbox bounces, or is complained about, more than the programme allows."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from schemas.rules import Rules

SPAN = timedelta(days=7)
FEWEST_SENT, FEWEST_BOUNCES, FEWEST_COMPLAINTS = 20, 3, 2  # fewer are chance


@dataclass(frozen=True, slots=True)
class Health:
    """Counts of one mailbox over a week, or since a person last resumed it."""

    sent: int
    bounces: int
    complaints: int

    @property
    def bounce_percent(self) -> Decimal:
        """Bounces of a hundred messages, to a tenth."""
        return _percent(self.bounces, self.sent)

    @property
    def complaint_percent(self) -> Decimal:
        """Complaints of a hundred messages, to a tenth."""
        return _percent(self.complaints, self.sent)


def ails(health: Health, rules: Rules) -> str:
    """Why the mailbox must rest until a person has looked; "" if it is well."""
    if health.sent < FEWEST_SENT:
        return ""
    if health.bounces >= FEWEST_BOUNCES and health.bounce_percent > rules.most_bounces:
        return (
            f"{health.bounces} of {health.sent} messages of a week bounced "
            f"({health.bounce_percent} %, at most {rules.most_bounces} % are allowed): check where "
            "the addresses are from, then resume it."
        )
    if health.complaints >= FEWEST_COMPLAINTS and health.complaint_percent > rules.most_complaints:
        return (
            f"{health.complaints} of {health.sent} readers of a week pressed spam "
            f"({health.complaint_percent} %, at most {rules.most_complaints} % are allowed): look "
            "at words and audience, then resume it."
        )
    return ""


def _percent(count: int, of: int) -> Decimal:
    return (Decimal(100 * count) / of).quantize(Decimal("0.1")) if of else Decimal(0)
