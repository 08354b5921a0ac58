"""What a demo was asked for, and dice that fall the same way whenever the same thing happens."""

import random
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    """The command's options."""

    creators: int = 200
    days: int = 30
    seed: int = 7
    serve: bool = False
    directory: Path = Path("var/demo")


def dice(seed: int, *about: object) -> random.Random:
    """Dice for one event, named by what it is about: nothing else that happens turns them."""
    return random.Random(":".join(str(part) for part in (seed, *about)))
