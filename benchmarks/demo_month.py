"""The demo's month after set-up: seconds for 200 creators and 30 days."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence


def main(_words: Sequence[str] = ()) -> None:
    """Print how long the simulated month takes."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        command = [sys.executable, "-m", "worker", "demo", "--dir", folder]
        done = subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
        took = time.perf_counter() - began
    print(f"demo: 200 creators, 30 days in {took:.1f} s, exit {done.returncode}")


if __name__ == "__main__":
    main()
