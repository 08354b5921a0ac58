"""The demo plays the same month for the same seed, and its own checks hold."""

import json
import subprocess
import sys
from pathlib import Path

from tests.builders_programme import ROOT


def play(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "worker", "demo", "--dir", str(folder), *options]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )


def test_the_same_seed_plays_the_same_month(tmp_path):
    small = ("--creators", "12", "--days", "2")

    runs = [play(tmp_path / name, *small) for name in ("first", "second")]

    assert [ran.returncode for ran in runs] == [0, 0], runs[0].stdout[-2000:]
    first, second = ((tmp_path / n / "summary.json").read_text() for n in ("first", "second"))
    assert first == second
    assert set(json.loads(first)["checks"].values()) == {"held"}
    assert "<svg" in (tmp_path / "first" / "report.html").read_text()
