"""The command `affiliate-ops`: what each command says, and how its errors become exit codes.

0 done, 1 done with problems for a person, 2 wrong use or configuration, 3 an outside service
is down. No tracebacks: an error names what is wrong and what to do next.
"""

import sys

import typer
from rich.console import Console

from worker.cli import base, imports, payouts, people, processes, programme, reports, sending, words
from worker.errors import GatewayError, Misconfigured, ServiceDown

app = typer.Typer(
    name="affiliate-ops",
    help="Runs the operations of a TikTok Shop affiliate programme from Airtable.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for commands in (base, programme, sending, people, imports, payouts, reports, words, processes):
    commands.register(app)


def main() -> None:
    """Run the command line; errors become one sentence and an exit code."""
    try:
        app()
    except Misconfigured as error:
        sys.exit(_said(error, 2))
    except (ServiceDown, GatewayError) as error:
        sys.exit(_said(error, 3))


def _said(error: Exception, code: int) -> int:
    Console(stderr=True, soft_wrap=True).print(
        f"[red]✗[/red] {error}", markup=True, highlight=False
    )
    return code
