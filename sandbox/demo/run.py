"""Conducts the demo: a base in the middle of things, then day by day, then what came of it."""

import shutil
import signal
import threading
from datetime import datetime
from pathlib import Path
from types import FrameType

from sandbox.demo import screen, summary
from sandbox.demo.agenda import Agenda
from sandbox.demo.cast import Player, cast_players, type_in
from sandbox.demo.creators import Creators
from sandbox.demo.days import START, days_of, due_times
from sandbox.demo.hands import Hands
from sandbox.demo.options import Options
from sandbox.demo.product import REQUESTS_PER_SECOND, DemoFailed, Product
from sandbox.run import Sandbox
from sandbox.seed import BASE_ID, fill

SETTINGS = {"Sending": "on", "Brand": "Glow", "Daily cap per mailbox": "60", "Hold-back days": "0"}
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
                play.month()
            except DemoFailed as failed:
                screen.say(f"[red]✗[/red] {failed}")
                return 1
        return play.curtain()


class Play:
    """One run of the demo: everybody who takes part, and the clock they share."""

    def __init__(self, options: Options, sandbox: Sandbox, product: Product) -> None:
        self._options, self._sandbox, self._product = options, sandbox, product
        self._hands = Hands(sandbox.store, BASE_ID)
        self._agenda = Agenda(sandbox.world.clock)
        self._creators = Creators(sandbox, self._agenda, options.seed, self._say_yes)
        first, later = cast_players(options.creators, options.seed)
        for player in first:
            self._enter(player)
        self._later = later

    def _enter(self, player: Player) -> None:
        self._creators.meet(player)
        type_in(self._hands, player)

    def _say_yes(self, handle: str) -> None:
        del handle

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
        self._product.wake(at)
        self._creators.open_mail()

    def curtain(self) -> int:
        """Say what happened and whether all of it was right; serve the pages if asked to."""
        found = summary.summarise(self._options, self._sandbox, self._hands, self._creators.heard)
        summary.write(found, self._sandbox.directory / "summary.json")
        screen.show(found)
        if self._options.serve:
            _serve(self._sandbox)
        return 0


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
    sandbox.world.clock.set(START)
    fill(sandbox.store, BASE_ID, SETTINGS)


def _clear(directory: Path) -> None:
    for name in MADE:
        (directory / name).unlink(missing_ok=True)
    shutil.rmtree(directory / "orders", ignore_errors=True)


def _as_interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
