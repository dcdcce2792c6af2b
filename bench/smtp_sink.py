"""A server that takes all mail and keeps none: `python -m bench.smtp_sink PORT`.

It looks at no line of a text, so that it isn't itself what is measured: aiosmtpd takes 60 mails of 50 KB a second.
"""

from __future__ import annotations

import asyncio
import sys

_END = b"\r\n.\r\n"
_ANSWERS = {
    b"EHLO": b"250-sink\r\n250-SIZE 50000000\r\n250-8BITMIME\r\n250 PIPELINING\r\n",
    b"DATA": b"354 go on\r\n",
    b"QUIT": b"221 bye\r\n",
}


class _Session(asyncio.Protocol):
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
        self._peer.write(_ANSWERS.get(verb, b"250 OK\r\n"))
        self._is_text = verb == b"DATA"
        return True


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(_Session, "127.0.0.1", port)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
