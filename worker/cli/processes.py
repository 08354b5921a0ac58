"""The three Procfile processes, and the sandbox and demo that stand in for the outside world."""

from pathlib import Path
from typing import Annotated

import typer

from worker.errors import Misconfigured
from worker.logs import configure
from worker.settings import load_settings


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command("worker")(worker)
    app.command("schedule")(schedule)
    app.command("web")(web)
    app.command("sandbox")(sandbox)
    app.command("demo")(demo)


def worker(
    processes: Annotated[int, typer.Option(min=1, max=32, help="Passes at the same time.")] = 1,
) -> None:
    """Procfile process: carry out the passes that ticks wake up."""
    from rq.worker_pool import WorkerPool  # noqa: PLC0415  # only this process needs RQ's pool

    from worker.queue import PoliteWorker, open_queue  # noqa: PLC0415  # jobs load before the fork

    settings = load_settings()
    configure(settings.log_format)
    queue = open_queue(settings.redis_url)
    if processes == 1:
        PoliteWorker([queue], connection=queue.connection).work(logging_level="WARNING")
        return
    WorkerPool(
        [queue], connection=queue.connection, num_workers=processes, worker_class=PoliteWorker
    ).start(logging_level="WARNING")


def schedule() -> None:
    """Procfile process: enqueue one tick per interval."""
    from worker.schedule import run_forever  # noqa: PLC0415  # only this process needs RQ's cron

    settings = load_settings()
    configure(settings.log_format)
    run_forever(settings)


def web(
    port: Annotated[int, typer.Option(envvar="PORT", help="Port to listen on.")] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Procfile process: the staff page, unsubscribe links and /healthz."""
    from worker.jobs import JOBS  # noqa: PLC0415  # /healthz judges each of them
    from worker.web import serve  # noqa: PLC0415  # only this process needs Flask and gunicorn

    settings = load_settings()
    configure(settings.log_format)
    serve(settings, tuple(JOBS), host, port)


def sandbox(
    directory: Annotated[str, typer.Option("--dir", help="Where its files go.")] = "var/sandbox",
    port: Annotated[int, typer.Option(help="HTTP port.")] = 8900,
    creators: Annotated[int, typer.Option(min=0, help="A filled base with N creators due.")] = 0,
) -> None:
    """The outside world in small, until Ctrl-C: Airtable, Discord, mail and Redis."""
    try:
        from sandbox.run import serve  # noqa: PLC0415  # a development install only
    except ImportError as error:
        raise Misconfigured(
            "The sandbox is not part of this installation: use a development checkout."
        ) from error
    serve(directory, port, creators)


def demo(
    creators: Annotated[int, typer.Option(min=1, max=2000, help="How many take part.")] = 200,
    days: Annotated[int, typer.Option(min=1, max=90, help="How long it lasts.")] = 30,
    seed: Annotated[int, typer.Option(help="The same seed gives the same month.")] = 7,
    serve: Annotated[bool, typer.Option(help="Keep the pages up until Ctrl-C.")] = False,
    directory: Annotated[str, typer.Option("--dir", help="Where its files go.")] = "var/demo",
) -> None:
    """A simulated month end to end on invented data, with a table and a report at the end."""
    try:
        from sandbox.demo import Options, run_demo  # noqa: PLC0415  # a development install only
    except ImportError as error:
        raise Misconfigured(
            "The demo is not part of this installation: use a development checkout."
        ) from error
    raise typer.Exit(run_demo(Options(creators, days, seed, serve, Path(directory))))
