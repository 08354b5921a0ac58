"""Whole random programmes: what was posted over the months is what plain SQL says is owed."""

from pathlib import Path

from benchmarks.payout_check import checked, differences
from worker.ledger.engine import Ledger

FIRST, ON_SQLITE, ON_POSTGRES = 2_000, 12, 3  # a thousand of them: benchmarks/payout_check.py


def test_posted_totals_are_those_of_an_independent_recomputation(ledger: Ledger, tmp_path: Path):
    totals = 0
    for seed in range(FIRST, FIRST + (ON_SQLITE if ledger.is_sqlite else ON_POSTGRES)):
        posted, expected = checked(ledger, seed, tmp_path)
        assert differences(posted, expected) == "", f"programme {seed}"
        totals += len(expected)

    assert totals > 20


def test_a_single_cent_would_be_found():
    owed = {("ana", "Growth", 1, "2026-10"): 5_001}

    assert differences(owed, {**owed, ("ana", "Growth", 1, "2026-10"): 5_002})
    assert differences(owed, owed) == ""
