"""Finance workbooks: settlement (income) statements and the profit/loss statement's two sheets.

Amounts keep the file's sign: what TikTok takes is negative there. Both state the same money, so
nobody may add them up: `source` tells them apart.
"""

from schemas.exports.declaring import Column, Export, Reads, Store, known, may, need

_SIGNED = Reads.SIGNED

_COMMISSIONS: tuple[Column, ...] = (
    need("affiliate_commission", _SIGNED, "Affiliate Commission"),
    may("affiliate_partner_commission", _SIGNED, "Affiliate partner commission"),
    may("affiliate_ads_commission", _SIGNED, "Affiliate Shop Ads commission"),
    may("affiliate_partner_ads_commission", _SIGNED, "Affiliate Partner shop ads commission"),
    may("commission_deposit", _SIGNED, "Affiliate commission deposit"),
    may("commission_refund", _SIGNED, "Affiliate commission refund"),
)

SETTLEMENT = Export(
    name="settlement",
    title="Settlement statement (Order details)",
    store=Store.SETTLEMENTS,
    fixed={"source": "settlement"},
    never_zero=("settlement_amount",),
    columns=(
        may("statement_on", Reads.DAY, "Statement date"),
        may("statement_id", Reads.REFERENCE, "Statement ID"),
        may("payment_id", Reads.REFERENCE, "Payment ID"),
        may("status", Reads.TEXT, "Status"),
        may("currency", Reads.CURRENCY, "Currency"),
        known("type", Reads.TEXT, "Type", "Transaction type"),
        known("entry_id", Reads.ID, "Order/adjustment ID", "Order\\adjustment ID"),
        may("related_order_id", Reads.ID, "Related order ID"),
        may("sku_id", Reads.ID, "SKU ID"),
        may("quantity", Reads.TEXT, "Quantity"),
        may("product_name", Reads.TEXT, "Product name"),
        may("sku_name", Reads.TEXT, "SKU name"),
        may("ordered_on", Reads.DAY, "Order created date", "Order created time",
            "Order created time(UTC)"),
        may("settled_on", Reads.DAY, "Order settled time", "Order settled date",
            "Order settled time(UTC)"),
        may("delivered_on", Reads.DAY, "Order delivery date"),
        known("settlement_amount", _SIGNED, "Total settlement amount"),
        need("revenue", _SIGNED, "Total Revenue"),
        need("fees", _SIGNED, "Total Fees"),
        may("net_sales", _SIGNED, "Net sales"),
        may("gross_sales", _SIGNED, "Gross sales"),
        may("transaction_fee", _SIGNED, "Transaction fee"),
        may("referral_fee", _SIGNED, "TikTok Shop commission fee", "Referral fee"),
        *_COMMISSIONS,
        may("adjustment_amount", _SIGNED, "Adjustment amount", "Ajustment amount"),
        may("commission_before_tax", _SIGNED,
            "Affiliate commission before PIT (personal income tax)"),
        may("commission_tax", _SIGNED,
            "Personal income tax withheld from affiliate commission"),
    ),
)  # fmt: skip

PROFIT_AND_LOSS_ORDERS = Export(
    name="profit and loss orders",
    title="Profit/loss statement, sheet Orders",
    store=Store.SETTLEMENTS,
    fixed={"source": "profit and loss", "type": "Order"},
    never_zero=("revenue",),
    columns=(
        known("entry_id", Reads.ID, "Order ID"),
        known("sku_id", Reads.ID, "SKU ID"),
        may("sku_name", Reads.TEXT, "SKU name"),
        may("product_name", Reads.TEXT, "Product name"),
        need("revenue", _SIGNED, "Order Income"),
        need("fees", _SIGNED, "Order Cost"),
        need("net_margin", _SIGNED, "Net Order Margin"),
        may("quantity", Reads.TEXT, "Sold Quantity"),
        may("paid_on", Reads.DAY, "Order paid date"),
        need("settled_on", Reads.DAY, "Order settled date"),
        need("statement_id", Reads.REFERENCE, "linked statement id"),
        may("payment_id", Reads.REFERENCE, "linked payout id", "llinked payout id"),
        may("status", Reads.TEXT, "Order status"),
        may("sample_type", Reads.TEXT, "Sample order type"),
        may("gross_sales", _SIGNED, "Gross sales"),
        may("seller_discount", _SIGNED, "Seller discount"),
        may("gross_sales_refund", _SIGNED, "Gross sales refund"),
        may("seller_discount_refund", _SIGNED, "Seller discount refund"),
        *_COMMISSIONS,
        may("referral_fee", _SIGNED, "Referral fee"),
        may("refund_fee", _SIGNED, "Refund administration fee"),
        may("transaction_fee", _SIGNED, "Transaction fee"),
        may("partner_commission", _SIGNED, "TikTok Shop Partner commission"),
    ),
)

PROFIT_AND_LOSS_ADJUSTMENTS = Export(
    name="profit and loss adjustments",
    title="Profit/loss statement, sheet Adjustment",
    store=Store.SETTLEMENTS,
    fixed={"source": "profit and loss"},
    columns=(
        known("entry_id", Reads.ID, "Adjustment ID"),
        known("type", Reads.TEXT, "Adjustment Type"),
        may("reason", Reads.TEXT, "Adjustment reason"),
        known("settlement_amount", _SIGNED, "Adjustment amount", "Ajustment amount"),
        may("ordered_on", Reads.DAY, "Adjustment create time"),
        need("settled_on", Reads.DAY, "Adjustment settlement time"),
        need("statement_id", Reads.REFERENCE, "linked statement id"),
        may("payment_id", Reads.REFERENCE, "llinked payout id", "linked payout id"),
    ),
)

UNSETTLED = Export(
    name="unsettled orders",
    title="Unsettled orders",
    store=Store.NOWHERE,
    refused_because="lists what TikTok has not settled yet; export the settled statement instead",
    columns=(
        need("type", Reads.TEXT, "Type", "Transaction type"),
        need("entry_id", Reads.TEXT, "Order/adjustment ID", "Order\\adjustment ID"),
        need("estimated_amount", Reads.TEXT, "Total estimated settlement amount"),
        may("settles", Reads.TEXT, "Estimated Settle time"),
        may("reasons", Reads.TEXT, "unsettled reasons"),
        may("related_order_id", Reads.TEXT, "Related order ID"),
        may("sku_id", Reads.TEXT, "SKU ID"),
        may("created", Reads.TEXT, "creation date"),
        may("quantity", Reads.TEXT, "Quantity"),
        may("product_name", Reads.TEXT, "Product name"),
        may("sku_name", Reads.TEXT, "SKU name"),
        may("net_sales", Reads.TEXT, "Net sales"),
        may("gross_sales", Reads.TEXT, "Gross sales"),
        may("referral_fee", Reads.TEXT, "Referral fee"),
        may("adjustment_amount", Reads.TEXT, "Adjustment amount"),
    ),
)

FINANCE_EXPORTS = (SETTLEMENT, PROFIT_AND_LOSS_ORDERS, PROFIT_AND_LOSS_ADJUSTMENTS, UNSETTLED)
