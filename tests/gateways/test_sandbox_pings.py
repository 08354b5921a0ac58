"""The sandbox's webhooks call a URL when there is something new, signed as Airtable signs."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, Queue

import pytest
from pyairtable.models import WebhookNotification

from tests.builders_feed import watched
from tests.builders_sandbox import BASE_ID

Ping = tuple[str, str]


@contextmanager
def listening(status: int = 204) -> Iterator[tuple[str, Queue[Ping]]]:
    """A URL that answers with `status`, and what was posted to it: body and MAC."""
    heard: Queue[Ping] = Queue()

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.send_response(status)
            self.end_headers()
            heard.put((body, self.headers["X-Airtable-Content-MAC"]))

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/ping", heard
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_change_pings_the_url_with_a_mac_the_client_accepts():
    with listening() as (url, heard), watched() as base:
        options = {"filters": {"dataTypes": ["tableData"]}}
        body = {"notificationUrl": url, "specification": {"options": options}}
        made = base.api.post(base.hooks, json=body)
        base.creators.create({"Handle": "mia"})

        ping, mac = heard.get(timeout=5)

        told = WebhookNotification.from_request(ping, mac, made["macSecretBase64"])
        assert (told.base.id, told.webhook.id) == (BASE_ID, made["id"])


def test_disabled_notifications_are_silent_but_payloads_go_on():
    with listening() as (url, heard), watched() as base:
        options = {"filters": {"dataTypes": ["tableData"]}}
        body = {"notificationUrl": url, "specification": {"options": options}}
        hook = base.api.post(base.hooks, json=body)["id"]
        base.api.post(f"{base.hooks}/{hook}/enableNotifications", json={"enable": False})

        base.creators.create({"Handle": "mia"})

        assert len(base.page(hook)["payloads"]) == 1
        with pytest.raises(Empty):
            heard.get(timeout=0.2)
