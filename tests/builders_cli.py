"""The command line in this process, for tests that call it often."""

import structlog
from typer.testing import CliRunner, Result

from worker.cli import app


def ran(*words: str) -> Result:
    """What the command answered; where it sends its log is forgotten again."""
    try:
        return CliRunner().invoke(app, [*words])
    finally:
        structlog.reset_defaults()
