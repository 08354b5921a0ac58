"""Payout rules of every kind as a manager types them, on the statements of a month."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from schemas.tables import campaigns, content, creators, operations, payouts
from tests.builders_orders import an_order, write_orders
from tests.builders_programme import Programme, programme
from worker import payouts as payouts_of
from worker.imports.orders import import_orders
from worker.jobs.payouts import desk_of
from worker.payouts import Desk
from worker.reading import Reading


@pytest.fixture
def glow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Programme]:
    with programme(tmp_path, monkeypatch, creators=2) as running:
        for row, (handle, tier) in zip(
            running.rows(creators.TABLE), (("maria.santos", "Gold"), ("jonas.b", "")), strict=True
        ):
            who = {creators.HANDLE: f"@{handle}"}
            running.edit(creators.TABLE, row["id"], who | ({creators.TIER: tier} if tier else {}))
        yield running


def rule(running: Programme, name: str, kind: str, **cells: Any) -> None:
    typed = {getattr(payouts, f"RULE_{field.upper()}"): value for field, value in cells.items()}
    running.create(
        payouts.RULES,
        {payouts.RULE_NAME: name, payouts.RULE_KIND: kind, payouts.RULE_CURRENCY: "USD",
         payouts.RULE_FROM: "2025-10-01", **typed},
    )  # fmt: skip


def video(running: Programme, number: int, creator: str, **cells: Any) -> str:
    return running.create(content.CONTENT, {
        content.URL: f"https://www.tiktok.com/@x/video/73{number}", content.CREATOR: [creator],
        content.POSTED_ON: "2025-10-06", content.APPROVED: True,
        **{getattr(content, name.upper()): value for name, value in cells.items()},
    })  # fmt: skip


@contextmanager
def desk(running: Programme) -> Iterator[Desk]:
    """The base's payouts, in this process."""
    with running.worker() as worker:
        yield desk_of(Reading(worker))[0]


def paid(running: Programme) -> dict[str, float]:
    """By rule and handle what the lines of causes come to."""
    names = {row["id"]: row["Handle"].strip("@") for row in running.rows(creators.TABLE)}
    return {
        f"{row['Rule'].rpartition(' ')[0]} {names[row['Creator'][0]]}": row["Amount"]
        for row in running.rows(payouts.LINES)
        if row["Kind"] != "Carry-over"
    }


def test_each_kind_pays_what_its_row_says_and_deleted_people_keep_what_they_got(glow, tmp_path):
    maria, jonas = (row["id"] for row in glow.rows(creators.TABLE))
    paula, quentin = (
        glow.create(operations.TEAM, {operations.TEAM_NAME: name})
        for name in ("Paula Reyes", "Quentin Marsh")
    )
    product = glow.create(campaigns.PRODUCTS, {
        campaigns.PRODUCT_NAME: "Serum", campaigns.PRODUCT_ID: "1729382256910270001",
    })  # fmt: skip
    launch = glow.create(campaigns.CAMPAIGNS, {
        campaigns.CAMPAIGN_NAME: "Launch", campaigns.CAMPAIGN_PRODUCT: [product],
        campaigns.CAMPAIGN_STARTS: "2025-10-05", campaigns.CAMPAIGN_ENDS: "2025-10-20",
    })  # fmt: skip
    gross = {"basis": "GMV", "window": "Campaign", "campaign": [launch]}
    rule(glow, "Launch race", "Contest", levels="1: 500; 2: 250", **gross)
    rule(glow, "Levels", "Milestone", basis="GMV", levels="300: 30; 400: 40")
    rule(glow, "Videos", "Per video", amount=25, most_videos=2)
    rule(glow, "Gold fee", "Flat fee", amount=100, posts=2, tier="Gold", excludes="Videos")
    rule(glow, "Views", "Views bonus", amount=2.5, video_cap=50)
    rule(glow, "Welcome", "One-off", amount=20)
    rule(glow, "Trial", "Top-up", rate=50, status="Trial")
    rule(glow, "Broken", "Milestone", levels="300")
    orders = [
        an_order(1, Payment_Amount="$400.00"),
        an_order(2, Payment_Amount="$300.00", Creator_Username="jonas.b"),
    ]
    old = [{name: cell.replace("/2026", "/2025") for name, cell in o.items()} for o in orders]
    path = write_orders(tmp_path / "affiliate_orders_1.csv", old)
    video(glow, 1, maria, views=9_999)
    video(glow, 2, maria, views=30_000)
    of_jonas = [video(glow, number, jonas) for number in (3, 4, 5)]
    video(glow, 6, jonas, paid_by_tiktok=True)
    video(glow, 7, jonas, url="https://vm.tiktok.com/ZM7")

    with desk(glow) as at:
        import_orders(path, at.rules.shops[0], at.ledger, at.now, base=at.base.base_id)
        problems = payouts_of.calculate(at, "2025-10", paula).problems

    assert paid(glow) == {
        "Launch race maria.santos": 500, "Launch race jonas.b": 250,
        "Levels maria.santos": 40, "Levels jonas.b": 30,
        "Gold fee maria.santos": 100, "Videos jonas.b": 50,
        "Views maria.santos": 75,
        "Welcome maria.santos": 20, "Welcome jonas.b": 20,
    }  # fmt: skip
    assert sorted(problem.text.split(":")[0] for problem in problems) == [
        "Levels should read like 500", "Video ID is empty",
    ]  # fmt: skip

    with desk(glow) as at:
        payouts_of.approve(at, "2025-10", quentin)
        payouts_of.post(at, "2025-10")
    glow.delete(content.CONTENT, of_jonas[0])
    glow.delete(creators.TABLE, jonas)
    with desk(glow) as at:
        problems = payouts_of.calculate(at, "2025-11", paula).problems

    assert [row["Key"] for row in glow.rows(payouts.LINES) if "/2025-11:" in row["Key"]] == []
    assert sum("link its creator" in problem.text for problem in problems) == 3
