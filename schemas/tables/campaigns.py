"""Campaigns and Products: what a sequence is about, as its messages may say it."""

from schemas.fields import Field, Kind, Owner, Table

PRODUCT_NAME = Field("Name", Kind.TEXT, Owner.TEAM, "As messages name it.")
PRODUCT_LINK = Field("Link", Kind.URL, Owner.TEAM, "Where a creator looks at it.")
PRODUCT_RATE = Field(
    "Commission percent", Kind.NUMBER, Owner.TEAM, "Commission of a sale, in percent.", precision=1
)
PRODUCT_ID = Field("TikTok product id", Kind.TEXT, Owner.TEAM, "Digits, as in order files.")
PRODUCT_MARGIN = Field(
    "Gross margin percent", Kind.NUMBER, Owner.TEAM, "Margin after cost of goods.", precision=1
)
PRODUCT_NOTE = Field("Automation note", Kind.LONG_TEXT, Owner.WORKER, "What to fix here.")
PRODUCTS = Table(
    "Products",
    "What creators show and sell.",
    (PRODUCT_NAME, PRODUCT_LINK, PRODUCT_RATE, PRODUCT_ID, PRODUCT_MARGIN, PRODUCT_NOTE),
)

CAMPAIGN_NAME = Field("Name", Kind.TEXT, Owner.TEAM, "As messages name it.")
CAMPAIGN_PRODUCT = Field(
    "Product", Kind.LINK, Owner.TEAM, "The product it is about.", links_to="Products"
)
CAMPAIGN_STARTS = Field("Starts on", Kind.DATE, Owner.TEAM, "First day; nothing is sent before.")
CAMPAIGN_ENDS = Field("Ends on", Kind.DATE, Owner.TEAM, "Last day; nothing is sent after it.")
CAMPAIGN_NOTE = Field("Automation note", Kind.LONG_TEXT, Owner.WORKER, "What to fix here.")
CAMPAIGNS = Table(
    "Campaigns",
    "A push for a product in a span of days; sequences belong to one.",
    (CAMPAIGN_NAME, CAMPAIGN_PRODUCT, CAMPAIGN_STARTS, CAMPAIGN_ENDS, CAMPAIGN_NOTE),
)
