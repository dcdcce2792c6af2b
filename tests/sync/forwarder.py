"""A port on this machine behind which a Postgres answers, until it is closed: the plant's network, for tests."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import Any, Self


class Forwarder:
    """Passes bytes between 127.0.0.1:`port` and the server of these connection settings, socket or TCP."""

    def __init__(self, settings: dict[str, Any], port: int = 0) -> None:
        self.server = settings
        self.listener = socket.create_server(("127.0.0.1", port))
        self.port: int = self.listener.getsockname()[1]
        self.open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        for each in (self.listener, *self.open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _address = self.listener.accept()
                far = self._dial()
                self.open += [near, far]
                for source, target in ((near, far), (far, near)):
                    threading.Thread(target=self._pass, args=(source, target), daemon=True).start()

    def _dial(self) -> socket.socket:
        host, port = str(self.server["HOST"]), int(self.server["PORT"] or 5432)
        if not host.startswith("/"):
            return socket.create_connection((host, port))
        found = socket.socket(socket.AF_UNIX)
        found.connect(f"{host}/.s.PGSQL.{port}")
        return found

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)
