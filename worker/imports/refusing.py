"""Refusing a file whole, in words that name it and say what to do."""

from pathlib import Path

from worker.errors import Misconfigured


class FileRefused(Misconfigured):
    """The whole file was refused and nothing of it stored; the text names it and why (exit 2)."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path.name} {why}. Nothing was imported.")
