"""Mail servers on the loopback: one that keeps what it gets, and one that dies at the wrong moment."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager

from aiosmtpd.controller import Controller


class Sink:
    """Takes mail; answers to single recipients and to the text may be told beforehand."""

    def __init__(self) -> None:
        self.envelopes: list = []
        self.recipient_answers: dict[str, str] = {}
        self.data_answer = "250 OK"
        self.pipelines = False  # RFC 2920

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802
        session.host_name = hostname
        return [responses[0], "250-PIPELINING", *responses[1:]] if self.pipelines else responses

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if answer := self.recipient_answers.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if self.data_answer.startswith("250"):
            self.envelopes.append(envelope)
        return self.data_answer


@contextmanager
def sink(settings):
    handler = Sink()
    with socket.create_server(("127.0.0.1", 0)) as free:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=settings.EMAIL_PORT, enable_SMTPUTF8=True)
    controller.start()
    try:
        yield handler
    finally:
        controller.stop()


@contextmanager
def dying_server(settings):
    """Takes the whole text and goes away without an answer; yields the list of texts it has seen."""
    seen: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", listener.getsockname()[1]

    def answer() -> None:
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            with peer, peer.makefile("rb") as lines:
                peer.sendall(b"220 ready\r\n")
                for line in lines:
                    if line.upper().startswith(b"DATA"):
                        peer.sendall(b"354 go on\r\n")
                        text = b""
                        while not text.endswith(b"\r\n.\r\n"):
                            text += lines.readline()
                        seen.append(text)
                        break
                    peer.sendall(b"250 OK\r\n")

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)
