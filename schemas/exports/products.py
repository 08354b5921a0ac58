"""Product lists: what creators sold of each product in a period, in three generations."""

from schemas.exports.declaring import Export, Reads, Store, known, may, need

_COUNT, _MONEY = Reads.COUNT, Reads.MONEY

PRODUCT_LIST = Export(
    name="product list",
    title="Transaction Analysis - Product List",
    store=Store.METRICS,
    subject="product",
    has_period=True,
    never_zero=("gmv",),
    columns=(
        need("product_name", Reads.TEXT, "Product name"),
        known("product_id", Reads.ID, "Product ID"),
        may("category", Reads.TEXT, "Product category"),
        need("gmv", _MONEY, "Creator-attributed GMV", "Affiliate-attributed GMV"),
        need("refunds", _MONEY, "Refunds"),
        need("items", _COUNT, "Creator-attributed items sold", "Affiliate-attributed items sold"),
        may("items_refunded", _COUNT, "Items refunded"),
        need("orders", _COUNT, "Attributed orders"),
        may("creators_with_sales", _COUNT, "Creators with sales"),
        may("creators_posted", _COUNT, "Creators posted content"),
        may("videos_with_sales", _COUNT, "Videos with sales"),
        may("lives_with_sales", _COUNT, "LIVE streams with sales"),
        may("videos", _COUNT, "Videos"),
        may("lives", _COUNT, "LIVE streams"),
        need("est_commission", _MONEY, "Est. commission"),
        may("samples", _COUNT, "Samples shipped"),
        may("sample_content", _COUNT, "Total sample content"),
        may("flat_fee", _MONEY, "Est. flat fee"),
        may("customers", _COUNT, "Customers"),
        may("impressions", _COUNT, "Product impressions"),
        may("clicks", _COUNT, "Product clicks"),
        may("ctr", Reads.PERCENT, "CTR"),
        may("ctor", Reads.PERCENT, "CTOR"),
        may("daily_creators_with_sales", Reads.TEXT, "Avg. daily creators with sales"),
        may("daily_customers", Reads.TEXT, "Avg. daily customers"),
        may("daily_videos_with_sales", Reads.TEXT, "Avg. daily videos with sales"),
        may("daily_lives_with_sales", Reads.TEXT, "Avg. daily LIVE streams with sales"),
        may("daily_creators_posted", Reads.TEXT, "Avg. daily creators posted content"),
    ),
)

PREVIOUS_PRODUCT_LIST = Export(
    name="product list (previous)",
    title="ListProducts",
    store=Store.METRICS,
    subject="product",
    has_period=True,
    never_zero=("gmv",),
    columns=(
        known("product_id", Reads.ID, "Product ID"),
        need("product_name", Reads.TEXT, "Product name"),
        need("gmv", _MONEY, "GMV"),
        need("items", _COUNT, "Items sold"),
        need("est_commission", _MONEY, "Est. commission"),
        may("samples", _COUNT, "Samples"),
        may("creators_with_sales", _COUNT, "Sales creator"),
        may("lives", _COUNT, "LIVE streams"),
        may("videos", _COUNT, "Videos"),
        may("refunds", _MONEY, "Refunded GMV"),
        may("items_refunded", _COUNT, "Refunded items sold"),
        may("flat_fee", _MONEY, "Est. flat fee"),
    ),
)

CREATOR_PRODUCT_LIST = Export(
    name="creator product list",
    title="Creator Product List",
    store=Store.METRICS,
    subject="product",
    has_period=True,
    never_zero=("gmv",),
    columns=(
        known("product_id", Reads.ID, "Product ID"),
        may("product_name", Reads.TEXT, "Product name"),
        may("handle", Reads.HANDLE, "Creator username", "Creator name"),
        need("gmv", _MONEY, "Affiliate GMV"),
        need("gmv_per_customer", Reads.TEXT, "Avg. GMV per customer"),
        may("gpm", Reads.TEXT, "GPM"),
        need("clicks", _COUNT, "Product clicks"),
        may("impressions", _COUNT, "Product impressions"),
        may("orders", _COUNT, "Affiliate orders"),
        may("items", _COUNT, "Items sold", "Affiliate items sold"),
        may("est_commission", _MONEY, "Est. commission"),
        may("flat_fee", _MONEY, "Est. flat fee"),
        may("ctr", Reads.PERCENT, "CTR"),
        may("refunds", _MONEY, "Affiliate refunded GMV"),
        may("items_refunded", _COUNT, "Affiliate items refunded"),
    ),
)

PRODUCT_EXPORTS = (PRODUCT_LIST, PREVIOUS_PRODUCT_LIST, CREATOR_PRODUCT_LIST)
