"""Payout exceptions: where order files, settlements and our payouts do not agree."""

from schemas.conditions import Is
from schemas.fields import Field, Kind, Owner, Table, View

STATES = ("Open", "Explained", "Fixed")
KEY = Field("Key", Kind.TEXT, Owner.WORKER, "Identity of the exception.")
KIND = Field("Kind", Kind.TEXT, Owner.WORKER, "What does not agree.")
SHOP = Field("Shop", Kind.TEXT, Owner.WORKER, "The shop it is in.")
ORDER = Field("Order", Kind.TEXT, Owner.WORKER, "The order, or the statement.")
CREATOR = Field("Creator", Kind.LINK, Owner.WORKER, "Whose it is.", links_to="Creators")
OURS = Field("Ours", Kind.NUMBER, Owner.WORKER, "As our files and payouts have it.", precision=3)
THEIRS = Field("Theirs", Kind.NUMBER, Owner.WORKER, "As the other side has it.", precision=3)
DIFFERENCE = Field("Difference", Kind.NUMBER, Owner.WORKER, "Theirs less ours.", precision=3)
CURRENCY = Field("Currency", Kind.TEXT, Owner.WORKER, "Like USD.")
BECAUSE = Field("Because", Kind.LONG_TEXT, Owner.WORKER, "What it is, and what to do.")
STATE = Field(
    "State", Kind.SELECT, Owner.BOTH, "Explained: no longer asked, unless it changes.",
    choices=STATES,
)  # fmt: skip
EXPLANATION = Field("Explanation", Kind.LONG_TEXT, Owner.TEAM, "Why it is as it should be.")
NOTE = Field("Automation note", Kind.LONG_TEXT, Owner.WORKER, "Why it was opened again.")

EXCEPTIONS = Table(
    "Payout exceptions",
    "Where order files, settlements and payouts do not agree, the largest first.",
    (
        KEY, KIND, SHOP, ORDER, CREATOR, OURS, THEIRS, DIFFERENCE, CURRENCY, BECAUSE, STATE,
        EXPLANATION, NOTE,
    ),
    key=KEY,
    views=(View("Exceptions to explain", Is(STATE, "Open")),),
)  # fmt: skip
