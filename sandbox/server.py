"""The sandbox's one HTTP port: puts the fronts together and serves them on loopback.

A front is a `Part`: a function that takes the World and returns a Flask Blueprint. To add one,
pass it: `Server(world, parts=[discord_front, mail_pages])`. Airtable, the control API and the
pages are always there. `sandbox.wire` says what happens to every request on its way.
"""

import socket
import threading
from collections.abc import Callable, Sequence
from io import BytesIO

from flask import Blueprint, Flask
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.test import run_wsgi_app

from sandbox import control, pages
from sandbox.airtable import api, attachments
from sandbox.wire import Dropped, Wire
from sandbox.world import World

Part = Callable[[World], Blueprint]
OWN_PARTS: tuple[Part, ...] = (api.front, attachments.front, control.front, pages.front)


def create_app(world: World, parts: Sequence[Part] = ()) -> Flask:
    """A WSGI application of all fronts of `world`."""
    app = Flask("sandbox", static_folder=None)
    for part in (*OWN_PARTS, *parts):
        app.register_blueprint(part(world))
    app.wsgi_app = Wire(app.wsgi_app, world)  # type: ignore[method-assign]  # Flask's own recipe for middleware
    return app


class _Connection(WSGIRequestHandler):
    """One client's connection, kept open; werkzeug's own handler closes it after each answer."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.server.connections.add(self.connection)  # type: ignore[attr-defined]  # _Listener's

    def finish(self) -> None:
        self.server.connections.discard(self.connection)  # type: ignore[attr-defined]  # _Listener's
        super().finish()

    def run_wsgi(self) -> None:
        environ = self.make_environ()
        if not environ.get("wsgi.input_terminated"):
            environ["wsgi.input"] = BytesIO(
                self.rfile.read(int(environ.get("CONTENT_LENGTH") or 0))
            )
        try:
            body, status, headers = run_wsgi_app(self.server.app, environ, buffered=True)
        except Dropped:
            self.close_connection = True
            return
        self.send_response_only(int(status[:3]), status[4:])
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"".join(body))


class _Listener(ThreadedWSGIServer):
    """The listening socket and the connections it accepted."""

    def __init__(self, app: Flask, port: int) -> None:
        self.connections: set[socket.socket] = set()
        super().__init__("127.0.0.1", port, app, handler=_Connection)

    def hang_up(self) -> None:
        for connection in tuple(self.connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # the client was faster


class Server:
    """The sandbox on 127.0.0.1; port 0 takes a free one."""

    def __init__(self, world: World, port: int = 0, parts: Sequence[Part] = ()) -> None:
        self._listener = _Listener(create_app(world, parts), port)
        self._thread = threading.Thread(
            target=self._listener.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self.port: int = self._listener.server_port
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Answer requests from now on, in threads of this process."""
        self._thread.start()

    def stop(self) -> None:
        """Hang up on every client and free the port."""
        self._listener.shutdown()
        self._thread.join()
        self._listener.hang_up()
        self._listener.server_close()
