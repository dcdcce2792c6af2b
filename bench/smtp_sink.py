"""A server that takes all mail and keeps none: `python -m bench.smtp_sink PORT [NOTES]`.

Into the file NOTES it writes a line for each mail before it says that it took it: the moment (seconds), the recipient.

It looks at no line of a text, so that it isn't itself what is measured: aiosmtpd takes 60 mails of 50 KB a second.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path
from typing import TextIO

_END = b"\r\n.\r\n"
_ANSWERS = {
    b"EHLO": b"250-sink\r\n250-SIZE 50000000\r\n250-8BITMIME\r\n250 PIPELINING\r\n",
    b"DATA": b"354 go on\r\n",
    b"QUIT": b"221 bye\r\n",
}


class _Session(asyncio.Protocol):
    def __init__(self, notes: TextIO) -> None:
        self._notes, self._recipient = notes, ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  as create_server makes them
        self._peer, self._held, self._is_text = transport, bytearray(), False
        self._peer.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self._held += data
        while self._step():
            pass

    def _step(self) -> bool:
        """Answer the next thing that is there as a whole; False: nothing is."""
        end = _END if self._is_text else b"\r\n"
        if self._is_text and not self._held.endswith(end):
            return False  # our client waits for the answer before it goes on
        line, found, rest = self._held.partition(end)
        if not found:
            return False
        self._held = rest
        verb = b"" if self._is_text else bytes(line[:4]).upper()
        if verb == b"RCPT":
            self._recipient = line.decode("ascii", "replace").partition("<")[2].partition(">")[0]
        if self._is_text:
            self._notes.write(f"{time.time():.6f} {self._recipient}\n")
        self._peer.write(_ANSWERS.get(verb, b"250 OK\r\n"))
        self._is_text = verb == b"DATA"
        return True


async def _serve(port: int, notes: TextIO) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: _Session(notes), "127.0.0.1", port)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    with Path(sys.argv[2] if len(sys.argv) > 2 else os.devnull).open("a", buffering=1) as kept:
        asyncio.run(_serve(int(sys.argv[1]), kept))
