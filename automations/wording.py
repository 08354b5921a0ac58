"""Turns templates into messages: the variables they may use, the choice of language, the text,
its footer and its HTML. What a template may hold is template_rules.py's; files are read elsewhere.
"""

import functools
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from automations.plan import Message
from automations.template_rules import FILTERS, TESTS, check_source
from schemas.problems import Problem
from schemas.records_words import Template, language_tag
from schemas.tables.outreach import TEMPLATES

VARIABLES: Mapping[str, str] = {
    "name": "Name of the creator, as typed in Creators.",
    "first_name": "How the creator is addressed: one word of the name.",
    "handle": "TikTok handle with its @.",
    "brand": "The brand the creator is asked to work with.",
    "sender_name": "Who writes: the name in MAIL_FROM.",
    "step": "Number of the step: 1, 2, 3.",
}
FOOTER_VARIABLES = ("brand", "unsubscribe_url")
MAX_SUBJECT = 200
MAX_BODY = 50_000
LAST_RESORT = "en"
_GIVEN_NAME_LAST = ("vi",)
# Control characters, line separators, marks that reverse the reading order, lone surrogates.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Words:
    """All words a message is made of: templates, one footer per language, and the HTML layout."""

    templates: tuple[Template, ...]
    footers: tuple[Template, ...]
    layout: str

    def overridden_by(self, rows: Sequence[Template]) -> "Words":
        """These words, where a row of Templates stands before the file of its name and language."""
        by_name = {t.known_as: t for t in (*self.templates, *rows)}
        return Words(tuple(by_name.values()), self.footers, self.layout)


@dataclass(frozen=True, slots=True)
class Footer:
    """What stands under every message: who writes from where, and how to hear nothing more."""

    postal_address: str
    opt_out: str
    unsubscribe_url: str
    layout: str


def touch_context(
    *, name: str, handle: str, brand: str, sender_name: str, step: int, language: str = ""
) -> dict[str, object]:
    """The values of VARIABLES for one touch; what is not known is left out, so it cannot print."""
    words = name.split()
    last = language_tag(language).split("-")[0] in _GIVEN_NAME_LAST
    known = {
        "name": name,
        "first_name": words[-1 if last else 0] if words else "",
        "handle": handle and f"@{handle.lstrip('@')}",
        "brand": brand,
        "sender_name": sender_name,
        "step": step,
    }
    return {variable: value for variable, value in known.items() if value not in ("", None)}


def choose_template(name: str, language: str, templates: Sequence[Template]) -> Template | None:
    """The template in that language, else in its parent (pt-BR, pt), else in English."""
    by_name = {template.known_as: template for template in templates}
    tag = language_tag(language)
    parents = [tag.rsplit("-", cut)[0] for cut in range(tag.count("-") + 1)]
    for spoken in (*parents, LAST_RESORT):
        chosen = by_name.get((name.strip().lower(), spoken))
        if chosen:
            return chosen
    return None


def make_footer(
    words: Words, language: str, *, brand: str, postal_address: str, unsubscribe_url: str
) -> Footer | str:
    """The footer in that language; a problem in words when it would not be lawful."""
    if not postal_address.strip():
        return (
            "No postal address is set, and no message may go without one: fill MAIL_POSTAL_ADDRESS."
        )
    if unsubscribe_url and not re.match(r"https?://[^\s<>]+$", unsubscribe_url):
        return f"The unsubscribe link {unsubscribe_url!r} is not a link: correct PUBLIC_URL."
    template = choose_template("footer", language, words.footers)
    if template is None:
        return "There is no footer in English: restore templates/messages/footer.en.txt."
    known = {"brand": brand, "unsubscribe_url": unsubscribe_url}
    rendered = _render(template.body, known, FOOTER_VARIABLES, MAX_BODY)
    if isinstance(rendered, _Fault):
        return f"The footer in {template.language} cannot be used: {rendered.text}"
    return Footer(postal_address.strip(), rendered.strip(), unsubscribe_url, words.layout)


def render_touch(
    template: Template, context: Mapping[str, object], footer: Footer
) -> Message | str:
    """The message in text and HTML, footer included; a problem in words if it cannot be."""
    subject = _render(template.subject, context, VARIABLES, MAX_BODY)
    body = _render(template.body, context, VARIABLES, MAX_BODY)
    for part, rendered in (("subject", subject), ("body", body)):
        if isinstance(rendered, _Fault):
            return f"Template {template.name} ({template.language}), {part}: {rendered.text}"
    subject_line = _one_line(str(subject))
    text = str(body).strip()
    if not subject_line or not text:
        return f"Template {template.name} ({template.language}) renders to nothing."
    if len(subject_line) > MAX_SUBJECT:
        return (
            f"Template {template.name} ({template.language}): the subject is "
            f"{len(subject_line)} characters long; at most {MAX_SUBJECT} are allowed."
        )
    signed = f"{text}\n\n-- \n{footer.opt_out}\n{footer.postal_address}\n"
    return Message(subject_line, signed, _html(text, footer))


def preview(
    words: Words,
    template_name: str,
    language: str,
    context: Mapping[str, object],
    *,
    postal_address: str,
    unsubscribe_url: str,
) -> Message | str:
    """What a creator of that language would be sent; a problem in words if nothing could be."""
    template = choose_template(template_name, language, words.templates)
    if template is None:
        return f"There is no template {template_name}: add it to Templates or correct the step."
    footer = make_footer(
        words,
        template.language,
        brand=str(context.get("brand", "")),
        postal_address=postal_address,
        unsubscribe_url=unsubscribe_url,
    )
    return footer if isinstance(footer, str) else render_touch(template, context, footer)


def check_template(template: Template) -> tuple[Problem, ...]:
    """What a person must fix in the template before a step may use it."""
    env = _environment()
    return tuple(
        Problem(TEMPLATES.name, template.record_id, f"{template.name}, {part}: {fault}")
        for part, source in (("subject", template.subject), ("body", template.body))
        for fault in check_source(source, VARIABLES, env)
    )


@dataclass(frozen=True, slots=True)
class _Fault:
    text: str


def _render(
    source: str, context: Mapping[str, object], variables: Collection[str], limit: int
) -> str | _Fault:
    compiled = _compiled(source, tuple(variables))
    if isinstance(compiled, _Fault):
        return compiled
    plain = {name: _plain(context[name]) for name in variables if name in context}
    parts, length = [], 0
    try:
        for part in compiled.generate(plain):
            parts.append(part)
            length += len(part)
            if length > limit:
                return _Fault(f"it grows longer than {limit:,} characters.")
    except jinja2.UndefinedError as error:
        return _Fault(f"{error.message}: fill it in, or write {{{{ … | default('…') }}}}.")
    except (jinja2.TemplateError, TypeError, ValueError) as error:
        return _Fault(f"{error}.")
    return _printable("".join(parts))


@functools.lru_cache(maxsize=512)
def _compiled(source: str, variables: tuple[str, ...]) -> jinja2.Template | _Fault:
    env = _environment()
    faults = check_source(source, variables, env)
    return _Fault(" ".join(faults)) if faults else env.from_string(source)


@functools.cache
def _environment() -> ImmutableSandboxedEnvironment:
    env = ImmutableSandboxedEnvironment(
        undefined=jinja2.StrictUndefined, finalize=_never_none, autoescape=False, cache_size=0
    )
    env.globals.clear()
    env.filters = {name: env.filters[name] for name in FILTERS}
    # Beside those a template may name, "if" itself asks for nothing.
    env.tests = {name: env.tests[name] for name in TESTS}
    return env


def _never_none(value: object) -> object:
    if value is None:
        raise jinja2.UndefinedError("a variable holds nothing")
    return value


def _plain(value: object) -> object:
    """The value as a template may see it: a number, one line of text, or nothing."""
    if value is None or isinstance(value, int):
        return value
    return _one_line(str(value))


def _one_line(text: str) -> str:
    return _printable(" ".join(text.split()))


def _printable(text: str) -> str:
    return _UNPRINTABLE.sub("", text)


def _html(text: str, footer: Footer) -> str:
    paragraphs = [part.strip().split("\n") for part in re.split(r"\n\s*\n", text) if part.strip()]
    return _layout(footer.layout).render(
        paragraphs=paragraphs,
        opt_out=footer.opt_out,
        postal_address=" · ".join(footer.postal_address.splitlines()),
    )


@functools.lru_cache(maxsize=8)
def _layout(source: str) -> jinja2.Template:
    env = ImmutableSandboxedEnvironment(undefined=jinja2.StrictUndefined, autoescape=True)
    return env.from_string(source)
