"""Servers that hang, and servers that lie: IMAP as far as a client of ours asks for it."""

from __future__ import annotations

import re
import socket
import threading

_UIDVALIDITY = 42


class OddServer:
    """One mailbox with one folder, of which `messages` (UID to raw) can be told wrongly.

    `silent_after` commands it answers nothing any more; `sizes` and `literals` are what it claims instead of the
    truth; `extra_uids` are found and never there.
    """

    host = "127.0.0.1"

    def __init__(self, messages: dict[int, bytes], **lies) -> None:
        self.messages = messages
        self.silent_after = lies.get("silent_after")
        self.uidnext = lies.get("uidnext", max(messages, default=0) + 1)
        self.exists = lies.get("exists")
        self.sizes: dict[int, int] = lies.get("sizes", {})
        self.literals: dict[int, int] = lies.get("literals", {})
        self.extra_uids: list[int] = lies.get("extra_uids", [])
        self.nonsense: dict[int, bytes] = lies.get("nonsense", {})
        self.commands: list[str] = []
        self._listener = socket.create_server((self.host, 0))
        self.port = self._listener.getsockname()[1]
        self._peers: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for peer in self._peers:
            peer.close()

    def __enter__(self):
        return self

    def __exit__(self, *error) -> None:
        self.close()

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            self._peers.append(peer)
            threading.Thread(target=self._serve, args=[peer], daemon=True).start()

    def _serve(self, peer: socket.socket) -> None:
        try:
            with peer.makefile("rb") as lines:
                peer.sendall(b"* OK ready\r\n")
                for line in lines:
                    tag, _space, command = line.decode().strip().partition(" ")
                    self.commands.append(command)
                    if self.silent_after is not None and len(self.commands) > self.silent_after:
                        threading.Event().wait(60)
                    peer.sendall(self._answer(command))
                    peer.sendall(f"{tag} OK done\r\n".encode())
        except OSError:
            return

    def _answer(self, command: str) -> bytes:
        words = command.upper()
        if words.startswith("CAPABILITY"):
            return b"* CAPABILITY IMAP4rev1\r\n"
        if words.startswith("LIST"):
            return b'* LIST () "/" INBOX\r\n'
        if words.startswith(("SELECT", "EXAMINE")):
            exists = len(self.messages) if self.exists is None else self.exists
            told = f"* {exists} EXISTS\r\n* OK [UIDVALIDITY {_UIDVALIDITY}] x\r\n* OK [UIDNEXT {self.uidnext}] x\r\n"
            return told.encode()
        if "SEARCH" in words:
            return f"* SEARCH {' '.join(map(str, [*self.messages, *self.extra_uids]))}\r\n".encode()
        if "FETCH" in words:
            return self._fetch(command)
        return b""

    def _fetch(self, command: str) -> bytes:
        wanted = set()
        for part in re.search(r"FETCH (\S+)", command)[1].split(","):  # type: ignore[index]
            first, _colon, last = part.partition(":")
            wanted |= set(range(int(first), int(last or first) + 1))
        answer = b""
        for number, (uid, raw) in enumerate(self.messages.items(), 1):
            if uid in wanted:
                answer += f"* {number} FETCH (UID {uid} ".encode() + self._parts(command, uid, raw) + b")\r\n"
        return answer

    def _parts(self, command: str, uid: int, raw: bytes) -> bytes:
        if "BODY.PEEK[]" in command:
            if uid in self.nonsense:
                return self.nonsense[uid]
            return b"BODY[] {%d}\r\n" % self.literals.get(uid, len(raw)) + raw
        if "BODY.PEEK[HEADER" in command:
            header = raw.partition(b"\n\n")[0] + b"\n\n"
            return b"BODY[HEADER]<0> {%d}\r\n" % len(header) + header
        size = self.sizes.get(uid, len(raw))
        return b'FLAGS () RFC822.SIZE %d INTERNALDATE "01-Oct-2026 12:00:00 +0000"' % size
