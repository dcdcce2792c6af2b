"""The demo's mail server: takes every mail, from whoever signs in or not, and puts it into a Maildir per recipient.

Run by the demo: `python -m apps.core.embedded.mailsink DESCRIPTOR FOLDER`, with a listening socket inherited.
"""

import asyncio
import mailbox
import re
import socket
import sys
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session


class Sink:
    """aiosmtpd's handler: one Maildir per recipient address in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        for recipient in envelope.rcpt_tos:
            box = mailbox.Maildir(self.folder / maildir_name(recipient))
            box.add(envelope.original_content or b"")
        return "250 OK"


def let_in(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
    """Everybody may sign in: who sends is no question on this machine's own loopback."""
    return AuthResult(success=True)


def maildir_name(address: str) -> str:
    """Return `address` as a folder's name: lower case, and nothing that could lead out of the parent folder."""
    return re.sub(r"[^\w.@+-]", "_", address.lower()).lstrip(".")[:120] or "_"


async def serve(listener: socket.socket, folder: Path) -> None:
    """Answer SMTP on `listener` until the process ends."""
    folder.mkdir(parents=True, exist_ok=True)
    loop = asyncio.get_running_loop()
    sink = Sink(folder)

    def protocol() -> SMTP:
        return SMTP(sink, enable_SMTPUTF8=True, loop=loop, authenticator=let_in, auth_require_tls=False)

    server = await loop.create_server(protocol, sock=listener)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2])))
