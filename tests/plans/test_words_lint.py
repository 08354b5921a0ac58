"""All words are looked at before anybody is sent them."""

from dataclasses import replace

from automations.words_lint import lint
from schemas.records_words import Template
from schemas.sequences import StepRow
from worker.words import load_words

WORDS = load_words()


def problems(*templates: Template, steps: tuple[StepRow, ...] = ()) -> list[str]:
    return [one.text for one in lint(replace(WORDS, templates=templates), steps)]


def test_the_words_that_come_with_the_product_are_in_order():
    assert lint(WORDS) == ()


def test_an_unknown_variable_is_named_with_what_was_meant():
    [problem] = problems(Template("hello", "en", "Hi", "Hi {{ frist_name }}", "rec1"))

    assert "did you mean first_name?" in problem


def test_a_message_that_not_every_creator_can_get_is_told():
    [problem] = problems(Template("hello", "en", "Hi", "Hi {{ first_name }}", "rec1"))

    assert problem.startswith("hello (en, A): For a creator without a name:")


def test_a_template_without_english_is_told():
    [problem] = problems(Template("hello", "pt", "Oi", "Oi"))

    assert "not in English" in problem


def test_a_first_step_needs_a_subject_of_its_own():
    template = Template("hello", "en", "", "Hi")

    assert problems(template) == []
    [problem] = problems(template, steps=(StepRow("recS", "recSeq", 1, 0, "Hello"),))
    assert "subject" in problem


def test_a_step_whose_template_is_missing_is_told():
    [problem] = problems(
        Template("hello", "en", "Hi", "Hi"), steps=(StepRow("recS", "recSeq", 2, 0, "bye"),)
    )

    assert problem == "There is no template bye: add it to Templates, or correct the step."
