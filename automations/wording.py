"""Turns templates into messages: the variables they may use, the choice of language, the text,
its footer and its HTML. What a template may hold is template_rules.py's; files are read elsewhere.
"""

import functools
import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import jinja2
from babel.core import UnknownLocaleError
from babel.dates import format_date
from jinja2.sandbox import ImmutableSandboxedEnvironment

from automations.html_layout import Footer, render_html
from automations.plan import Message, Thread
from automations.subject_rules import check_subject, looks_like_answer, without_prefix
from automations.template_rules import FILTERS, MAX_NUMBER, TESTS, check_source
from schemas.campaigns import Campaign, Product
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
    "stage": "Where the creator stands, like Onboarded.",
    "followers": "Followers on TikTok.",
    "campaign": "Campaign of the sequence.",
    "campaign_ends_on": "Last day of the campaign, in the creator's language.",
    "product": "Product of the campaign.",
    "product_link": "Where the creator looks at the product.",
    "commission_rate": "Commission of the product, like 15%.",
}
FOOTER_VARIABLES = ("brand", "unsubscribe_url", "source")
MAX_SUBJECT = 200
MAX_BODY = 50_000
LAST_RESORT = "en"
ALONE = Thread(is_first=False)  # nothing is known of a thread: no rule of subjects applies
_GIVEN_NAME_LAST = ("vi",)
_INVISIBLE = re.compile("[\\s\u00ad\u200b-\u200f\u2060-\u2064\ufeff]*")
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
class About:
    """What a sequence is about: its campaign and the campaign's product, as far as they are set."""

    campaign: Campaign | None = None
    product: Product | None = None


def touch_context(  # noqa: PLR0913 - one per variable
    *,
    name: str,
    handle: str,
    brand: str,
    sender_name: str,
    step: int,
    language: str = "",
    stage: str = "",
    followers: int | None = None,
    about: About | None = None,
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
        "stage": stage,
        "followers": followers,
        **(_about(about, language) if about else {}),
    }
    return {variable: value for variable, value in known.items() if value not in ("", None)}


def _about(about: About, language: str) -> dict[str, object]:
    campaign, product = about.campaign, about.product
    rate = product.commission_percent if product else None
    return {
        "campaign": campaign.name if campaign else "",
        "campaign_ends_on": _day(campaign.ends_on, language) if campaign else "",
        "product": product.name if product else "",
        "product_link": product.link if product else "",
        "commission_rate": f"{rate.normalize():f}%" if rate is not None else "",
    }


def _day(day: date | None, language: str) -> str:
    if day is None:
        return ""
    try:
        return format_date(day, "long", locale=language_tag(language).split("-")[0] or "en")
    except (UnknownLocaleError, ValueError):
        return format_date(day, "long", locale="en")


def choose_template(
    name: str, language: str, templates: Sequence[Template], seed: str = ""
) -> Template | None:
    """The template in that language, else in its parent (pt-BR, pt), else in English.

    Among variants `seed` decides, by their weights.
    """
    known = _by_name(tuple(templates))
    tag = language_tag(language)
    parents = [tag.rsplit("-", cut)[0] for cut in range(tag.count("-") + 1)]
    for spoken in (*parents, LAST_RESORT):
        variants = known.get((name.strip().lower(), spoken))
        if variants:
            return _drawn(variants, seed)
    return None


@functools.lru_cache(maxsize=8)  # a pass asks for thousands of creators among the same templates
def _by_name(templates: tuple[Template, ...]) -> Mapping[tuple[str, str], Sequence[Template]]:
    found: dict[tuple[str, str], list[Template]] = {}
    for template in sorted(templates, key=lambda one: one.known_as):
        if template.weight:
            found.setdefault(template.known_as[:2], []).append(template)
    return found


def _drawn(variants: Sequence[Template], seed: str) -> Template:
    """One of the variants by weight; always the same one for the same seed and variants."""
    if len(variants) == 1:
        return variants[0]
    tickets = [one for one in variants for _ in range(one.weight)]
    return tickets[int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8]) % len(tickets)]


def make_footer(
    words: Words,
    language: str,
    *,
    brand: str,
    postal_address: str,
    unsubscribe_url: str,
    source: str = "",
) -> Footer | str:
    """The footer in that language; a problem in words when it would not be lawful.

    With `source` it says where the creator's address is from.
    """
    if not postal_address.strip():
        return (
            "No postal address is set, and no message may go without one: fill MAIL_POSTAL_ADDRESS."
        )
    if unsubscribe_url and not re.match(r"https?://[^\s<>]+$", unsubscribe_url):
        return f"The unsubscribe link {unsubscribe_url!r} is not a link: correct PUBLIC_URL."
    template = choose_template("footer", language, words.footers)
    if template is None:
        return "There is no footer in English: restore templates/messages/footer.en.txt."
    known = {"brand": brand, "unsubscribe_url": unsubscribe_url, "source": source.rstrip(". ")}
    rendered = _render(template.body, known, FOOTER_VARIABLES, MAX_BODY)
    if isinstance(rendered, _Fault):
        return f"The footer in {template.language} cannot be used: {rendered.text}"
    return Footer(postal_address.strip(), rendered.strip(), unsubscribe_url, words.layout)


def render_touch(
    template: Template, context: Mapping[str, object], footer: Footer, thread: Thread = ALONE
) -> Message | str:
    """The message in text and HTML, footer included; a problem in words if it cannot be.

    A follow-up without a subject of its own continues the subject of its thread.
    """
    known = {name: value for name, value in context.items() if not _blank(str(value))}
    subject = _subject(template, known, thread)
    body = _render(template.body, known, VARIABLES, MAX_BODY)
    for part, rendered in (("subject", subject), ("body", body)):
        if isinstance(rendered, _Fault):
            return f"Template {template.name} ({template.language}), {part}: {rendered.text}"
    subject_line = _one_line(str(subject))
    text = str(body).strip()
    if _blank(subject_line) or _blank(text):
        return f"Template {template.name} ({template.language}) renders to nothing."
    if len(subject_line) > MAX_SUBJECT:
        return (
            f"Template {template.name} ({template.language}): the subject is "
            f"{len(subject_line)} characters long; at most {MAX_SUBJECT} are allowed."
        )
    signed = f"{text}\n\n-- \n{footer.opt_out}\n{footer.postal_address}\n"
    return Message(
        subject_line, signed, render_html(text, footer), template=template.name,
        language=template.language, variant=template.variant, version=template.version,
    )  # fmt: skip


def _subject(template: Template, context: Mapping[str, object], thread: Thread) -> "str | _Fault":
    if not template.subject:
        if thread.subject:
            return f"Re: {without_prefix(thread.subject)}"
        return _Fault("it is empty, and only a follow-up may take over the subject of its thread.")
    rendered = _render(template.subject, context, VARIABLES, MAX_BODY)
    if thread.is_first and isinstance(rendered, str) and looks_like_answer(_one_line(rendered)):
        return _Fault("a first message may not look like an answer: take Re: or Fwd: away.")
    return rendered


def preview(  # noqa: PLR0913 - a message is made of all of this
    words: Words,
    template_name: str,
    language: str,
    context: Mapping[str, object],
    *,
    postal_address: str,
    unsubscribe_url: str,
    source: str = "",
    thread: Thread = ALONE,
) -> Message | str:
    """What a creator of that language would be sent; a problem in words if nothing could be."""
    template = choose_template(template_name, language, words.templates, thread.seed)
    if template is None:
        return f"There is no template {template_name}: add it to Templates or correct the step."
    footer = make_footer(
        words,
        template.language,
        brand=str(context.get("brand", "")),
        postal_address=postal_address,
        unsubscribe_url=unsubscribe_url,
        source=source,
    )
    return footer if isinstance(footer, str) else render_touch(template, context, footer, thread)


def check_template(template: Template) -> tuple[Problem, ...]:
    """What a person must fix in the template before a step may use it."""
    env = _environment()
    return tuple(
        Problem(TEMPLATES.name, template.record_id, f"{template.name}, {part}: {fault}")
        for part, source in (("subject", template.subject), ("body", template.body))
        for fault in (
            *check_source(source, VARIABLES, env),
            *(check_subject(source) if part == "subject" else ()),
        )
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
    parts, length = [], 0
    try:
        plain = {name: _plain(name, context[name]) for name in variables if name in context}
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


def _plain(name: str, value: object) -> object:
    """The value as a template may see it: a whole number, one line of text, or nothing."""
    if isinstance(value, str):
        return _one_line(value)
    if value is None or (type(value) is int and abs(value) < MAX_NUMBER):
        return value
    raise ValueError(f"{name} is neither text nor a whole number that can be right")


def _blank(text: str) -> bool:
    return _INVISIBLE.fullmatch(text) is not None


def _one_line(text: str) -> str:
    return _printable(" ".join(text.split()))


def _printable(text: str) -> str:
    return _UNPRINTABLE.sub("", text)
