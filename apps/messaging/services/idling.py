"""IDLE on one connection (RFC 2177): waiting for a notice, or for a sign to stop, without asking again and again."""

from __future__ import annotations

import select
import socket
import ssl
import time

from django.conf import settings

from apps.messaging.services.connections import explained
from apps.messaging.services.problems import ServerUnreachable
from apps.messaging.services.server_mailbox import ServerMailbox

_LINE = 10.0  # seconds for the rest of a line that has begun
_NEWS = (b" EXISTS", b" EXPUNGE", b" FETCH ", b"VANISHED ")


class Idler:
    """The selected folder of `mailbox`; `stop` is a file descriptor that becomes readable when all shall end."""

    def __init__(self, mailbox: ServerMailbox, *, stop: int) -> None:
        self.mailbox, self.stop = mailbox, stop

    def wait(self, seconds: float) -> bool:
        """Idle for `seconds` at most; True as soon as something changed in the folder. Raises MailServerProblem."""
        if not self.mailbox.has("IDLE"):
            return self._ask_after(min(seconds, 60.0))
        client = self.mailbox.client
        with explained(self.mailbox.account.imap_host, self.mailbox.account.imap_port):
            client.idle()
            news = self._listen(time.monotonic() + seconds)
            _told, rest = client.idle_done()
        return news or any(len(each) > 1 and each[1] in (b"EXISTS", b"EXPUNGE", b"FETCH") for each in rest)

    def heartbeat(self) -> bool:
        """Ask whether the server is still there; True if it uses the occasion to tell of news."""
        _told, rest = self.mailbox.do(lambda client: client.noop())
        return any(len(each) > 1 and each[1] in (b"EXISTS", b"EXPUNGE", b"FETCH") for each in rest)

    def _ask_after(self, seconds: float) -> bool:
        """A server without IDLE is asked once a minute."""
        select.select([self.stop], [], [], seconds)
        return self.heartbeat()

    def _listen(self, until: float) -> bool:
        sock = self.mailbox.client.socket()
        poll = select.poll()
        poll.register(sock.fileno(), select.POLLIN)
        poll.register(self.stop, select.POLLIN)
        try:
            while True:
                if self._read_lines(sock):
                    return True
                left = until - time.monotonic()
                ready = {number for number, _event in poll.poll(max(0.0, left) * 1000)} if left > 0 else set()
                if self.stop in ready or not ready:
                    return False
                sock.settimeout(_LINE)
                if self._is_news(self.mailbox.client._imap._get_line()):
                    return True
        finally:
            sock.settimeout(settings.RAPPORT_MAIL_TIMEOUT)

    def _read_lines(self, sock: socket.socket) -> bool:
        """Read what the client has in its buffer already, of which the socket knows nothing any more."""
        imap = self.mailbox.client._imap
        while True:
            sock.settimeout(0)
            try:
                waiting = imap.file.peek(1)
            except (ssl.SSLWantReadError, BlockingIOError):
                return False
            if not waiting:
                return False
            sock.settimeout(_LINE)
            if self._is_news(imap._get_line()):
                return True

    def _is_news(self, line: bytes) -> bool:
        if line.upper().startswith(b"* BYE"):
            raise ServerUnreachable(f"{self.mailbox.account.imap_host}: {line[:200].decode('utf-8', 'replace')}")
        return any(sign in line.upper() for sign in _NEWS)
