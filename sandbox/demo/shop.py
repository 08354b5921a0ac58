"""The shop: what each video sells, and what becomes of every order, by dice of that video."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sandbox.demo.days import FIRST_ORDERS
from sandbox.demo.options import dice
from sandbox.demo.orders import CANCELED, INELIGIBLE, SETTLED, UNDER_REVIEW, Product, Sale

PRODUCTS = (
    Product("1729384756102938471", "1729384756102938551", "Glow Vitamin C Serum 30 ml", 2490),
    Product("1729384756102938472", "1729384756102938552", "Glow Overnight Mask 3-pack", 1890),
    Product("1729384756102938473", "1729384756102938553", "Glow Lip Tint, Rosewood", 1290),
    Product("1729384756102938474", "1729384756102938554", "Glow Red-Light Wand", 8900),
)
MOST_PER_VIDEO = 60
SELLS_FOR = timedelta(days=18)
# Of a hundred orders, so many end like this.
FATES = {
    "settled": 80, "partly refunded": 4, "canceled": 5, "unpaid": 2, "ineligible": 3,
    "returned": 3, "returned late": 2, "under review": 1,
}  # fmt: skip


@dataclass(slots=True)
class Shop:
    """Every order there is or will be; exports show those that were made by then."""

    seed: int
    sales: list[Sale] = field(default_factory=list)
    _numbers: int = 0

    def sell(self, handle: str, video_id: str, posted_at: datetime) -> None:
        """Plan all orders that a video will bring."""
        fate = dice(self.seed, "sales", video_id)
        pull = dice(self.seed, "pull", handle).paretovariate(1.2)
        for _ in range(min(MOST_PER_VIDEO, int(fate.uniform(1, 5) * pull))):
            at = posted_at + fate.random() ** 2 * SELLS_FOR + timedelta(hours=2)
            order = self._order(handle, video_id, at.replace(microsecond=0), fate)
            self.sales += order if at >= FIRST_ORDERS else ()

    def _order(
        self, handle: str, video_id: str, at: datetime, fate: random.Random
    ) -> Sequence[Sale]:
        """One order; one in twelve has two products and so two rows."""
        self._numbers += 1
        order_id = f"5769{self._numbers:014}"
        products = fate.sample(PRODUCTS, 2 if fate.random() < 1 / 12 else 1)
        return [_sale(order_id, one, (handle, video_id), at, fate) for one in products]

    def return_late(self, sold_before: datetime, settled_before: datetime, at: datetime) -> None:
        """At `at` two creators' dearest orders come back, settled and paid for long ago."""
        candidates = [
            sale
            for sale in self.sales
            if sale.created_at < sold_before
            and sale.settled_at
            and sale.settled_at < settled_before
            and not sale.returned_at
        ]
        dearest = {sale.handle: sale for sale in sorted(candidates, key=_worth)}
        for sale in sorted(dearest.values(), key=_worth)[-2:]:
            self.sales[self.sales.index(sale)] = replace(sale, returned_at=at)


def _worth(sale: Sale) -> tuple[int, str]:
    return sale.actual_cents, sale.order_id


def _sale(
    order_id: str, product: Product, by: tuple[str, str], at: datetime, fate: random.Random
) -> Sale:
    quantity = fate.choices((1, 2, 3), (85, 12, 3))[0]
    discount = fate.choices((0, 5, 10, 15), (55, 20, 15, 10))[0]
    is_sample = fate.random() < 0.01
    paid = 0 if is_sample else product.cents * quantity * (100 - discount) // 100
    ends = fate.choices(tuple(FATES), tuple(FATES.values()))[0]
    delivered = at + timedelta(days=fate.uniform(2.5, 6))
    settled = delivered + timedelta(days=fate.uniform(6, 11))
    return Sale(
        order_id,
        product,
        quantity,
        paid,
        *by,
        statuses=_life(ends, at, delivered, settled),
        actual_cents=paid * 60 // 100 if ends == "partly refunded" else paid,
        delivered_at=None if ends in ("canceled", "unpaid") else delivered.replace(microsecond=0),
        returned_at=_return(ends, delivered, settled),
    )


def _return(ends: str, delivered: datetime, settled: datetime) -> datetime | None:
    if ends == "returned":
        return delivered + timedelta(days=3)
    return settled + timedelta(days=12) if ends == "returned late" else None


def _life(
    ends: str, at: datetime, delivered: datetime, settled: datetime
) -> Sequence[tuple[datetime, str]]:
    """Its statuses in order, each from its moment on."""
    if ends == "unpaid":
        return ((at, "Unpaid by customer"), (at + timedelta(days=2), CANCELED))
    begun = [(at, "Pending"), (at + timedelta(hours=8), "Processing")]
    if ends == "canceled":
        return (*begun, (at + timedelta(hours=30), CANCELED))
    sent = [(at + timedelta(days=1.2), "Shipped"), (delivered, "Completed")]
    last = {
        "ineligible": (delivered + timedelta(days=2), INELIGIBLE),
        "returned": (delivered + timedelta(days=3), INELIGIBLE),
        "under review": (delivered + timedelta(days=1), UNDER_REVIEW),
    }.get(ends, (settled.replace(microsecond=0), SETTLED))
    return (*begun, *sent, last)
