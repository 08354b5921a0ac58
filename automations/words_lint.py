"""Looks at all words before anybody is sent them: languages, subjects, steps, and three creators.

A full creator, one of whom little is known, and one who tries to break out must all get a message
that holds no leftover of a template.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from automations.plan import Message, Thread
from automations.wording import (
    LAST_RESORT,
    About,
    Words,
    check_template,
    preview,
    touch_context,
)
from schemas.campaigns import Campaign, Product
from schemas.problems import Problem
from schemas.records_words import Template
from schemas.sequences import StepRow
from schemas.tables.outreach import STEPS, TEMPLATES

_ABOUT = About(
    Campaign("rec", "Spring drop", "rec", None, date(2026, 12, 24)),
    Product("rec", "Glow serum", "https://shop.example/p/1", Decimal(15)),
)
_CREATORS: Mapping[str, tuple[str, str]] = {
    "a creator of whom all is known": ("Ana Lima", "ana.lima"),
    "a creator without a name": ("", ""),
    "a creator with a hostile name": ("{{ 7*7 }} <script>@everyone\r\nBcc: x@example.com", 'a"b'),
}
_LEFT_OVER = re.compile(r"\{\{|\{%|\}\}|%\}|\bNone\b")
_UNDER = {"postal_address": "1 Main St, Austin", "unsubscribe_url": "https://glow.example/u/x"}


def lint(words: Words, steps: Sequence[StepRow] = ()) -> tuple[Problem, ...]:
    """Everything a person should put right before these words are used."""
    first = {step.template.strip().lower() for step in steps if step.number == 1}
    problems = [problem for template in words.templates for problem in _one(words, template, first)]
    known = {template.known_as[0] for template in words.templates}
    for step in steps:
        if step.template and step.template.strip().lower() not in known:
            text = (
                f"There is no template {step.template}: add it to Templates, or correct the step."
            )
            problems.append(Problem(STEPS.name, step.record_id, text))
    return (*problems, *_without_english(words))


def _one(words: Words, template: Template, first: set[str]) -> Sequence[Problem]:
    if problems := check_template(template):
        return problems
    is_first = template.known_as[0] in first
    thread = Thread(subject="" if is_first else "A first message", is_first=is_first)
    alone = Words((template,), words.footers, words.layout)
    found = [
        _problem(template, f"For {who}: {fault}")
        for who, (name, handle) in _CREATORS.items()
        if (fault := _fault(alone, template, name, handle, thread))
    ]
    return found[:1]


def _fault(words: Words, template: Template, name: str, handle: str, thread: Thread) -> str:
    context = touch_context(
        name=name, handle=handle, brand="Glow", sender_name="Jane", step=1,
        language=template.language, stage="Onboarded", followers=12_000, about=_ABOUT,
    )  # fmt: skip
    made = preview(words, template.name, template.language, context, thread=thread, **_UNDER)
    if not isinstance(made, Message):
        return made
    # A creator may be called anything: leftovers are looked for where the name is plain.
    left = None if "{" in name else _LEFT_OVER.search(f"{made.subject}\n{made.text}")
    return f"{left.group()!r} would be left in the message." if left else ""


def _without_english(words: Words) -> Sequence[Problem]:
    spoken: dict[str, set[str]] = {}
    for template in words.templates:
        name, language, _ = template.known_as
        spoken.setdefault(name, set()).add(language)
    return [
        Problem(
            TEMPLATES.name, "",
            f"{name} is there in {', '.join(sorted(languages))}, but not in English: who reads "
            "another language gets nothing.",
        )
        for name, languages in sorted(spoken.items())
        if LAST_RESORT not in languages
    ]  # fmt: skip


def _problem(template: Template, text: str) -> Problem:
    where = f"{template.name} ({template.language}, {template.variant})"
    return Problem(TEMPLATES.name, template.record_id, f"{where}: {text}")
