"""Order exports of the other two sides: a creator's own affiliate orders, a partner's (TAP) orders.

Neither is what payouts are computed from; they say what creators and agencies were shown. The
seller's own is declared only to be told from them: `schemas.orders` reads it.
"""

from schemas import order_columns, order_headers
from schemas.exports.declaring import Days, Export, Reads, Store, known, may, need

_COUNT, _MONEY, _PERCENT = Reads.COUNT, Reads.MONEY, Reads.PERCENT

CREATOR_ORDERS = Export(
    name="creator orders",
    title="a creator's own affiliate orders",
    store=Store.ORDERS,
    days=Days.DAY_FIRST,
    never_zero=("est_base",),
    columns=(
        known("order_id", Reads.ID, "Order ID", "หมายเลขคำสั่งซื้อ"),
        known("sku_id", Reads.ID, "SKU ID", "ID ของ SKU"),
        may("product_name", Reads.TEXT, "Product name", "ชื่อสินค้า"),
        need("product_id", Reads.ID, "Product ID", "รหัสสินค้า"),
        may("price", _MONEY, "Price", "ราคา"),
        need("items", _COUNT, "Items sold", "สินค้าที่ขายได้"),
        may("items_refunded", _COUNT, "Items refunded", "สินค้าที่มีการคืนเงิน"),
        may("shop_name", Reads.TEXT, "Shop name", "ชื่อร้านค้า"),
        may("shop_code", Reads.TEXT, "Shop code", "รหัสร้านค้า"),
        may("partner", Reads.TEXT, "Affiliate partner", "พาร์ทเนอร์แอฟฟิลิเอต"),
        may("agency", Reads.TEXT, "Agency", "เอเจนซี่"),
        need("currency", Reads.CURRENCY, "Currency", "สกุลเงิน"),
        may("order_type", Reads.TEXT, "Order type", "ประเภทคำสั่งซื้อ"),
        known("raw_status", Reads.TEXT, "Order settlement status", "สถานะการชำระคำสั่งซื้อ"),
        may("indirect", Reads.TEXT, "Indirect", "โดยอ้อม"),
        may("commission_type", Reads.TEXT, "Commission type", "ประเภทค่าคอมมิชชั่น"),
        may("content_type", Reads.TEXT, "Content Type", "ประเภทเนื้อหา"),
        may("content_id", Reads.ID, "Content ID", "รหัสเนื้อหา"),
        may("standard_rate", _PERCENT, "Standard", "มาตรฐาน"),
        may("shop_ads_rate", _PERCENT, "Shop ads", "โฆษณาร้านค้า"),
        may("bonus_rate", _PERCENT, "TikTok bonus", "โบนัส TikTok"),
        may("partner_bonus_rate", _PERCENT, "Partner bonus", "โบนัสจากพาร์ทเนอร์"),
        may("sharing_rate", _PERCENT, "Revenue sharing portion", "สัดส่วนการแบ่งรายได้"),
        need("gmv", _MONEY, "GMV"),
        need("est_base", _MONEY, "Est. commission base", "ฐานค่าคอมมิชชั่นโดยประมาณ"),
        may("est_commission", _MONEY, "Est. standard commission",
            "ค่าคอมมิชชั่นมาตรฐานโดยประมาณ"),
        may("est_shop_ads", _MONEY, "Est. Shop Ads commission",
            "ค่าคอมมิชชั่นโฆษณาร้านค้าโดยประมาณ"),
        may("est_bonus", _MONEY, "Est. Bonus", "โบนัสโดยประมาณ"),
        may("est_partner", _MONEY, "Est. Affiliate partner bonus",
            "โบนัสจากพาร์ทเนอร์แอฟฟิลิเอตโดยประมาณ"),
        may("est_iva", _MONEY, "Est. IVA", "IVA โดยประมาณ"),
        may("est_isr", _MONEY, "Est. ISR", "ISR โดยประมาณ"),
        may("est_pit", _MONEY, "Est. PIT", "PIT โดยประมาณ"),
        may("est_shared", _MONEY, "Est. revenue sharing portion", "สัดส่วนการแบ่งรายได้โดยประมาณ"),
        need("actual_base", _MONEY, "Actual commission base", "ฐานค่าคอมมิชชั่นตามจริง"),
        may("actual_commission", _MONEY, "Standard commission", "ค่าคอมมิชชั่นมาตรฐาน"),
        may("actual_shop_ads", _MONEY, "Shop Ads commission", "ค่าคอมมิชชั่นโฆษณาร้านค้า"),
        may("actual_bonus", _MONEY, "Bonus", "โบนัส"),
        may("actual_partner", _MONEY, "Affiliate partner bonus", "โบนัสจากพาร์ทเนอร์แอฟฟิลิเอต"),
        may("tax_isr", _MONEY, "Tax - ISR", "ภาษี - ISR"),
        may("tax_iva", _MONEY, "Tax - IVA", "ภาษี - IVA"),
        may("tax_pit", _MONEY, "Tax - PIT", "ภาษี - PIT"),
        may("shared", _MONEY, "Shared with partner", "แบ่งกับพาร์ทเนอร์"),
        need("total_earned", _MONEY, "Total final earned amount", "ยอดรายได้รวมสุดท้าย"),
        known("ordered_on", Reads.DAY, "Order date", "วันที่สั่งซื้อ"),
        may("settled_on", Reads.DAY, "Commission settlement date",
            "วันที่ชำระเงินค่าคอมมิชชั่น"),
    ),
)  # fmt: skip

PARTNER_ORDERS = Export(
    name="partner orders",
    title="a partner agency's (TAP) orders",
    store=Store.ORDERS,
    days=Days.DAY_FIRST,
    never_zero=("gmv",),
    columns=(
        known("order_id", Reads.ID, "Order ID", "注文ID"),
        need("sku_id", Reads.ID, "SKU ID"),
        need("product_id", Reads.ID, "Product ID", "商品ID"),
        may("product_name", Reads.TEXT, "Product name", "商品名"),
        known("handle", Reads.HANDLE, "Creator username", "クリエイターのユーザー名"),
        may("content_id", Reads.ID, "Content ID", "コンテンツID"),
        may("content_type", Reads.TEXT, "Content type", "コンテンツタイプ", "要因のタイプ"),
        may("invitation_id", Reads.REFERENCE, "Invitation ID", "Partner campaign ID"),
        may("commission_type", Reads.TEXT, "Commission type", "成果報酬のタイプ"),
        may("price", _MONEY, "Price", "価格"),
        need("items", _COUNT, "Quantity", "数量"),
        may("currency", Reads.CURRENCY, "Currency", "通貨"),
        need("gmv", _MONEY, "Commission GMV", "成果報酬GMV"),
        may("est_base", _MONEY, "Est. base commission", "Est. commission base"),
        may("actual_base", _MONEY, "Commission base", "成果報酬ベース"),
        may("est_partner", _MONEY, "Affiliate partner estimated commission",
            "アフィリエイトパートナー推定成果報酬", "アフィリエイトパートナーの推定成果報酬"),
        may("est_partner_ads", _MONEY, "Affiliate partner shop ads estimated commission",
            "アフィリエイトパートナーショップ広告の推定成果報酬",
            "アフィリエイトパートナーショップ広告推定成果報酬"),
        may("est_partner_bonus", _MONEY, "Affiliate partner estimated bonus commission",
            "アフィリエイトパートナーの推定ボーナス成果報酬",
            "アフィリエイトパートナー推定ボーナス成果報酬"),
        may("payment_status", Reads.TEXT, "Payment status", "支払い状況"),
        known("raw_status", Reads.TEXT, "Order payment status", "Order settlement status",
              "注文の決済状況"),
        may("fully_returned", Reads.TEXT, "Fully returned or refunded", "すべて返品または返金済み"),
        known("ordered_on", Reads.DAY, "Created time", "作成日時"),
        may("delivered_on", Reads.DAY, "Order delivered time", "注文配達日時"),
        may("settled_on", Reads.DAY, "Paid time", "支払い日時"),
        may("shop_name", Reads.TEXT, "Shop name", "ショップ名"),
        need("shop_code", Reads.TEXT, "Shop code", "ショップコード"),
        may("attribution", Reads.TEXT, "Attribution type"),
        may("partner_rate", _PERCENT, "Standard affiliate partner commission rate"),
    ),
)  # fmt: skip


def _others(column: str) -> list[str]:
    return [name for name, known in order_headers.OTHER_NAMES.items() if known == column]


SELLER_ORDERS = Export(
    name="seller orders",
    title="the seller's Affiliate orders",
    store=Store.LINES,
    columns=tuple(
        (need if name in order_columns.REQUIRED else may)(name, Reads.TEXT, name, *_others(name))
        for name in order_columns.COLUMNS
    ),
)

ORDER_REPORTS = (SELLER_ORDERS, CREATOR_ORDERS, PARTNER_ORDERS)
