"""Files of Euka and of people, which belong into Airtable: recognised, so that we can say so.

Euka's video file has the captions of TikTok's previous video list and is read as one.
"""

from schemas.exports.declaring import Export, Reads, Store, may, need, texts

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

TOOL_EXPORTS = (EUKA_CONTACTS, SAMPLE_REQUESTS)
