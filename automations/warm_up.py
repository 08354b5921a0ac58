"""What a mailbox may send on a day: its cap, and less while it is new."""

from datetime import date

from schemas.rules import Rules

A_WEEK = 7


def cap_of(mailbox: str, first_day: date | None, today: date, rules: Rules) -> int:
    """Most messages of that mailbox today; `first_day` is when it first sent, None if never.

    In its n-th week the n-th warm-up cap holds, never more than the daily cap.
    """
    cap = rules.mailbox_caps.get(mailbox, rules.daily_cap)
    week = (today - (first_day or today)).days // A_WEEK
    if 0 <= week < len(rules.warm_up):
        return min(cap, rules.warm_up[week])
    return cap
