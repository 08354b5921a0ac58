"""The team's finance side: payout rules, the weekly order file, and the closing of a month."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sandbox.demo.agenda import Agenda
from sandbox.demo.days import PAST, START
from sandbox.demo.hands import Hands
from sandbox.demo.orders import export
from sandbox.demo.product import Product
from sandbox.demo.shop import Shop
from schemas.fields import Field
from schemas.tables import operations
from schemas.tables import payouts as t

PREPARER, APPROVER = "Tomás Ibarra", "Dana Whitlock"
CLOSED_BEFORE, CLOSED_HERE = "2026-09", "2026-10"
FILES_BEFORE = (datetime(2026, 9, 7, 16, tzinfo=UTC), datetime(2026, 10, 5, 16, tzinfo=UTC))
CLOSING_BEFORE = datetime(2026, 10, 5, 18, tzinfo=UTC)
CLOSING_HERE = datetime(2026, 11, 3, 1, tzinfo=UTC)
EVERY_WEEK = timedelta(days=7)
RETAINER, RETAINER_POSTS, TOP_UP_PERCENT = 300, 4, 5


@dataclass(slots=True)
class Bookkeeping:
    """Order files imported so far, in order, and the runs that close the months."""

    hands: Hands
    agenda: Agenda
    shop: Shop
    product: Product
    files: list[tuple[datetime, Path]] = field(default_factory=list)

    def plan(self, until: datetime) -> None:
        """Put everything up to `until` on the agenda."""
        for at in FILES_BEFORE:
            self.agenda.add(at, "import", self.import_orders)
        self.agenda.add(CLOSING_BEFORE, "close", self.close_by_command)
        at = START + timedelta(hours=16)
        while at < until:
            self.agenda.add(at, "import", self.import_orders)
            at += EVERY_WEEK
        for day, step in enumerate((self._ask_to_calculate, self._ask_to_approve, self._ask_post)):
            self.agenda.add(CLOSING_HERE + timedelta(days=day), "close", step)

    def type_rules(self, on_retainer: tuple[str, ...]) -> None:
        """The payout rules: a top-up for everyone, and a retainer for these (record ids)."""
        top_up: Mapping[Field, object] = {
            t.RULE_NAME: "Top-up",
            t.RULE_KIND: "Top-up",
            t.RULE_RATE: TOP_UP_PERCENT,
            t.RULE_FROM: "2026-08-01",
        }
        retainer: Mapping[Field, object] = {
            t.RULE_NAME: "Retainer",
            t.RULE_KIND: "Retainer",
            t.RULE_CREATORS: list(on_retainer),
            t.RULE_AMOUNT: RETAINER,
            t.RULE_POSTS: RETAINER_POSTS,
            t.RULE_MISSED: "Forfeit",
            t.RULE_FROM: "2026-09-01",
        }
        for rule in (top_up, retainer):
            self.hands.create(t.RULES, {t.RULE_VERSION: 1, t.RULE_CURRENCY: "USD", **rule})

    def reimburse(self, record_id: str) -> None:
        """A one-off: a creator bought a product for a video."""
        self.hands.create(
            t.ADJUSTMENTS,
            {
                t.ADJUSTMENT_REASON: "Bought the wand for a video herself",
                t.ADJUSTMENT_CREATOR: [record_id],
                t.ADJUSTMENT_AMOUNT: 89.0,
                t.ADJUSTMENT_CURRENCY: "USD",
                t.ADJUSTMENT_ON: "2026-10-20",
            },
        )

    def import_orders(self) -> None:
        """Download this moment's export from Seller Center and import it."""
        now = self.agenda.clock.now()
        folder = self.product.directory / "orders"
        path = folder / f"affiliate_orders_{PAST:%Y%m%d}-{now:%Y%m%d}.csv"
        export(self.shop.sales, now, path)
        self.files.append((now, path))
        self.product.command("import", str(path), "--as-of", now.isoformat())

    def close_by_command(self) -> None:
        """Calculate, approve and post the month before the demo on the command line."""
        now = self.agenda.clock.now()
        run = ("--period", CLOSED_BEFORE, "--as-of", now.isoformat())
        self.product.command("payouts", "calculate", *run, "--by", PREPARER)
        self.product.command("payouts", "approve", *run, "--by", APPROVER)
        self.product.command("payouts", "post", *run)

    def _ask_to_calculate(self) -> None:
        asked = {t.RUN_STATE: "Calculate", t.RUN_PREPARED_BY: [self._mate(PREPARER)]}
        self.hands.create(t.RUNS, {t.RUN_PERIOD: CLOSED_HERE, **asked}, by=PREPARER)

    def _ask_to_approve(self) -> None:
        asked = {t.RUN_STATE: "Approve", t.RUN_APPROVED_BY: [self._mate(APPROVER)]}
        self._choose(asked, by=APPROVER)

    def _ask_post(self) -> None:
        self._choose({t.RUN_STATE: "Post"}, by=APPROVER)

    def _choose(self, cells: Mapping[Field, object], *, by: str) -> None:
        for run in self.hands.rows(t.RUNS):
            if run.text(t.RUN_PERIOD) == CLOSED_HERE:
                self.hands.edit(t.RUNS, run.id, cells, by=by)

    def _mate(self, name: str) -> str:
        team = self.hands.rows(operations.TEAM)
        return next(row.id for row in team if row.text(operations.TEAM_NAME) == name)
