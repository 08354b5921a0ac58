"""What the demo shows in the terminal: a bar over the days, then one table of what happened."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

console = Console()


class Bar(Protocol):
    """Moves on by one day at a time."""

    def __call__(self, day: datetime, done: int) -> None: ...


@contextmanager
def progress(days: int) -> Iterator[Bar]:
    """A progress bar over the simulated days."""
    columns = (
        TextColumn("[bold]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as shown:
        task = shown.add_task("", total=days)

        def move(day: datetime, done: int) -> None:
            shown.update(task, description=f"{day:%a %d %b %Y}", completed=done)

        yield move


def say(line: str) -> None:
    """One line in between."""
    console.print(line, highlight=False)


def show(summary: Mapping[str, object]) -> None:
    """The summary as one table: a section per part."""
    table = Table(title="What the month brought", title_justify="left", show_header=False)
    table.add_column(style="bold")
    table.add_column()
    table.add_column(justify="right")
    for name, part in summary.items():
        for place, (what, how_much) in enumerate(_rows(part)):
            table.add_row(name if place == 0 else "", what, how_much)
        table.add_section()
    console.print(table)


def _rows(part: object) -> Sequence[tuple[str, str]]:
    if isinstance(part, Mapping):
        return [(str(what), _cell(value)) for what, value in part.items()] or [("none", "")]
    if isinstance(part, list):
        return [(str(line), "") for line in part] or [("none", "")]
    return [("", _cell(part))]


def _cell(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {amount}" for name, amount in value.items())
    return str(value)
