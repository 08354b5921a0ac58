"""Video and LIVE lists: what each piece of content sold and who saw it, by product.

One row per content and product: whoever counts content counts distinct ids.
"""

from schemas.exports.declaring import Export, Reads, Store, known, may, need

_COUNT, _MONEY = Reads.COUNT, Reads.MONEY

VIDEO_LIST = Export(
    name="video list",
    title="Transaction Analysis - Video List",
    store=Store.METRICS,
    subject="video",
    has_period=True,
    never_zero=("gmv",),
    columns=(
        may("title", Reads.TEXT, "Video title"),
        known("content_id", Reads.ID, "Video ID"),
        need("posted_on", Reads.DAY, "Post date"),
        may("link", Reads.TEXT, "Video link"),
        known("handle", Reads.HANDLE, "Creator name"),
        may("product_name", Reads.TEXT, "Product name"),
        may("product_id", Reads.ID, "Product ID"),
        need("gmv", _MONEY, "Creator video-attributed GMV", "Affiliate video-attributed GMV"),
        need("orders", _COUNT, "Video-attributed orders"),
        may("aov", Reads.TEXT, "AOV"),
        may("gmv_per_customer", Reads.TEXT, "Avg. GMV per customer"),
        need("items", _COUNT, "Video-attributed items sold"),
        may("refunds", _MONEY, "Refunds"),
        may("items_refunded", _COUNT, "Items refunded"),
        need("est_commission", _MONEY, "Est. commission"),
        may("flat_fee", _MONEY, "Est. flat fee"),
        need("views", _COUNT, "Video views"),
        may("likes", _COUNT, "Likes"),
        may("comments", _COUNT, "Comments"),
        may("shares", _COUNT, "Shares"),
        may("impressions", _COUNT, "Video product impressions"),
        may("clicks", _COUNT, "Video product clicks"),
        may("completion_rate", Reads.PERCENT, "Completion rate"),
        may("ctr", Reads.PERCENT, "CTR"),
        may("engagement", Reads.PERCENT, "Engagement"),
        may("gpm", Reads.TEXT, "Video GPM"),
    ),
)

PREVIOUS_VIDEO_LIST = Export(
    name="video list (previous)",
    title="Video List without Video ID",
    store=Store.METRICS,
    subject="video",
    has_period=True,
    never_zero=("gmv",),
    columns=(
        may("title", Reads.TEXT, "Video name"),
        known("content_id", Reads.LINK, "Video link"),
        need("posted_on", Reads.DAY, "Video post date"),
        known("handle", Reads.HANDLE, "Creator username"),
        need("gmv", _MONEY, "GMV"),
        may("items", _COUNT, "Affiliate items sold"),
        may("shoppable_gmv", _MONEY, "Affiliate shoppable video GMV"),
        may("aov", Reads.TEXT, "Shoppable video avg. order value"),
        may("est_commission", _MONEY, "Est. commission"),
        may("flat_fee", _MONEY, "Est. flat fee"),
        need("orders", _COUNT, "Affiliate orders"),
        may("daily_customers", Reads.TEXT, "Avg. affiliate customers"),
        need("impressions", _COUNT, "Shoppable video impressions"),
        may("ctr", Reads.PERCENT, "Affiliate CTR"),
        may("gpm", Reads.TEXT, "Shoppable video GPM"),
        may("items_refunded", _COUNT, "Affiliate items refunded"),
        may("refunds", _MONEY, "Affiliate refunded GMV"),
        may("comments", _COUNT, "Shoppable video comments"),
        may("likes", _COUNT, "Shoppable video likes"),
    ),
)

LIVE_LIST = Export(
    name="live list",
    title="Transaction Analysis - LIVE List",
    store=Store.METRICS,
    subject="live",
    has_period=True,
    never_zero=("gmv",),
    columns=(
        known("content_id", Reads.ID, "LIVE ID"),
        may("title", Reads.TEXT, "LIVE title"),
        known("handle", Reads.HANDLE, "Creator name"),
        need("posted_on", Reads.DAY, "LIVE start time"),
        may("ended_on", Reads.DAY, "LIVE end time"),
        may("product_id", Reads.ID, "Product ID"),
        may("product_name", Reads.TEXT, "Product name"),
        need("gmv", _MONEY, "Creator LIVE-attributed GMV", "Affiliate LIVE-attributed GMV"),
        need("items", _COUNT, "LIVE-attributed items sold"),
        need("orders", _COUNT, "LIVE-attributed orders"),
        may("refunds", _MONEY, "Refunds"),
        may("items_refunded", _COUNT, "Items refunded"),
        may("aov", Reads.TEXT, "AOV"),
        need("est_commission", _MONEY, "Est. commission"),
        may("flat_fee", _MONEY, "Est. flat fee"),
        may("views", _COUNT, "LIVE views"),
        may("likes", _COUNT, "LIVE likes"),
        may("comments", _COUNT, "LIVE comments"),
    ),
)

AD_CREATIVES = Export(
    name="ad creatives",
    title="GMV Max - Creative data",
    store=Store.NOWHERE,
    refused_because="is ad spend of GMV Max, which claims sales that are counted already",
    columns=(
        need("campaign", Reads.TEXT, "Campaign name"),
        need("content_id", Reads.TEXT, "Video ID"),
        need("creative_type", Reads.TEXT, "Creative type"),
        need("cost", Reads.TEXT, "Cost"),
        need("orders", Reads.TEXT, "SKU orders"),
        need("revenue", Reads.TEXT, "Gross revenue"),
        need("roi", Reads.TEXT, "ROI"),
        may("product_id", Reads.TEXT, "Product ID"),
        may("title", Reads.TEXT, "Video title"),
        may("account", Reads.TEXT, "TikTok account"),
        may("posted", Reads.TEXT, "Time posted"),
        may("cost_per_order", Reads.TEXT, "Cost per order"),
        may("impressions", Reads.TEXT, "Product ad impressions"),
        may("clicks", Reads.TEXT, "Product ad clicks"),
        may("click_rate", Reads.TEXT, "Product ad click rate"),
        may("conversion_rate", Reads.TEXT, "Ad conversion rate"),
        may("currency", Reads.TEXT, "Currency"),
    ),
)

CONTENT_EXPORTS = (VIDEO_LIST, PREVIOUS_VIDEO_LIST, LIVE_LIST, AD_CREATIVES)
