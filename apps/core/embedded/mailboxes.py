"""The demo's mailboxes: Maildirs that the mail sink fills, opened to mail programs by pymap's IMAP server.

pymap reads who may sign in from files in its folder, in the formats of passwd(5) and shadow(5).
"""

from __future__ import annotations

import mailbox
import sys
from collections.abc import Sequence
from pathlib import Path

from pysasl.hashing import BuiltinHash

from apps.core.embedded.mailsink import maildir_name

FOLDERS = ("Sent", "Drafts", "Trash", "Junk", "Archive")
# Each connection that idles holds one of pymap's threads; with its six, all other commands wait half a second each.
THREADS = 64


def make_mailbox(folder: Path, address: str, password: str) -> mailbox.Maildir:
    """Make the Maildir of `address` in `folder`, with the usual folders, and let `password` open it."""
    name = maildir_name(address)
    folder.mkdir(parents=True, exist_ok=True)
    box = mailbox.Maildir(folder / name)
    for each in FOLDERS:
        if each not in box.list_folders():
            box.add_folder(each)
    _put(folder / "pymap-etc-passwd", address, f"{address}:x::::{name}:")
    _put(folder / "pymap-etc-shadow", address, f"{address}:{BuiltinHash(rounds=1000).hash(password)}:::::::")
    (folder / "pymap-etc-group").touch()
    return box


def imap_command(folder: Path, port: int) -> Sequence[str]:
    """The IMAP server over `folder`, on loopback."""
    options = ["--host", "127.0.0.1", "--port", str(port), "--no-tls", "--pid-file", f"rapport-imap-{port}"]
    return [
        sys.executable,
        "-c",
        "import sys; from pymap.main import main; sys.exit(main())",
        *options,
        "maildir",
        "--concurrency",
        str(THREADS),
        str(folder),
    ]


def _put(path: Path, name: str, line: str) -> None:
    lines = path.read_text().splitlines() if path.exists() else []
    path.write_text("\n".join([*(each for each in lines if not each.startswith(f"{name}:")), line]) + "\n")
