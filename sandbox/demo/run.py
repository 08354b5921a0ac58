"""Conducts the demo: a base in the middle of things, then day by day, then what came of it."""

import shutil
import signal
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import FrameType

from sandbox.demo import report, screen, summary
from sandbox.demo.agenda import Agenda
from sandbox.demo.audit import audit
from sandbox.demo.bookkeeping import Bookkeeping
from sandbox.demo.cast import Player, cast_players
from sandbox.demo.creators import Creators
from sandbox.demo.days import PAST, START, days_of, due_times
from sandbox.demo.evidence import gather
from sandbox.demo.hands import Hands
from sandbox.demo.options import Options, dice
from sandbox.demo.past import Past
from sandbox.demo.posting import Posting
from sandbox.demo.product import REQUESTS_PER_SECOND, DemoFailed, Product
from sandbox.demo.routine import Routine
from sandbox.demo.shop import Shop
from sandbox.demo.team import Team
from sandbox.run import Sandbox
from sandbox.seed import BASE_ID, fill
from schemas.rules import FIRST_PASS

# The stage is set with a programme under way: its first pass was released long ago.
SETTINGS = {
    "Sending": "on",
    "Brand": "Glow",
    "Daily cap per mailbox": "60",
    "Gap between messages": "0",  # a simulated hour is one tick
    "Hold-back days": "0",
    "Canary messages": "0",  # nobody is played who looks at new words
    "Most bounces percent": "20",  # dead addresses are many, so that a month shows some
    "Most rows per plan": "5000",
    FIRST_PASS: "released",
}
MADE = ("summary.json", "report.html", "worker.log")


def run_demo(options: Options) -> int:
    """Play the month; 0 if everything held that must hold, 1 if a check failed."""
    signal.signal(signal.SIGTERM, _as_interrupt)
    _clear(options.directory)
    with Sandbox(options.directory) as sandbox:
        _set_stage(sandbox)
        with Product(sandbox) as product:
            play = Play(options, sandbox, product)
            try:
                screen.say("What came before: two months of orders, September paid …")
                play.past()
                play.month()
            except DemoFailed as failed:
                screen.say(f"[red]✗[/red] {failed}")
                return 1
        return play.curtain()


class Play:
    """One run of the demo: everybody who takes part, and the clock they share."""

    def __init__(self, options: Options, sandbox: Sandbox, product: Product) -> None:
        self._options, self._sandbox, self._product = options, sandbox, product
        self._passes: list[datetime] = []
        self._agenda, seed = Agenda(sandbox.world.clock), options.seed
        self._hands, shop = Hands(sandbox.store, BASE_ID), Shop(options.seed)
        self._team = Team(self._hands, self._agenda, seed, self._film)
        self._posting = Posting(self._agenda, self._team, shop, seed)
        self._creators = Creators(sandbox, self._agenda, seed, self._team.answer)
        self._books = Bookkeeping(self._hands, self._agenda, shop, product)
        first, later = cast_players(options.creators, seed)
        self._began = {one.person.name: one.stage.value for one in (*first, *later)}
        self._plan(first, later)

    def _plan(self, first: Sequence[Player], later: Sequence[Player]) -> None:
        seed, days = self._options.seed, self._options.days
        Past(self._creators, self._team, self._posting, self._books, seed).plan(first)
        Routine(self._team, self._creators, seed).plan(days, first, later)
        self._books.plan(until=START + timedelta(days=days))

    def _film(self, handle: str) -> None:
        """A sample has arrived: most creators make a video of it."""
        fate = dice(self._options.seed, "films", handle)
        if fate.random() < 0.75:
            at = self._agenda.clock.now() + timedelta(days=fate.uniform(1, 6))
            self._posting.post(handle, at, goes_on=True)

    def past(self) -> None:
        """Everything before the first day."""
        self._agenda.run_until(START)

    def month(self) -> None:
        """Day after day, from due time to due time."""
        with screen.progress(self._options.days) as bar:
            for number, day in enumerate(days_of(self._options.days)):
                bar(day, number)
                for at in due_times(day):
                    self._pass(at)
                bar(day, number + 1)

    def _pass(self, at: datetime) -> None:
        self._agenda.run_until(at)
        self._passes.append(at)
        self._product.wake(at)
        self._creators.open_mail()

    def curtain(self) -> int:
        """Say what happened and whether all of it was right; serve the pages if asked to."""
        world, folder, files = self._sandbox.world, self._sandbox.directory, self._books.files
        heard = self._creators.heard
        seen = gather(world, self._hands, heard, self._passes, files, self._began)
        newest = files[-1][1] if files else None
        month = summary.Month(self._options, world, self._hands, heard, newest, audit(seen))
        found = summary.summarise(month)
        summary.write(found, folder / "summary.json")
        report.write(found, seen, folder / "report.html")
        screen.show(found)
        if self._options.serve:
            _serve(self._sandbox)
        return 1 if any(month.checks.values()) else 0


def _serve(sandbox: Sandbox) -> None:
    screen.say(f"Base      {sandbox.url}/")
    screen.say(f"Mail      {sandbox.url}/mail")
    screen.say(f"Discord   {sandbox.url}/channels")
    screen.say("Ctrl-C ends it.")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        return


def _set_stage(sandbox: Sandbox) -> None:
    sandbox.world.limits.per_second = REQUESTS_PER_SECOND
    sandbox.world.clock.run_at(0)
    sandbox.world.clock.set(PAST)
    fill(sandbox.store, BASE_ID, SETTINGS)


def _clear(directory: Path) -> None:
    for name in MADE:
        (directory / name).unlink(missing_ok=True)
    shutil.rmtree(directory / "orders", ignore_errors=True)


def _as_interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
