"""Whole random programmes: what was posted over the months is what plain SQL says is owed."""

from pathlib import Path

from benchmarks.payout_check import checked, differences
from worker.ledger.engine import open_ledger

PROGRAMMES = range(2_000, 2_015)


def test_posted_totals_are_those_of_an_independent_recomputation(tmp_path: Path):
    ledger = open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    totals = 0
    for seed in PROGRAMMES:
        posted, expected = checked(ledger, seed, tmp_path)
        assert differences(posted, expected) == "", f"programme {seed}"
        totals += len(expected)
    ledger.close()

    assert totals > 100


def test_a_single_cent_would_be_found():
    owed = {("ana", "Growth", 1, "2026-10"): 5_001}

    assert differences(owed, {**owed, ("ana", "Growth", 1, "2026-10"): 5_002})
    assert differences(owed, owed) == ""
