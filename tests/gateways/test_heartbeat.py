"""The dead man's switch is called after a good pass, and its silence harms nothing."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from structlog.testing import capture_logs

from worker.heartbeat import beat


@pytest.fixture
def heard():
    return []


@pytest.fixture
def listener(heard):
    class Listener(BaseHTTPRequestHandler):
        def do_GET(self):
            heard.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_args):
            pass

    with HTTPServer(("127.0.0.1", 0), Listener) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_beat_reaches_its_address(listener, heard):
    beat(f"{listener}/secret-path")

    assert heard == ["/secret-path"]


def test_no_address_no_beat(listener, heard):
    beat("")

    assert heard == []


def test_a_silent_listener_fails_nothing_and_its_address_stays_secret():
    with capture_logs() as logged:
        beat("http://127.0.0.1:9/secret-path")
        beat("not an address")

    said = str(logged)
    assert "HEARTBEAT_URL" in said
    assert "secret-path" not in said
