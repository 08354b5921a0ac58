"""Loads the words of notices from templates/notices/, as text; rendering is automations' work."""

from collections.abc import Mapping
from pathlib import Path

from worker.errors import Misconfigured

NOTICES = Path(__file__).parent.parent / "templates" / "notices"
ENDING = ".md.j2"


def load_notice_words(folder: Path = NOTICES) -> Mapping[str, str]:
    """The words by name; Misconfigured if the folder has none."""
    words = {
        file.name.removesuffix(ENDING): file.read_text(encoding="utf-8").strip()
        for file in sorted(folder.glob(f"*{ENDING}"))
    }
    if not words:
        raise Misconfigured(f"{folder} holds no notices: reinstall, or restore the folder.")
    return words
