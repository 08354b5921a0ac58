"""The network between a client and the sandbox, which a loopback does not have: travel time."""

import time
from collections.abc import Callable

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter

from worker.airtable_http import Door


class Distant(HTTPAdapter):
    """Every request travels `travel()` seconds before it arrives."""

    travel: Callable[[], float] = staticmethod(lambda: 0.0)

    def send(  # type: ignore[override]  # requests passes these by keyword; we only hand them on
        self, request: PreparedRequest, **options: object
    ) -> Response:
        """Travel, then send."""
        time.sleep(self.travel())
        return super().send(request, **options)  # type: ignore[arg-type]  # as received


class DistantDoor(Door, Distant):
    """The product's own door; what it lets out travels, after it took its slot."""
