"""What Airtable's error answers mean: both envelope shapes parsed, and put in a person's words.

It only reads answers; what is retried is decided in `airtable_http`, what is split in `airtable`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from requests import Response

from schemas.problems import Problem
from worker.errors import Misconfigured, Refused, ServiceDown

BILLING = "PUBLIC_API_BILLING_LIMIT_EXCEEDED"
RETRIABLE = "RETRIABLE_ERROR"
UNKNOWN_FIELD = "UNKNOWN_FIELD_NAME"
UNKNOWN_CHOICE = "INVALID_MULTIPLE_CHOICE_OPTIONS"
BAD_VALUE = "INVALID_VALUE_FOR_COLUMN"
BAD_FORMULA = "INVALID_FILTER_BY_FORMULA"
STALE_OFFSET = "LIST_RECORDS_ITERATOR_NOT_AVAILABLE"
VIEW_GONE = frozenset({"VIEW_NAME_NOT_FOUND", "VIEW_ID_NOT_FOUND"})
NOT_FOUND = frozenset(
    {"INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND", "NOT_FOUND", "MODEL_ID_NOT_FOUND", "TABLE_NOT_FOUND"}
)
# These are wrong for every row of a batch, so that splitting it would only cost calls.
_WHOLE_REQUEST = frozenset({UNKNOWN_FIELD, BAD_FORMULA}) | VIEW_GONE


class ViewGone(Misconfigured):
    """A view that was seen before is gone; the job is held until a person decides.

    `key` is the name under which its id was recorded.
    """

    def __init__(self, message: str, key: str = "") -> None:
        super().__init__(message)
        self.key = key


class ViewUnknown(Misconfigured):
    """A view that is not declared and was never seen."""


class FieldsGone(Misconfigured):
    """Tables or fields that are needed are missing or of another type; `problems` name each."""

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


class CallsUsedUp(ServiceDown):
    """Airtable's monthly calls are used up: waiting seconds never helps, only the reset does."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An error answer: HTTP status, Airtable's type ("" if none) and message."""

    status: int
    type: str
    message: str

    @property
    def is_about_the_base(self) -> bool:
        """Whether the base may have been changed since its fields were last looked at."""
        return self.type in {UNKNOWN_FIELD, UNKNOWN_CHOICE, BAD_FORMULA, BAD_VALUE}

    @property
    def is_about_a_row(self) -> bool:
        """Whether one row's values were refused, so that the others of its batch may land."""
        missing = self.status == 404 and self.type == "MODEL_ID_NOT_FOUND"
        return (
            missing
            or self.status == 413
            or (
                self.status == 422
                and self.type not in _WHOLE_REQUEST
                and "field is computed" not in self.message
            )
        )


def answer(response: Response) -> Answer:
    """Read `{"error": "TYPE"}`, `{"error": {"type", "message"}}` and bodies that are no JSON."""
    try:
        body = response.json()
    except ValueError:
        return Answer(response.status_code, "", "")
    error = body.get("error") if isinstance(body, dict) else None
    if error is None and isinstance(body, dict) and isinstance(body.get("errors"), list):
        error = next(iter(body["errors"]), None)  # a proxy's reshaping of a 429
    if isinstance(error, dict):
        kind = error.get("type") or error.get("error") or ""
        return Answer(response.status_code, str(kind), str(error.get("message") or ""))
    return Answer(response.status_code, str(error or ""), "")


def row_words(said: Answer, record_id: str) -> str:
    """Why Airtable refused one row, in words the team can act on."""
    if said.type in {"ROW_DOES_NOT_EXIST", "MODEL_ID_NOT_FOUND"}:
        named = re.search(r"rec\w+", said.message)
        if named and record_id and named[0] != record_id:
            return f"A row linked here ({named[0]}) was deleted; choose another."
        return "This row was deleted, so nothing could be written to it."
    if said.type == UNKNOWN_CHOICE:
        choice = said.message.partition("select option ")[2].replace("\\", "").strip('" ')
        return f"A select field has no option {choice!r} any more; add the option back."
    if said.status == 413:
        return "What the worker wanted to write here is too long for Airtable; shorten the texts."
    detail = said.message or said.type or f"status {said.status}"
    return f"Airtable refused what the worker wanted to write here: {detail}"


def request_error(said: Answer, base_id: str) -> Exception:
    """The exception for an answer that is not about one row; it says what to do next."""
    detail = said.message or said.type or "no reason given"
    if said.status == 401:
        return Misconfigured(
            "AIRTABLE_API_KEY is not accepted by Airtable: it is wrong, expired or revoked. "
            "Create a personal access token at airtable.com/create/tokens and set it"
        )
    if said.type in NOT_FOUND or said.status == 404:
        return Misconfigured(
            f"Airtable does not know base {base_id}, or AIRTABLE_API_KEY has no access to it. "
            "Correct AIRTABLE_BASE_IDS, or add the base to the token's access"
        )
    if said.status == 403:
        return Misconfigured(
            f"AIRTABLE_API_KEY may not do this in base {base_id}: {detail}. The token needs the "
            "scopes data.records:read, data.records:write, schema.bases:read, "
            "schema.bases:write and webhook:manage, and its user the role Creator"
        )
    return Refused(f"Airtable refused a request to base {base_id} ({said.status}): {detail}")
