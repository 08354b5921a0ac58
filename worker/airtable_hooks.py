"""A base's webhook, used as its change feed: made, polled page by page, and deleted.

What the payloads mean is `feed_payloads`; when they are read is `feed`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pyairtable import Api
from requests import HTTPError

from worker.airtable_errors import NOT_FOUND, answer, request_error
from worker.errors import Misconfigured

IN_ONE_PAGE = 50
# No scope and no watched fields: deleting a watched field kills a webhook silently.
SPECIFICATION = {
    "options": {"filters": {"dataTypes": ["tableData", "tableFields", "tableMetadata"]}}
}


class HookGone(Exception):
    """The webhook does not exist any more, or Airtable calls it broken: make another."""


class NoHook(Misconfigured):
    """Airtable did not make a webhook; the message says what a person can do."""


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook and the secret that signs its pings (shown only when it is made)."""

    id: str
    mac_secret: str


@dataclass(frozen=True, slots=True)
class Page:
    """Payloads oldest first, the cursor behind them, and whether there are more already."""

    payloads: Sequence[Mapping[str, object]]
    cursor: int
    more: bool


@dataclass(frozen=True, slots=True)
class Hooks:
    """The webhooks of one base."""

    api: Api
    base_id: str

    def make(self, ping_url: str = "") -> Hook:
        """A new webhook over all tables; raises NoHook if Airtable refuses."""
        body: dict[str, object] = {"specification": SPECIFICATION}
        if ping_url:
            body["notificationUrl"] = ping_url
        try:
            made = self.api.post(self._url(), json=body)
        except HTTPError as error:
            said = answer(error.response)
            if said.status == 401:
                raise request_error(said, self.base_id) from error
            raise NoHook(
                f"Airtable made no webhook for base {self.base_id} "
                f"({said.message or said.type or said.status}): the token needs the scope "
                "webhook:manage and its user the role Creator, and a base takes ten webhooks in "
                "all (delete one that nobody uses). Until then whole tables are read, less often"
            ) from error
        return Hook(str(made["id"]), str(made.get("macSecretBase64") or ""))

    def payloads(self, hook: str, cursor: int) -> Page:
        """What happened since `cursor`; raises HookGone. Each call keeps the webhook for 7 days."""
        options = {"cursor": cursor, "limit": IN_ONE_PAGE}
        try:
            page = self.api.get(f"{self._url()}/{hook}/payloads", params=options)
        except HTTPError as error:
            said = answer(error.response)
            if said.status == 404 or said.type in NOT_FOUND or said.status == 422:
                raise HookGone(said.message or said.type) from error
            raise request_error(said, self.base_id) from error
        if broken := next((p for p in page["payloads"] if p.get("error")), None):
            raise HookGone(str(broken.get("code") or "error"))
        return Page(page["payloads"], int(page["cursor"]), bool(page.get("mightHaveMore")))

    def listed(self) -> Sequence[Mapping[str, object]]:
        """The webhooks of the base, everybody's; one request."""
        try:
            webhooks: Sequence[Mapping[str, object]] = self.api.get(self._url())["webhooks"]
        except HTTPError as error:
            raise request_error(answer(error.response), self.base_id) from error
        return webhooks

    def is_alive(self, hook: str) -> bool:
        """Whether Airtable lists the webhook and keeps it enabled; one request."""
        return any(one["id"] == hook and one.get("isHookEnabled", True) for one in self.listed())

    def delete(self, hook: str) -> None:
        """Delete a webhook; one that is gone already is as good as deleted."""
        try:
            self.api.delete(f"{self._url()}/{hook}")
        except HTTPError as error:
            said = answer(error.response)
            if said.status != 404 and said.type not in NOT_FOUND:
                raise request_error(said, self.base_id) from error

    def _url(self) -> str:
        return str(self.api.build_url("bases", self.base_id, "webhooks"))
