"""Loads the words that come with the product from templates/messages/, as text.

Rendering them is automations/wording.py's; rows of Templates are read by the job.
"""

from pathlib import Path

from automations.wording import Words
from schemas.records_words import Template
from worker.errors import Misconfigured

MESSAGES = Path(__file__).parent.parent / "templates" / "messages"


def load_words(folder: Path = MESSAGES) -> Words:
    """All words of the folder; Misconfigured names a file that is not in the format."""
    files = sorted(folder.glob("*.txt"))
    layout = folder / "layout.html"
    if not files or not layout.is_file():
        raise Misconfigured(f"{folder} holds no messages: reinstall, or restore the folder.")
    footers = tuple(_footer(file) for file in files if file.name.startswith("footer."))
    messages = tuple(_message(file) for file in files if not file.name.startswith("footer."))
    return Words(messages, footers, layout.read_text(encoding="utf-8"))


def _message(file: Path) -> Template:
    """`Subject: …`, an empty line, the body; the file's name says name and language."""
    first, _, rest = file.read_text(encoding="utf-8").partition("\n")
    word, colon, subject = first.partition(":")
    if word.strip().lower() != "subject" or not colon or not rest.startswith("\n"):
        raise Misconfigured(
            f"{file}: the first line must be 'Subject: …' and the second one empty."
        )
    return Template(*_known_as(file), subject.strip(), rest.strip())


def _footer(file: Path) -> Template:
    return Template(*_known_as(file), "", file.read_text(encoding="utf-8").strip())


def _known_as(file: Path) -> tuple[str, str]:
    name, dot, language = file.name.removesuffix(".txt").rpartition(".")
    if not dot:
        raise Misconfigured(f"{file}: name it <name>.<language>.txt, like recruit-1.en.txt.")
    return name, language
