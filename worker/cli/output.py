"""How commands answer: a table for people, JSON with `--json`, problems below both."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from schemas.problems import Problem
from worker.errors import GatewayError, Misconfigured, ServiceDown
from worker.logs import configure
from worker.settings import Settings, load_settings
from worker.wiring import Worker, build

AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
OneBase = Annotated[str, typer.Option("--base", help="Only this base (its name); default all.")]
AsOf = Annotated[str, typer.Option("--as-of", help="Act as if it were this instant, in ISO 8601.")]

Failure = Misconfigured | ServiceDown | GatewayError

console = Console(soft_wrap=True, highlight=False)


def chosen(settings: Settings, base: str) -> Sequence[str]:
    """The names of the bases a command is about."""
    if not base:
        return tuple(settings.airtable_base_ids)
    if base not in settings.airtable_base_ids:
        known = ", ".join(settings.airtable_base_ids)
        raise Misconfigured(f"--base {base}: AIRTABLE_BASE_IDS names {known}.")
    return (base,)


@contextmanager
def workers(base: str, as_of: str = "") -> Iterator[Iterator[Worker]]:
    """The workers of the chosen bases, one after another, each closed before the next."""
    settings = load_settings()
    configure(settings.log_format)
    at = moment(as_of)

    def each() -> Iterator[Worker]:
        for name in chosen(settings, base):
            worker = build(settings, name, as_of=at)
            try:
                yield worker
            finally:
                worker.close()

    yield each()


def each_base(base: str, act: Callable[[Worker], None], as_of: str = "") -> None:
    """Do it for each of the chosen bases; one that fails does not keep the others from theirs.

    What failed is raised at the end, naming its base where there are several.
    """
    names = chosen(load_settings(), base)
    failed: dict[str, Failure] = {}
    for name in names:
        try:
            with workers(name, as_of) as only:
                for worker in only:
                    act(worker)
        except (Misconfigured, ServiceDown, GatewayError) as error:
            if len(names) == 1:
                raise
            failed[name] = error
    if failed:
        first = next(iter(failed.values()))
        raise type(first)("\n".join(f"{name}: {error}" for name, error in failed.items()))


def moment(written: str) -> datetime | None:
    """An instant typed by a person; Misconfigured if it is none or names no zone."""
    if not written:
        return None
    try:
        read = datetime.fromisoformat(written)
    except ValueError as error:
        raise Misconfigured(f"--as-of {written}: write it like 2026-11-23T09:00:00Z.") from error
    if read.tzinfo is None:
        raise Misconfigured(f"--as-of {written}: add the zone, like {written}Z or {written}+01:00.")
    return read


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under a title; cells are text, never markup."""
    shown = Table(*columns, title=title, title_justify="left", title_style="bold")
    for row in rows:
        shown.add_row(*(escape(str(cell)) for cell in row))
    console.print(shown)


def as_json(answer: object) -> None:
    """Print JSON; instants and amounts as text."""
    console.print_json(json.dumps(answer, default=str))


def tell(problems: Sequence[Problem]) -> None:
    """Print problems a person must fix."""
    for problem in problems:
        where = f"{problem.table} {problem.record_id}".strip()
        console.print(f"[yellow]![/yellow] {escape(where)}: {escape(problem.text)}")


def finish(problems: Sequence[object]) -> None:
    """Exit 1 if a person must fix something, else 0."""
    raise typer.Exit(1 if problems else 0)


def counts_line(counts: Mapping[str, int]) -> str:
    """Counts in one line: `sent 3, rows written 12`; "nothing to do" if empty."""
    return ", ".join(f"{name} {number}" for name, number in counts.items()) or "nothing to do"
