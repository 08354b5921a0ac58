"""Files of Euka and of people. What belongs into Airtable is recognised, so that we can say so.

Euka's video file of the page has the captions of TikTok's previous video list and is read as one.
"""

from schemas.exports.declaring import Export, Reads, Store, known, may, need, texts

EUKA_VIDEOS = Export(
    name="euka videos",
    title="Euka's video data",
    store=Store.METRICS,
    subject="video",
    has_period=True,
    never_zero=("views",),
    columns=(
        known("handle", Reads.HANDLE, "creator_handle"),
        known("content_id", Reads.ID, "video_id"),
        need("posted_on", Reads.DAY, "posted_date"),
        need("views", Reads.COUNT, "views_count"),
        may("gmv", Reads.MONEY, "revenue"),
        may("items", Reads.COUNT, "items_sold_count"),
        may("likes", Reads.COUNT, "likes_count"),
        may("comments", Reads.COUNT, "comments_count"),
        *texts(
            link="video_link", url="video_url", product_name="product_name", code="spark_code",
            tier="L tier", creator_gmv="creator_last_30d_gmv_num", duration="duration",
            thumbnail="thumbnail_url",
        ),
    ),
)  # fmt: skip

EUKA_CREATORS = Export(
    name="euka creators",
    title="Euka's creator data",
    store=Store.NOWHERE,
    refused_because="holds contacts, not figures; add them to the table Creators in Airtable",
    columns=(
        need("handle", Reads.TEXT, "creator_handle"),
        need("gmv", Reads.TEXT, "last_30d_gmv"),
        need("followers", Reads.TEXT, "follower_count"),
        *texts(
            tier="L tier", shop_gmv="last_30d_gmv_our_shop", views="avg_video_views_30d",
            post_rate="estimated_post_rate", email="email", phone="phone", gender="gender",
            language="language", has_request="has_sample_request", has_post="has_video_post",
        ),
    ),
)  # fmt: skip

EUKA_CONTACTS = Export(
    name="euka contacts",
    title="Euka's creator contacts",
    store=Store.NOWHERE,
    refused_because="holds contacts, not figures; add them to the table Creators in Airtable",
    columns=(
        need("handle", Reads.TEXT, "handle"),
        need("email", Reads.TEXT, "email"),
        may("gmv", Reads.TEXT, "last_30d_gmv", "* gmv all time", "* active gmv all time"),
        *texts(
            name="name", phone="phone", address="address", followers="follower_count",
            category="product_category", profile="profile", videos="* videos posted all time",
            lives="* lives all time", products="products_sampled",
        ),
    ),
)  # fmt: skip

SAMPLE_REQUESTS = Export(
    name="sample requests",
    title="sample requests",
    store=Store.NOWHERE,
    refused_because="holds sample requests; add them to the table Samples in Airtable",
    columns=(
        need("handle", Reads.TEXT, "creator_username"),
        need("requested_at", Reads.TEXT, "requested_at"),
        need("product_id", Reads.TEXT, "product_id"),
        *texts(
            sku_id="sku_id", status="status", decision_by="decision_by", approved_at="approved_at",
            order_id="order_id", tracking="tracking_number", shipped_at="shipped_at",
            delivered_at="delivered_at", due="content_due_at", content="content_ids",
            fulfilment="fulfilment_status",
        ),
    ),
)  # fmt: skip

TOOL_EXPORTS = (EUKA_VIDEOS, EUKA_CREATORS, EUKA_CONTACTS, SAMPLE_REQUESTS)
