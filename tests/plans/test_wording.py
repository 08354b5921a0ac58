"""Messages say what their template says, in a language the creator reads, and nothing else."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from automations.html_layout import Footer
from automations.plan import Message, Thread
from automations.wording import (
    About,
    Words,
    check_template,
    choose_template,
    make_footer,
    preview,
    render_touch,
    touch_context,
)
from schemas.campaigns import Campaign, Product
from schemas.parsing import Row
from schemas.records_words import Template, parse_templates
from schemas.tables.outreach import (
    TEMPLATE_BODY,
    TEMPLATE_LANGUAGE,
    TEMPLATE_NAME,
    TEMPLATE_SUBJECT,
    TEMPLATE_VARIANT,
)

LINK = "https://ops.example.com/u/glow.cr7.abcdefghijklmnop"
ADDRESS = "Glow Cosmetics\n12 Market Street, Austin, TX 78701"
LAYOUT = (
    "{% for lines in paragraphs %}<p>{{ lines | join(' ') }}</p>{% endfor %}"
    '{{ opt_out[0] }}<a href="{{ unsubscribe_url }}">{{ unsubscribe_url }}</a>{{ opt_out[1] }}'
    " {{ postal_address }}"
)
FOOTER = Footer(ADDRESS, f"Reply STOP, or open {LINK}", LINK, LAYOUT)


def a_template(
    body: str = "Hi {{ first_name }}!", *, subject: str = "Glow", language: str = "en"
) -> Template:
    return Template("recruit-1", language, subject, body)


def ana(name: str = "Ana Lima", handle: str = "analima", language: str = "pt") -> dict[str, object]:
    return touch_context(
        name=name, handle=handle, brand="Glow", sender_name="Jane", step=1, language=language
    )


def rendered(template: Template, context: dict[str, object] | None = None) -> Message:
    message = render_touch(template, ana() if context is None else context, FOOTER)
    assert isinstance(message, Message), message
    return message


HOSTILE = [
    "{% for x in range(99999999) %}x{% endfor %}",
    "{% for a in name %}{% for b in name %}x{% endfor %}{% endfor %}",
    "{{ 'a' * 300000000 }}",
    "{{ 'a' ~ 'b' }}",
    "{{ 9 ** 9 ** 9 }}",
    "{{ [0] * 50000000 }}",
    "{{ '%300000000d' % 1 }}",
    "{{ '%300000000d' | format(1) }}",
    "{{ '{:300000000}'.format(1) }}",
    "{{ name | center(300000000) }}",
    "{{ name | indent(1000000) }}",
    "{{ name | batch(50000000) | list }}",
    "{{ name | replace('a', 'aaaaaaaaaaaaa') }}",
    "{{ name | safe }}",
    "{{ name | attr('__class__') }}",
    "{{ name | map(attribute='__class__') | list }}",
    "{{ name | pprint }}",
    "{{ name.__class__.__mro__ }}",
    "{{ name['__class__'] }}",
    "{{ name.upper() }}",
    "{{ ''.__class__.__subclasses__() }}",
    "{{ lipsum(n=3000) }}",
    "{{ cycler('a').__init__.__globals__ }}",
    "{{ joiner }}",
    "{{ namespace(a=1) }}",
    "{{ self._TemplateReference__context }}",
    "{{ config }}",
    "{% set x = 1 %}{{ x }}",
    "{% set x %}{{ name }}{% endset %}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% include 'footer' %}",
    "{% import 'os' as os %}",
    "{% extends 'layout.html' %}",
    "{% block a %}x{% endblock %}",
    "{% filter upper %}x{% endfilter %}",
    "{% call name() %}x{% endcall %}",
    "{% with a=1 %}{{ a }}{% endwith %}",
    "{% autoescape true %}x{% endautoescape %}",
    "{% raw %}{{ name }}{% endraw %}",
    "{{ name[0:99] }}",
    "{{ -step }}",
    "{{ {'a': 1} }}",
    "{{ (1, 2) }}",
    "{{ name is sameas name }}",
    "{{ name if (name is mapping) else '' }}",
    "{{ name | default(name) }}",
    "{{ name | upper | upper | upper | upper | upper | upper }}",
    "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
    "{{ " + "not " * 6000 + "1 }}",
    "{% if name %}" * 900 + "{% endif %}" * 900,
    "{{ " + "name if name else " * 500 + "name }}",
    "{{ " + "9" * 6000 + " }}",
    "{{ nmae }}",
    "{{ secret_key }}",
    "Hi {first_name}",
    "Hi {{ first_name }",
    "{{ name",
    "{% if name %}Hi",
    "{% endif %}",
    "{{ name | shout }}",
    "{{ name is shiny }}",
    "x" * 20_001,
]


@pytest.mark.parametrize("body", HOSTILE)
def test_a_template_that_is_more_than_text_is_refused(body):
    problems = check_template(a_template(body))
    outcome = render_touch(a_template(body), ana(), FOOTER)

    assert problems, "accepted"
    assert isinstance(outcome, str)
    assert len(outcome) < 1000


HONEST = [
    ("Hi {{ first_name }}!", "Hi Ana!"),
    ("{{ name }} ({{ handle }})", "Ana Lima (@analima)"),
    ("{{ name | upper }} {{ brand | lower | capitalize }}", "ANA LIMA Glow"),
    ("{% if step == 1 %}First{% elif step > 1 %}Next{% else %}?{% endif %}", "First"),
    ("{% if step in [1, 2] and not name == 'Sam' %}yes{% endif %}", "yes"),
    ("{{ 'one' if step == 1 else 'more' }}", "one"),
    ("{% if handle is defined %}{{ handle }}{% endif %}", "@analima"),
    ("{{ brand | default('us', true) }} {# a note #}!", "Glow !"),
    ("{{ brand | default(default_value='us', boolean=true) }}", "Glow"),
    ("100 % yours, 50 % off: a + b < c & d", "100 % yours, 50 % off: a + b < c & d"),
]


@pytest.mark.parametrize(("body", "said"), HONEST)
def test_an_honest_template_says_what_it_says(body, said):
    assert check_template(a_template(body)) == ()
    assert rendered(a_template(body)).text.startswith(f"{said}\n\n-- \n")


def test_a_misspelt_variable_is_named_with_the_right_one():
    (problem,) = check_template(a_template("Hi {{ frist_name }}"))

    assert "frist_name" in problem.text
    assert "first_name" in problem.text


@pytest.mark.parametrize("missing", [{"name": ""}, {"handle": ""}])
def test_a_value_nobody_filled_is_a_problem_and_never_an_empty_greeting(missing):
    outcome = render_touch(a_template("Hi {{ first_name }} {{ handle }}"), ana(**missing), FOOTER)

    assert isinstance(outcome, str)
    assert "undefined" in outcome


def test_nothing_is_never_printed_as_none():
    outcome = render_touch(a_template(), {"first_name": None}, FOOTER)

    assert isinstance(outcome, str)


def test_a_creators_name_is_text_in_every_part_and_never_a_template():
    message = rendered(
        a_template("Hi {{ name }}", subject="For {{ name }}"),
        ana(name="Ana\r\nBcc: all@example.com {{ brand }}<script>\u202e\ud800"),
    )

    assert message.subject == "For Ana Bcc: all@example.com {{ brand }}<script>"
    assert "Hi Ana Bcc: all@example.com {{ brand }}<script>\n" in message.text
    assert "<script>" not in message.html


def test_every_message_carries_address_and_the_way_out():
    message = rendered(a_template())

    for part in (message.text, message.html):
        assert LINK in part
        assert "12 Market Street" in part
    assert f'<a href="{LINK}"' in message.html


def words(*templates: Template) -> Words:
    return Words(
        templates,
        (Template("footer", "en", "", "Reply STOP, {{ brand }} {{ unsubscribe_url }}"),),
        LAYOUT,
    )


def test_no_message_goes_out_without_a_postal_address():
    outcome = preview(
        words(a_template()), "recruit-1", "en", ana(), postal_address=" ", unsubscribe_url=LINK
    )

    assert isinstance(outcome, str)
    assert "MAIL_POSTAL_ADDRESS" in outcome


def test_a_link_that_is_none_is_not_put_into_a_message():
    footer = make_footer(
        words(), "en", brand="Glow", postal_address=ADDRESS, unsubscribe_url="javascript:x"
    )

    assert isinstance(footer, str)


@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        ("pt-BR", "pt"),
        ("pt_br", "pt"),
        ("PT", "pt"),
        ("es-MX", "es-MX"),
        ("es", "en"),
        ("vi", "en"),
        ("", "en"),
    ],
)
def test_a_creator_is_written_to_in_the_nearest_language(spoken, written):
    templates = [a_template(language=language) for language in ("en", "pt", "es-MX")]

    chosen = choose_template("Recruit-1", spoken, templates)

    assert chosen is not None
    assert chosen.language == written


def test_a_template_nobody_wrote_is_none():
    assert choose_template("win-back", "en", [a_template()]) is None


def test_a_vietnamese_creator_is_addressed_by_the_given_name():
    assert ana(name="Nguyễn Thị Hoa", language="vi-VN")["first_name"] == "Hoa"


def test_too_long_a_subject_is_a_problem():
    outcome = render_touch(a_template(subject="Glow " * 50), ana(), FOOTER)

    assert isinstance(outcome, str)
    assert "200" in outcome


def test_the_version_changes_with_any_word():
    assert a_template("Hi").version != a_template("Hi!").version


def a_row(record_id: str, minute: int = 0, **cells: str) -> Row:
    fields = {"name": TEMPLATE_NAME, "language": TEMPLATE_LANGUAGE}
    fields |= {"subject": TEMPLATE_SUBJECT, "body": TEMPLATE_BODY, "variant": TEMPLATE_VARIANT}
    filled = {"name": "recruit-1", "language": "en", "subject": "Hello", "body": "Hi"} | cells
    values = {fields[name]: value for name, value in filled.items() if value}
    return Row(record_id, datetime(2026, 11, 1, 9, minute, tzinfo=UTC), values)


def test_a_row_of_templates_overrides_the_file_of_its_name_and_language():
    read = parse_templates([a_row("rec1", body="Ours", language="EN")])
    both = words(a_template("The file's"), a_template("Olá", language="pt")).overridden_by(
        read.records
    )

    chosen = choose_template("recruit-1", "en", both.templates)

    assert chosen is not None
    assert (chosen.body, chosen.record_id) == ("Ours", "rec1")
    assert len(both.templates) == 2


def test_of_two_rows_for_one_template_the_older_is_used_and_the_newer_told():
    read = parse_templates([a_row("rec2", minute=5, body="Newer"), a_row("rec1", body="Older")])

    assert [template.body for template in read.records] == ["Older"]
    assert [problem.record_id for problem in read.problems] == ["rec2"]


@pytest.mark.parametrize("empty", ["name", "language", "body"])
def test_a_half_filled_row_is_a_problem(empty):
    read = parse_templates([a_row("rec1", 0, **{empty: ""})])

    assert read.records == ()
    assert "is empty" in read.problems[0].text


def test_a_follow_up_without_a_subject_continues_its_thread():
    thread = Thread(subject="Re: A paid collab with Glow", is_first=False)

    made = render_touch(a_template(subject=""), ana(), FOOTER, thread)

    assert isinstance(made, Message)
    assert made.subject == "Re: A paid collab with Glow"


@pytest.mark.parametrize("subject", ["", "Re: our talk", "FWD: news", "aw: hallo", "Re:re: hi"])
def test_a_first_message_has_a_subject_of_its_own_and_is_no_answer(subject):
    made = render_touch(a_template(subject=subject), ana(), FOOTER, Thread(is_first=True))

    assert isinstance(made, str)
    assert "subject" in made


def test_a_subject_that_only_begins_like_an_answer_is_fine():
    made = render_touch(a_template(subject="Reach 2 million"), ana(), FOOTER, Thread())

    assert isinstance(made, Message)


def variants(**weights: int) -> list[Template]:
    return [replace(a_template(), variant=name, weight=weight) for name, weight in weights.items()]


def test_the_same_creator_and_step_always_get_the_same_variant():
    both = variants(A=1, B=1)

    def drawn(templates):
        seeds = (f"enr:cr-{n}:recruit:1:2" for n in range(200))
        found = [choose_template("recruit-1", "en", templates, seed) for seed in seeds]
        return [chosen.variant for chosen in found if chosen]

    assert drawn(both) == drawn(list(reversed(both)))
    assert 60 < drawn(both).count("A") < 140


def test_weights_say_how_often_a_variant_is_chosen():
    shares = Counter(
        chosen.variant
        for n in range(2_000)
        if (chosen := choose_template("recruit-1", "en", variants(A=3, B=1, C=0), f"seed {n}"))
    )

    assert shares["C"] == 0
    assert 0.2 < shares["B"] / 2_000 < 0.3


def test_rows_of_one_name_and_language_may_differ_in_variant():
    read = parse_templates([a_row("rec1", body="One"), a_row("rec2", body="Two", variant="b")])

    assert [template.variant for template in read.records] == ["A", "B"]
    assert read.problems == ()


def test_campaign_and_product_can_be_named():
    about = About(
        Campaign("recC", "Xmas", "recP", None, date(2026, 12, 24)),
        Product("recP", "Glow serum", "https://shop.example/p/1", Decimal("15.0")),
    )
    context = touch_context(
        name="Ana", handle="", brand="Glow", sender_name="Jane", step=1, language="pt-BR",
        about=about,
    )  # fmt: skip
    body = "{{ product }}, {{ commission_rate }}: {{ product_link }} until {{ campaign_ends_on }}"

    made = render_touch(a_template(body), context, FOOTER)

    assert isinstance(made, Message)
    said = "Glow serum, 15%: https://shop.example/p/1 until 24 de dezembro de 2026"
    assert made.text.startswith(said)
