"""Content: the videos creators posted for the programme, and whether they count."""

from schemas.fields import Field, Kind, Owner, Table

URL = Field("URL", Kind.TEXT, Owner.TEAM, "Address of the video.")
CREATOR = Field("Creator", Kind.LINK, Owner.TEAM, "Who posted it.", links_to="Creators")
VIDEO_ID = Field("Video ID", Kind.TEXT, Owner.TEAM, "TikTok's id of the video; digits.")
POSTED_ON = Field("Posted on", Kind.DATE, Owner.TEAM, "Day it was posted, in the shop's zone.")
APPROVED = Field("Approved", Kind.CHECKBOX, Owner.TEAM, "Ticked: it counts for retainers.")
REMOVED_ON = Field("Removed on", Kind.DATE, Owner.TEAM, "Day it was taken down, if it was.")
CAMPAIGN = Field(
    "Campaign", Kind.LINK, Owner.TEAM, "Campaign it was made for.", links_to="Campaigns"
)
VIEWS = Field("Views", Kind.NUMBER, Owner.TEAM, "Views so far; an imported video list goes first.")
DISCLOSED = Field("Disclosed", Kind.CHECKBOX, Owner.TEAM, "Ticked: it says that it is advertising.")
PAID_BY_TIKTOK = Field(
    "Paid by TikTok", Kind.CHECKBOX, Owner.TEAM, "Ticked: TikTok's flat fee pays it, we do not."
)
NOTE = Field("Automation note", Kind.LONG_TEXT, Owner.WORKER, "What to fix here.")

CONTENT = Table(
    "Content",
    "One row per video: who posted it, when, and whether it was approved.",
    (
        URL, CREATOR, VIDEO_ID, POSTED_ON, APPROVED, REMOVED_ON, CAMPAIGN, VIEWS, DISCLOSED,
        PAID_BY_TIKTOK, NOTE,
    ),
)  # fmt: skip
