"""The one door to Airtable: every physical request of every process passes `Door.send`.

One request takes one token of the limiter, and the only retry layer is here, by method and by
failure. What an answer means for a table or a row is left to `airtable`.
"""

import re
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from pyairtable import Api
from requests import ConnectionError as SocketError
from requests import ConnectTimeout, PreparedRequest, Response, Timeout
from requests.adapters import HTTPAdapter
from requests.exceptions import ChunkedEncodingError, ContentDecodingError
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_random_exponential,
)
from urllib3.exceptions import MaxRetryError, NewConnectionError

from worker.airtable_errors import BILLING, RETRIABLE, CallsUsedUp, answer
from worker.airtable_limiter import PENALTY_S, Limiter
from worker.errors import NotDone, OutcomeUnknown, ServiceDown

# With the limiter's longest wait these bound what one call can take; the next tick tries again.
MOST_ATTEMPTS = 5
LONGEST_BACKOFF_S = 8.0
TIMEOUT_S = (5, 30)
ACCOUNT = "account"  # the limiter's name for calls that concern no base

_BASE = re.compile(r"/v0/(?:meta/bases/|bases/)?(app\w+)")
_backoff = wait_random_exponential(multiplier=1, max=LONGEST_BACKOFF_S)


class _Again(Exception):
    """One attempt failed and may be repeated; `outcome` is raised if no attempt is left."""

    def __init__(self, outcome: Exception, wait_s: float | None = None) -> None:
        super().__init__(str(outcome))
        self.outcome = outcome
        self.wait_s = wait_s


class Door(HTTPAdapter):
    """Sends to Airtable within the limit, and repeats only what cannot happen twice."""

    def __init__(self, limiter: Limiter, *, sleep: Callable[[float], None] = time.sleep) -> None:
        super().__init__()
        self.limiter = limiter
        self._sleep = sleep
        self._dates: dict[str, datetime] = {}

    def send(  # type: ignore[override]  # requests passes these by keyword; we only hand them on
        self, request: PreparedRequest, **options: object
    ) -> Response:
        """Answer, or raise NotDone, OutcomeUnknown, CallsUsedUp or ServiceDown."""
        attempts = Retrying(
            retry=retry_if_exception_type(_Again),
            stop=stop_after_attempt(MOST_ATTEMPTS),
            wait=_wait,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return attempts(self._attempt, request, options)
        except _Again as last:
            raise last.outcome from last

    def last_date(self, base_id: str) -> datetime | None:
        """The Date header of the base's last answer: Airtable's clock."""
        return self._dates.get(base_id)

    def _attempt(self, request: PreparedRequest, options: Mapping[str, object]) -> Response:
        base = base_of(request.url or "")
        self.limiter.take(base)
        try:
            response = super().send(request, **options)  # type: ignore[arg-type]  # as received
            response.content  # noqa: B018  # read the body here, where a cut can be repeated
        except (SocketError, Timeout, ChunkedEncodingError, ContentDecodingError) as error:
            raise _lost(request, error) from error
        if date := response.headers.get("Date"):
            self._dates[base] = parsedate_to_datetime(date)
        self._judge(request, response, base)
        return response

    def _judge(self, request: PreparedRequest, response: Response, base: str) -> None:
        if response.status_code == 429:
            if answer(response).type == BILLING:
                raise CallsUsedUp(
                    f"Airtable's calls of this month are used up (base {base}): everything waits "
                    "until the month ends or the plan is raised"
                )
            self.limiter.pause(base)
            busy = f"Airtable keeps answering 429 for base {base}; something else is calling it"
            raise _Again(NotDone(busy, wait_s=PENALTY_S), wait_s=0.0)
        if response.status_code >= 500:
            raise _failed(request, response)


def connect(key: str, url: str, door: Door) -> Api:
    """pyairtable's client with its retries off and every request going through the door."""
    api = Api(key, timeout=TIMEOUT_S, retry_strategy=None, endpoint_url=url.rstrip("/"))
    api.session.mount("https://", door)
    api.session.mount("http://", door)
    return api


def base_of(url: str) -> str:
    """The base a URL speaks to; ACCOUNT when it names none."""
    found = _BASE.search(urlsplit(url).path)
    return found[1] if found else ACCOUNT


def may_repeat(request: PreparedRequest) -> bool:
    """Whether the request can be sent twice without doing something twice."""
    path = urlsplit(request.url or "").path.rstrip("/")
    return request.method != "POST" or path.endswith("/listRecords")


def _lost(request: PreparedRequest, error: Exception) -> Exception:
    where = _origin(request)
    if _never_connected(error):
        return _Again(ServiceDown(f"AIRTABLE_URL: no connection to {where} ({_why(error)})"))
    if may_repeat(request):
        return _Again(ServiceDown(f"AIRTABLE_URL: {where} does not answer ({_why(error)})"))
    return _unknown(request)


def _failed(request: PreparedRequest, response: Response) -> Exception:
    said = answer(response)
    if may_repeat(request) or (response.status_code == 503 and said.type == RETRIABLE):
        down = ServiceDown(
            f"AIRTABLE_URL: {_origin(request)} keeps answering {response.status_code}; nothing is "
            "lost, the next tick goes on"
        )
        return _Again(down, _retry_after(response))
    return _unknown(request)


def _unknown(request: PreparedRequest) -> OutcomeUnknown:
    return OutcomeUnknown(
        f"Airtable's answer to a create in base {base_of(request.url or '')} was lost: "
        "whether the rows exist has to be looked up before it is repeated"
    )


def _never_connected(error: Exception) -> bool:
    if isinstance(error, ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)


def _wait(state: RetryCallState) -> float:
    failure = state.outcome.exception() if state.outcome else None
    if isinstance(failure, _Again) and failure.wait_s is not None:
        return failure.wait_s
    return _backoff(state)


def _retry_after(response: Response) -> float | None:
    value = response.headers.get("Retry-After", "")
    return min(float(value), PENALTY_S) if value.isdigit() else None


def _origin(request: PreparedRequest) -> str:
    parts = urlsplit(request.url or "")
    return f"{parts.scheme}://{parts.netloc}"


def _why(error: Exception) -> str:
    cause = error.args[0] if error.args else error
    return type(getattr(cause, "reason", cause)).__name__
