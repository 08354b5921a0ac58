"""The words of a message as a record, and the rows of Templates that override a file."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from schemas.parsing import BadCell, Row, parsed, text, whole
from schemas.problems import Problem, Read
from schemas.tables.outreach import (
    TEMPLATE_BODY,
    TEMPLATE_LANGUAGE,
    TEMPLATE_NAME,
    TEMPLATE_SUBJECT,
    TEMPLATE_VARIANT,
    TEMPLATE_WEIGHT,
    TEMPLATES,
)

MOST_WEIGHT = 100


@dataclass(frozen=True, slots=True)
class Template:
    """The words of one step in one language; `record_id` is its row, "" if it came as a file.

    Variants of one name and language are chosen among by `weight`; 0 is never chosen.
    """

    name: str
    language: str
    subject: str
    body: str
    record_id: str = ""
    variant: str = "A"
    weight: int = 1

    @property
    def version(self) -> str:
        """Changes whenever a word does."""
        return hashlib.sha256(f"{self.subject}\n{self.body}".encode()).hexdigest()[:12]

    @property
    def known_as(self) -> tuple[str, str, str]:
        """Name, language and variant as compared: case and a tag's style do not count."""
        return self.name.strip().lower(), language_tag(self.language), self.variant.upper()


def language_tag(language: str) -> str:
    """A language as compared: "pt_BR" and "pt-BR" are "pt-br"."""
    return language.strip().replace("_", "-").lower()


def parse_templates(rows: Sequence[Row]) -> Read[Template]:
    """The rows of Templates; a second row for the same name and language is a Problem."""
    used = [row for row in rows if row.cells.get(TEMPLATE_NAME) or row.cells.get(TEMPLATE_BODY)]
    used.sort(key=lambda row: (row.created_at, row.id))
    read = parsed(TEMPLATES, used, _template)
    first: dict[tuple[str, str, str], Template] = {}
    twins = [t for t in read.records if first.setdefault(t.known_as, t) is not t]
    return Read(tuple(first.values()), (*read.problems, *map(_twin, twins)))


def _template(row: Row) -> Template:
    for field in (TEMPLATE_NAME, TEMPLATE_LANGUAGE, TEMPLATE_BODY):
        if not text(row, field):
            raise BadCell(f"{field.name} is empty: fill it, or delete the row.")
    return Template(
        name=text(row, TEMPLATE_NAME),
        language=text(row, TEMPLATE_LANGUAGE),
        subject=text(row, TEMPLATE_SUBJECT),
        body=text(row, TEMPLATE_BODY),
        record_id=row.id,
        variant=text(row, TEMPLATE_VARIANT).upper() or "A",
        weight=_weight(row),
    )


def _weight(row: Row) -> int:
    weight = whole(row, TEMPLATE_WEIGHT)
    if weight is None:
        return 1
    if not 0 <= weight <= MOST_WEIGHT:
        raise BadCell(f"Weight should be from 0 to {MOST_WEIGHT}, but is {weight}.")
    return weight


def _twin(template: Template) -> Problem:
    return Problem(
        TEMPLATES.name,
        template.record_id,
        f"An older row already holds {template.name} in {template.language}, variant "
        f"{template.variant}, and is the one used: give this one another Variant, or "
        "delete one of them.",
    )
