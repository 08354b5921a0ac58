"""Runs benchmarks: all short ones, or the one named, with its own options after the name."""

import sys
from collections.abc import Callable, Sequence
from importlib import import_module

SHORT = ("limiter", "outreach_pass", "demo_month")
BY_NAME = (
    "outreach_plan",
    "sending",
    "quarter",
    "memory",
    "naive_client",
    "trickle",
    "idle_day",
    "month",
    "payout_run",
    "payout_check",
    "imports",
)


def main(words: Sequence[str]) -> int:
    """`python -m benchmarks [list | NAME [options]]`; nothing named runs the short ones."""
    if not words:
        for name in SHORT:
            _measure(name, ())
        return 0
    if words[0] not in (*SHORT, *BY_NAME):
        print(f"short:   {', '.join(SHORT)}\nby name: {', '.join(BY_NAME)}")
        return 0 if words[0] in ("list", "--help") else 2
    _measure(words[0], words[1:])
    return 0


def _measure(name: str, words: Sequence[str]) -> None:
    measure: Callable[[Sequence[str]], None] = import_module(f"benchmarks.{name}").main
    measure(words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
