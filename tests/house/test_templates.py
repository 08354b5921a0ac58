"""Every file in templates/messages renders for every creator, in every language it promises."""

import re

import pytest

from automations.plan import Message, Thread
from automations.wording import VARIABLES, check_template, make_footer, preview, touch_context
from schemas.starters import STARTER_SEQUENCES
from worker.errors import Misconfigured
from worker.words import load_words

WORDS = load_words()
ADDRESS = "Glow Cosmetics, 12 Market Street, Austin, TX 78701"
LINK = "https://ops.example.com/u/glow.cr7.abcdefghijklmnop"
LANGUAGES = ("en", "es", "pt-BR", "de", "vi", "id", "fr")
FULL = {"name": "Ana Lima", "handle": "@analima"}
MINIMAL = {"name": "", "handle": ""}
HOSTILE = {"name": "{{ 7 * 7 }} <script>@everyone\r\nBcc: x " + "ẩ" * 60, "handle": "a' \"b"}


@pytest.mark.parametrize("template", WORDS.templates, ids=lambda t: f"{t.name}.{t.language}")
def test_every_file_parses_with_the_declared_variables(template):
    assert check_template(template) == ()


@pytest.mark.parametrize("template", WORDS.templates, ids=lambda t: f"{t.name}.{t.language}")
@pytest.mark.parametrize("who", [FULL, MINIMAL, HOSTILE], ids=["full", "minimal", "hostile"])
def test_every_file_renders_for_every_creator(template, who):
    context = touch_context(**who, brand="Glow", sender_name="Jane Rivera", step=1)
    thread = Thread(subject="" if template.subject else "The first one's", is_first=False)

    message = preview(
        WORDS,
        template.name,
        template.language,
        context,
        postal_address=ADDRESS,
        unsubscribe_url=LINK,
        thread=thread,
    )

    assert isinstance(message, Message), message
    assert LINK in message.text
    assert ADDRESS in message.html
    assert "<script>" not in message.html
    assert not re.search(r"None|\{%|\n\n\n", message.text)


def test_every_template_exists_in_english():
    english = {template.name for template in WORDS.templates if template.language == "en"}

    assert {template.name for template in WORDS.templates} == english
    assert english == {step.template for one in STARTER_SEQUENCES for step in one.steps}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("link", [LINK, ""])
def test_the_way_out_is_said_in_the_creators_language(language, link):
    footer = make_footer(
        WORDS, language, brand="Glow", postal_address=ADDRESS, unsubscribe_url=link
    )

    assert not isinstance(footer, str), footer
    assert re.search(r"STOPP?|BAJA|PARAR", footer.opt_out)
    assert (LINK in footer.opt_out) == bool(link)


def test_follow_ups_keep_the_subject_so_that_they_join_the_thread():
    subjects = {(t.name, t.language): t.subject for t in WORDS.templates}

    for (name, language), subject in subjects.items():
        if name.startswith("recruit-"):
            first = subjects["recruit-1", language]
            assert subject == (first if name == "recruit-1" else f"Re: {first}")
        else:
            assert bool(subject) is name.endswith("-1")


def test_every_declared_variable_is_described():
    assert all(text.endswith(".") for text in VARIABLES.values())


def test_a_file_out_of_format_is_named(tmp_path):
    (tmp_path / "layout.html").write_text("")
    (tmp_path / "recruit-1.en.txt").write_text("Hello\n")

    with pytest.raises(Misconfigured, match=r"recruit-1\.en\.txt"):
        load_words(tmp_path)
