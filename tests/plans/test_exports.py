"""Every export of TikTok is known by its header, whatever the order, language or generation."""

import random

import pytest

from schemas.exports.declaring import Export, Need
from schemas.exports.recognising import EXPORTS, Header, NoExport, recognise
from tests.builders_exports import export_named, header_of

ALL = pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.name)
CURRENT = (
    "Creator name, Creator-attributed GMV, Creator LIVE-attributed GMV, "
    "Creator video-attributed GMV, Refunds, Attributed orders, Creator-attributed items sold, "
    "Items refunded, AOV, Affiliate product card-attributed GMV, CTOR, LIVE streams, Videos, "
    "Total sample content, Samples shipped, Products added to showcase, CTR, Product impressions, "
    "Video views, Customers, Products sold, Est. commission, Est. flat fee"
)
PREVIOUS = (
    "Creator username, Affiliate GMV, Affiliate LIVE GMV, Affiliate shoppable video GMV, "
    "Affiliate product card GMV, Affiliate products sold, Items sold, Est. commission, "
    "Est. flat fee, Avg. order value, Affiliate product showcase, Affiliate orders, CTR, "
    "Product impressions, Avg. affiliate customers, Affiliate LIVE streams, "
    "Affiliate shoppable videos, Target collaboration GMV, Target collaboration est. commission, "
    "Open collaboration GMV, Open collaboration est. commission, Affiliate refunded GMV, "
    "Affiliate items refunded, Affiliate followers"
)
COMPASS = (
    "Creator name, Creator-attributed GMV, Refunds, Est. commission, Attributed orders, "
    "Creator-attributed items sold, Items refunded, Videos, LIVE streams, AOV, Samples shipped"
)
INDONESIAN = (
    "Creator name, GMV dari kreator, Pengembalian dana, Pesanan teratribusi, "
    "Produk yang terjual dari kreator, Produk yang dikembalikan dananya, AOV, Video, Siaran LIVE, "
    "Perkiraan komisi"
)
VIETNAMESE = (
    "Tên người dùng của nhà sáng tạo, GMV liên kết, GMV LIVE của liên kết, "
    "GMV video link bán hàng của liên kết, GMV thẻ sản phẩm của liên kết, "
    "Sản phẩm liên kết đã bán, Số món bán ra, Hoa hồng ước tính, Phí cố định ước tính, "
    "Giá trị đơn hàng trung bình, Đơn hàng liên kết, Tỷ lệ nhấp (CTR), GMV cộng tác mục tiêu, "
    "Người theo dõi của liên kết"
)
OLD_VIDEOS = (
    "Video name, Video link, Video post date, Creator username, GMV, Affiliate items sold , "
    "Affiliate shoppable video GMV, Shoppable video avg. order value, Est. commission, "
    "Est. flat fee, Affiliate orders, Avg. affiliate customers, Shoppable video impressions, "
    "Affiliate CTR, Shoppable video GPM, Affiliate items refunded, Affiliate refunded GMV, "
    "Shoppable video comments, Shoppable video likes"
)
EUKA_VIDEOS = (
    "Video name, Video link, Creator username, Video post date, Shoppable video impressions, GMV, "
    "Affiliate orders, Affiliate CTR, Shoppable video GPM"
)
PARTNER_JA = (
    "注文ID, SKU ID, 商品ID, 商品名, 価格, 数量, クリエイターのユーザー名, ショップ名, "
    "ショップコード, 注文の決済状況, 成果報酬GMV, 成果報酬ベース, 作成日時, 支払い状況, "
    "コンテンツID, Invitation ID, 成果報酬のタイプ"
)
SETTLEMENT_ODD = (
    "Statement date, Statement ID, Payment ID, Status, Currency, Type , Order/Adjustment ID  , "
    "Related order ID, SKU ID, Quantity, Total settlement amount, Total revenue, Total fees, "
    "Affiliate commission , Affiliate  commission deposit, Ajustment amount, "
    "Personal income tax withheld from affiliate commission"
)
PRODUCT_LIST = (
    "Product name, Product ID, Product category, Creator-attributed GMV, Refunds, "
    "Creator-attributed items sold, Items refunded, Attributed orders, "
    "Avg. daily creators with sales, Est. commission, Samples shipped"
)
EUKA_FULL = (
    "handle, email, phone, address, GLOW ACTIVE GMV ALL TIME, GLOW VIDEOS POSTED ALL TIME, "
    "GLOW LIVES ALL TIME, products_sampled"
)


@pytest.mark.parametrize(
    ("header", "name", "unknown"),
    [
        (CURRENT, "creator list", []),
        (CURRENT.replace("Creator-attributed", "Affiliate-attributed"), "creator list", []),
        (CURRENT.replace(", Est. flat fee", ", ค่าธรรมเนียม"), "creator list", ["ค่าธรรมเนียม"]),
        (PREVIOUS, "creator list (previous)", []),
        (COMPASS, "compass creators", []),
        (INDONESIAN, "creator list", []),
        (VIETNAMESE, "creator list (previous)", []),
        (OLD_VIDEOS, "video list (previous)", []),
        (EUKA_VIDEOS, "video list (previous)", []),
        (PARTNER_JA, "partner orders", []),
        (SETTLEMENT_ODD, "settlement", []),
        (PRODUCT_LIST, "product list", []),
        (EUKA_FULL, "euka contacts", []),
    ],
)
def test_layouts_that_circulate_are_known(header, name, unknown):
    found = recognise(header.split(", "))

    assert isinstance(found, Header)
    assert (found.export.name, list(found.unknown)) == (name, unknown)


@ALL
def test_an_export_is_known_in_any_order_case_and_with_stray_characters(export: Export):
    names = [f"\u200b{name.upper()}\t " for name in header_of(export)]
    random.Random(7).shuffle(names)  # noqa: S311 - the order alone
    names = [name.replace("* ", "GLOW ") for name in names]

    found = recognise([*names, "Something new"])

    assert isinstance(found, Header)
    assert (found.export.name, len(found.at)) == (export.name, len(export.columns))


@ALL
def test_an_export_is_known_by_the_last_names_of_what_it_must_have(export: Export):
    names = [column.names[-1] for column in export.columns if column.need is not Need.MAY]

    found = recognise(names)

    assert isinstance(found, Header)
    assert found.export.name == export.name


@ALL
def test_one_changed_column_is_named_with_its_likely_new_name(export: Export):
    names = header_of(export)
    place = next(at for at, column in enumerate(export.columns) if column.need is not Need.MAY)
    was = names[place]
    names[place] = f"{was} (new)"

    found = recognise(names)

    assert isinstance(found, NoExport)
    assert found.nearest is export
    assert f"{was!r} is missing, '{was} (new)' looks like its new name" in found.why


def test_a_header_of_nothing_we_know_says_what_is_nearest_and_what_that_has():
    found = recognise(["LIVE ID", "Creator name", "Weather"])

    assert isinstance(found, NoExport)
    assert "no export that we know; nearest is Transaction Analysis - LIVE List, but" in found.why
    assert "'LIVE start time' is missing" in found.why


def test_a_repeated_column_is_refused_even_under_another_of_its_names():
    found = recognise([*header_of(export_named("creator list")), "Affiliate-attributed GMV"])

    assert isinstance(found, NoExport)
    assert "'Creator-attributed GMV' is there 2 times" in found.why
