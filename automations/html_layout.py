"""The HTML of a message: its text and footer in the layout of templates/, escaped.

The words themselves are made in wording.py.
"""

import functools
import re
from dataclasses import dataclass

import jinja2


@dataclass(frozen=True, slots=True)
class Footer:
    """What stands under every message: who writes from where, and how to hear nothing more."""

    postal_address: str
    opt_out: str
    unsubscribe_url: str
    layout: str


def render_html(text: str, footer: Footer) -> str:
    """The text as paragraphs in the layout; under it the way out, as a link, and the address."""
    paragraphs = [part.strip().split("\n") for part in re.split(r"\n\s*\n", text) if part.strip()]
    return _compiled(footer.layout).render(
        paragraphs=paragraphs,
        opt_out=_around(footer.opt_out, footer.unsubscribe_url),
        unsubscribe_url=footer.unsubscribe_url,
        postal_address=" · ".join(footer.postal_address.splitlines()),
    )


def _around(text: str, link: str) -> tuple[str, str]:
    """The text before and after its link; Jinja's urlize took a third of planning's time."""
    before, found, after = text.partition(link) if link else (text, "", "")
    return (before, after) if found else (f"{text} ", "")


@functools.lru_cache(maxsize=8)
def _compiled(source: str) -> jinja2.Template:
    # The layout is the repository's own file, like the pages: only the words in it are escaped.
    env = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=True)
    return env.from_string(source)
