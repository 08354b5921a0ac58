"""What the columns of the seller's order file are called in other languages and were called before.

Names as seen in files; what nobody has seen is not guessed, but refused with the likely rename.
"""

from collections.abc import Mapping

RETURNED_ITEMS = "Refunds and Returns"
REFUNDED_ITEMS = "Refunds"

VIETNAMESE: Mapping[str, str] = {
    "ID đơn hàng": "Order ID",
    "ID sản phẩm": "Product ID",
    "Tên sản phẩm": "Product Name",
    "Id Sku": "SKU ID",
    "Giá": "Price",
    "Đơn vị tiền tệ": "Currency",
    "Số lượng": "Quantity",
    "Phương thức thanh toán": "Payment method",
    "Trạng thái đơn hàng": "Order Status",
    "Tên người dùng nhà sáng tạo": "Creator Username",
    "Loại nội dung": "Content Type",
    "Id nội dung": "Content ID",
    "Tỷ lệ hoa hồng tiêu chuẩn": "Standard commission rate",
    "Cơ sở hoa hồng ước tính": "Est. Commission Base",
    "Thanh toán hoa hồng tiêu chuẩn ước tính": "Est. standard commission payment",
    "Cơ sở hoa hồng thực tế": "Actual Commission Base",
    "Thanh toán hoa hồng thực tế": "Actual Commission Payment",
    "Tỷ lệ hoa hồng Quảng cáo cửa hàng": "Shop Ads commission rate",
    "Thanh toán hoa hồng Quảng cáo cửa hàng ước tính": "Est. Shop Ads commission payment",
    "Thanh toán hoa hồng Quảng cáo cửa hàng thực tế": "Actual Shop Ads commission payment",
    "Thưởng đồng chi trả cho nhà sáng tạo ước tính": "Est. co-funded creator bonus",
    "Thưởng đồng chi trả cho nhà sáng tạo thực tế": "Actual co-funded creator bonus",
    "Trả hàng & hoàn tiền": RETURNED_ITEMS,
    "Hoàn tiền": REFUNDED_ITEMS,
    "Thời gian đã tạo": "Time Created",
    "Thời gian thanh toán": "Payment time",
    "Thời gian hoa hồng đã thanh toán": "Time Commission Paid",
}
PORTUGUESE: Mapping[str, str] = {
    "ID do pedido": "Order ID",
    "ID do produto": "Product ID",
    "Nome do produto": "Product Name",
    "ID do SKU": "SKU ID",
    "Preço": "Price",
    "Valor do pagamento": "Payment Amount",
    "Moeda": "Currency",
    "Quantidade": "Quantity",
    "Status do pedido": "Order Status",
    "Nome de usuário do criador": "Creator Username",
    "Tipo de conteúdo": "Content Type",
    "ID do conteúdo": "Content ID",
    "Taxa de comissão padrão": "Standard commission rate",
    "Base de comissão est": "Est. Commission Base",
    "Base de comissão est.": "Est. Commission Base",
    "Estimativa de pagamento de comissão padrão": "Est. standard commission payment",
    "Base de comissão real": "Actual Commission Base",
    "Pagamento de comissão real": "Actual Commission Payment",
}
INDONESIAN: Mapping[str, str] = {
    "ID Pesanan": "Order ID",
    "ID Produk": "Product ID",
    "Produk": "Product Name",
    "Harga": "Price",
    "Metode Pembayaran": "Payment method",
    "Status Pesanan": "Order Status",
    "Jenis Konten": "Content Type",
}
OTHER_NAMES: Mapping[str, str] = {**VIETNAMESE, **PORTUGUESE, **INDONESIAN}
# Known by its beginning only: what follows was never seen whole.
BEGINNINGS: Mapping[str, str] = {"Totalmente devolvido": "Fully returned or refunded"}
