"""What Airtable answers when it refuses: status, type and message, in its two envelopes."""

from collections.abc import Mapping


class ApiError(Exception):
    """One refusal; `body` is what goes over the wire."""

    def __init__(self, status: int, kind: str, message: str | None = None) -> None:
        super().__init__(f"{status} {kind}: {message or ''}")
        self.status = status
        error = {"type": kind} | ({"message": message} if message else {})
        self.body: Mapping[str, object] = {"error": error}


class NotFound(ApiError):
    """An undefined route, or a record that is not there: the envelope with a bare string."""

    def __init__(self) -> None:
        super().__init__(404, "NOT_FOUND")
        self.body = {"error": "NOT_FOUND"}


def unauthenticated() -> ApiError:
    """No token, or one nobody knows."""
    return ApiError(401, "AUTHENTICATION_REQUIRED", "Authentication required")


def no_such_model() -> ApiError:
    """A base or table that is not there, or not ours."""
    return ApiError(
        403,
        "INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND",
        "Invalid permissions, or the requested model was not found. Check that both your user "
        "and your token have the required permissions, and that the model names and/or ids are "
        "correct.",
    )


def record_not_found() -> ApiError:
    """A single PATCH, PUT or DELETE of a record that is not there."""
    return ApiError(404, "MODEL_ID_NOT_FOUND", "Record not found")


def rate_limited() -> ApiError:
    """Too fast: everything on the base waits."""
    return ApiError(429, "RATE_LIMIT_REACHED", "Rate limit exceeded. Please try again later")


def billing_limited() -> ApiError:
    """The workspace's calls of this month are used up: waiting seconds never helps."""
    return ApiError(
        429,
        "PUBLIC_API_BILLING_LIMIT_EXCEEDED",
        "API billing plan limit exceeded. You have exceeded the maximum number of requests "
        "allowed for this month.",
    )


def retriable() -> ApiError:
    """Airtable's own 503."""
    return ApiError(
        503,
        "RETRIABLE_ERROR",
        "Server encountered an error while processing your request, and it is safe to retry "
        "the request",
    )


def forbidden() -> ApiError:
    """The token's scopes, or its user's role, do not allow this."""
    return ApiError(403, "INVALID_PERMISSIONS", "You are not permitted to perform this operation")


def too_long() -> ApiError:
    """A URL that should have been a POST; whether Airtable says 414 or 422 is not documented."""
    return ApiError(414, "URI_TOO_LONG", "The request's URL is too long")


def too_large() -> ApiError:
    """A body that is too large; what Airtable says of it is not documented."""
    return ApiError(413, "REQUEST_TOO_LARGE", "Request body too large")


def broken() -> ApiError:
    """Airtable's own 500."""
    return ApiError(500, "SERVER_ERROR", "An unexpected error occurred")


def invalid_request(
    message: str = "Invalid request: parameter validation failed. Check your request data.",
) -> ApiError:
    """The generic 422."""
    return ApiError(422, "INVALID_REQUEST_UNKNOWN", message)


def missing_fields() -> ApiError:
    """A write that names no cells."""
    return ApiError(
        422,
        "INVALID_REQUEST_MISSING_FIELDS",
        'Could not find field "fields" in the request body',
    )


def unknown_field(name: object) -> ApiError:
    """A field this table does not have."""
    return ApiError(422, "UNKNOWN_FIELD_NAME", f'Unknown field name: "{name}"')


def bad_value(field: str) -> ApiError:
    """A JSON value of the wrong shape for its field."""
    return ApiError(
        422, "INVALID_VALUE_FOR_COLUMN", f'Field "{field}" cannot accept the provided value'
    )


def computed(field: str) -> ApiError:
    """A value for a field that Airtable computes."""
    return ApiError(
        422,
        "INVALID_VALUE_FOR_COLUMN",
        f'Field "{field}" cannot accept a value because the field is computed',
    )


def unparseable(field: str, value: object) -> ApiError:
    """Text that is no date or number."""
    return ApiError(
        422, "INVALID_VALUE_FOR_COLUMN", f'Cannot parse value "{value}" for field {field}'
    )


def unknown_choice(name: str) -> ApiError:
    """A select option that does not exist, without typecast."""
    return ApiError(
        422,
        "INVALID_MULTIPLE_CHOICE_OPTIONS",
        f'Insufficient permissions to create new select option ""{name}""',
    )


def no_such_row(record_id: str) -> ApiError:
    """A record of a batch, or the target of a link, that is not there."""
    return ApiError(
        422, "ROW_DOES_NOT_EXIST", f"Record ID {record_id} does not exist in this table"
    )


def wrong_link_table(record_id: str) -> ApiError:
    """A link to a record of some other table."""
    return ApiError(
        422,
        "ROW_TABLE_DOES_NOT_MATCH_LINKED_TABLE",
        f"Record ID {record_id} belongs to another table than the field links to",
    )


def bad_batch() -> ApiError:
    """An update batch that is no array of up to ten records with ids."""
    return ApiError(
        422,
        "INVALID_RECORDS",
        'You must provide an array of up to 10 record objects, each with an "id" ID field and '
        'a "fields" object for cell values.',
    )


def too_many_created(count: int) -> ApiError:
    """More than ten records to create."""
    return ApiError(
        422,
        "INVALID_RECORDS",
        f"A maximum of 10 records can be created per request but you have provided {count}.",
    )


def updated_twice() -> ApiError:
    """One record twice in a batch."""
    return ApiError(
        422,
        "INVALID_RECORDS",
        "You cannot update the same record multiple times in a single request.",
    )


def bad_formula(reason: str) -> ApiError:
    """A filterByFormula that cannot be used."""
    return ApiError(
        422,
        "INVALID_FILTER_BY_FORMULA",
        f"The formula for filtering records is invalid: {reason}",
    )
