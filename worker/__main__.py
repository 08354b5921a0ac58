"""`python -m worker` is `affiliate-ops`."""

from worker.cli import main

main()
