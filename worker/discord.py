"""Discord's webhooks: posts a notice once, and tells which of three ways it failed.

discord-webhook builds the payload; it is sent through our own session, because its execute()
repeats posts and hides outcomes. A webhook's URL is a secret and never part of an error.
"""

import hashlib
import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit

import requests
from discord_webhook import DiscordWebhook
from urllib3.exceptions import NewConnectionError

from automations.plan import PostNotice
from worker.errors import NotDone, OutcomeUnknown, Refused

TIMEOUT = (3.05, 15.0)
# A kept connection that Discord closed meanwhile would leave a post in doubt: a new one each time.
HEADERS = {
    "User-Agent": "DiscordBot (https://affiliate-ops.example, 0.1)",
    "Connection": "close",
}
BLOCKED_WAIT_S = 600.0  # Cloudflare blocks by address, for minutes, and does not say how long
LATER_WAIT_S = 30.0
MOST_CONTENT, MOST_EMBEDS, MOST_IN_EMBEDS = 2000, 10, 6000
_SENT_KEYS = frozenset({"content", "username", "avatar_url", "embeds", "flags"})
_SUPPRESS_EMBEDS = 1 << 2  # links typed into a cell unfold nothing
_COUNTED = ("title", "description")


class Discord:
    """The channels of a deployment; one connection pool, opened with the first post."""

    def __init__(self, webhooks: Mapping[str, str], session: requests.Session) -> None:
        self._webhooks = {channel: _versioned(url) for channel, url in webhooks.items() if url}
        self._session = session

    @property
    def channels(self) -> frozenset[str]:
        """The channels that have a webhook."""
        return frozenset(self._webhooks)

    def name_of(self, channel: str) -> str:
        """A name that two channels share if they have one webhook, which it does not give away."""
        return hashlib.sha256(self._webhooks.get(channel, "").encode()).hexdigest()[:12]

    def post(self, notice: PostNotice) -> str:
        """Post once; the id of Discord's message. Raises NotDone, Refused or OutcomeUnknown."""
        url = self._webhooks.get(notice.channel)
        if url is None:
            name = f"DISCORD_WEBHOOK_{notice.channel.upper()}"
            raise NotDone(f"{name} is not set: channel {notice.channel} has no webhook.")
        _check(notice)
        try:
            answer = self._session.post(
                url,
                params={"wait": "true"},
                json=_payload(notice, url),
                headers=HEADERS,
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            # The cause holds the webhook's address, so it is neither shown nor chained.
            raise _unanswered(error, notice.channel) from None
        return _posted(answer, notice.channel)


def _versioned(url: str) -> str:
    """The webhook's address in API version 10; addresses copied from Discord name none."""
    parts = urlsplit(url.strip())
    before, _, after = parts.path.partition("/webhooks/")
    root = before.rpartition("/api")[0]
    return urlunsplit(
        (parts.scheme, parts.netloc, f"{root}/api/v10/webhooks/{after}", parts.query, "")
    )


def _payload(notice: PostNotice, url: str) -> dict[str, object]:
    built = DiscordWebhook(
        url, content=notice.content, embeds=[dict(embed) for embed in notice.embeds]
    )
    if not notice.embeds:
        built.set_flags(_SUPPRESS_EMBEDS)
    kept = {key: value for key, value in built.json.items() if key in _SENT_KEYS}
    return kept | {"allowed_mentions": {"parse": []}}


def _check(notice: PostNotice) -> None:
    if not notice.content.strip() and not notice.embeds:
        raise Refused(f"Notice {notice.key} is empty.")
    too_long = len(notice.content) > MOST_CONTENT or len(notice.embeds) > MOST_EMBEDS
    if too_long or sum(_size(embed) for embed in notice.embeds) > MOST_IN_EMBEDS:
        raise Refused(f"Notice {notice.key} is larger than Discord takes.")


def _size(embed: Mapping[str, object]) -> int:
    """Characters of an embed that count towards Discord's 6000."""
    texts = [embed.get(key) for key in _COUNTED]
    for key, inner in (("footer", "text"), ("author", "name")):
        part = embed.get(key)
        texts.append(part.get(inner) if isinstance(part, Mapping) else None)
    fields = embed.get("fields")
    for field in fields if isinstance(fields, list | tuple) else ():
        texts += [field.get("name"), field.get("value")]
    return sum(len(text) for text in texts if isinstance(text, str))


def _unanswered(error: requests.RequestException, channel: str) -> NotDone | OutcomeUnknown:
    if isinstance(error, _NEVER_LEFT) or _could_not_connect(error):
        return NotDone(f"Discord could not be reached for channel {channel}.", wait_s=LATER_WAIT_S)
    return OutcomeUnknown(f"Discord gave no answer for channel {channel}.")


_NEVER_LEFT = (
    requests.exceptions.ConnectTimeout, requests.exceptions.ProxyError,
    requests.exceptions.InvalidURL, requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
)  # fmt: skip


def _could_not_connect(error: requests.RequestException) -> bool:
    """Whether no connection was made, or none to trust: urllib3 wraps the reason."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    if isinstance(reason, NewConnectionError):
        return True
    causes = getattr(reason, "args", ())
    return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes)


def _posted(answer: requests.Response, channel: str) -> str:
    """The message's id, or the error that says what may be done next (channels §1.4)."""
    status, body = answer.status_code, _body(answer)
    where = f"Discord, channel {channel}: {status}"
    if status == 200:
        return str(body.get("id") or "accepted")
    if status == 204:
        return "accepted"
    if status == 429:
        raise NotDone(f"{where}: too many posts.", wait_s=_wait_s(answer, body))
    if status in (401, 404):
        name = f"DISCORD_WEBHOOK_{channel.upper()}"
        raise NotDone(f"{where}: the webhook is gone. Put a new one in {name}.", scope="channel")
    if status >= 500:
        raise OutcomeUnknown(f"{where}: the post may be there.")
    raise Refused(f"{where}, code {body.get('code', 'none')}: {str(body.get('message', ''))[:200]}")


def _body(answer: requests.Response) -> Mapping[str, object]:
    try:
        body = answer.json()
    except requests.exceptions.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}


def _wait_s(answer: requests.Response, body: Mapping[str, object]) -> float:
    """Seconds to leave the channel alone; Cloudflare's own 429 names none."""
    named = [answer.headers.get("Retry-After"), body.get("retry_after")]
    waits = [_seconds(value) for value in named]
    if "retry_after" not in body and "X-RateLimit-Scope" not in answer.headers:
        return max([BLOCKED_WAIT_S, *waits])
    return max(waits) + 0.25


def _seconds(value: object) -> float:
    try:
        seconds = float(str(value))
    except ValueError:
        return 0.0
    return seconds if 0.0 <= seconds < 86_400.0 else 0.0
