"""Real mail servers on the loopback: Dovecot, pymap, and SMTP that delivers into Maildirs."""

from __future__ import annotations

import getpass
import itertools
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from apps.core import secrets
from apps.messaging.models import MailAccount
from tests.conftest import NOW
from tests.core.smtp_servers import sink

_NOBODY = 65534
_PASSWORD = "pw"
_FLAGS = {"\\Seen": "S", "\\Answered": "R", "\\Flagged": "F", "\\Deleted": "T", "\\Draft": "D"}
_count = itertools.count(1)

_DOVECOT = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
first_valid_uid = 0
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
mail_max_userip_connections = 200
mail_fsync = never
mail_location = maildir:{folder}/mail/%u
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {folder}/users/%u
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
namespace inbox {{
  inbox = yes
  mailbox Sent {{
    special_use = \\Sent
    auto = create
  }}
  mailbox Trash {{
    special_use = \\Trash
    auto = create
  }}
  mailbox Drafts {{
    special_use = \\Drafts
    auto = create
  }}
  mailbox Junk {{
    special_use = \\Junk
    auto = create
  }}
}}
service imap-login {{
  chroot =
  service_count = 0
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service imap {{
  process_limit = 400
}}
service anvil {{
  chroot =
}}
{extra}
"""


class MailboxServer(ABC):
    """What Dovecot and pymap have in common: Maildirs in `mail`, files written into them by hand."""

    host = "127.0.0.1"
    port: int
    folder: Path
    uid: int
    gid: int

    @abstractmethod
    def add_user(self, name: str = "", password: str = _PASSWORD) -> str:
        """Make a user with an empty mailbox, called after nobody else unless named; return the name."""

    def maildir(self, user: str, folder: str = "INBOX") -> Path:
        root = self.folder / "mail" / user
        return root if folder == "INBOX" else root / f".{folder}"

    def write(
        self, user: str, raw: bytes, *, folder: str = "INBOX", flags: tuple[str, ...] = (), at: datetime | None = None
    ) -> Path:
        """Put a message into a mailbox, as a delivery agent does (RFC 5322 bytes; `at` becomes INTERNALDATE)."""
        place = self.make_folder(user, folder)
        number = next(_count)
        letters = "".join(sorted(_FLAGS[flag] for flag in flags))
        name = f"{1_700_000_000 + number}.M{number}P{os.getpid()}.test"
        being_written, final = place / "tmp" / name, place / "cur" / f"{name}:2,{letters}"
        being_written.write_bytes(raw)
        os.chown(being_written, self.uid, self.gid)
        if at is not None:
            os.utime(being_written, (at.timestamp(), at.timestamp()))
        if not letters:
            final = place / "new" / name
        return being_written.rename(final)

    def make_folder(self, user: str, folder: str) -> Path:
        place = self.maildir(user, folder)
        for part in (place, *(place / name for name in ("cur", "new", "tmp"))):
            if not part.exists():
                part.mkdir(parents=True)
                os.chown(part, self.uid, self.gid)
        if folder != "INBOX":
            (place / "maildirfolder").touch()
        return place


class Dovecot(MailboxServer):
    """A Dovecot of our own in a folder of its own; `extra` is added to its configuration."""

    def __init__(self, extra: str = "") -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="rapport-dovecot-"))
        self.folder.chmod(0o755)
        is_root = os.geteuid() == 0
        self.uid, self.gid = (_NOBODY, _NOBODY) if is_root else (os.geteuid(), os.getegid())
        self.port = free_port()
        me = getpass.getuser()
        (self.folder / "mail").mkdir()
        os.chown(self.folder / "mail", self.uid, self.gid)
        (self.folder / "users").mkdir()
        configuration = _DOVECOT.format(
            folder=self.folder,
            port=self.port,
            uid=self.uid,
            gid=self.gid,
            internal="dovecot" if is_root else me,
            internal_group="dovecot" if is_root else _group(self.gid),
            login="dovenull" if is_root else me,
            extra=extra,
        )
        (self.folder / "dovecot.conf").write_text(configuration)
        self.start()

    def add_user(self, name: str = "", password: str = _PASSWORD) -> str:
        name = name or f"user{next(_count)}"
        # A file each: Dovecot looks once a second at most whether one has changed.
        (self.folder / "users" / name).write_text(f"{name}:{{PLAIN}}{password}\n")
        self.make_folder(name, "INBOX")
        return name

    def start(self) -> None:
        # Not into a pipe: the daemon would keep it open.
        with (self.folder / "start").open("w+") as words:
            command = ["dovecot", "-c", str(self.folder / "dovecot.conf")]
            code = subprocess.call(command, stdin=subprocess.DEVNULL, stdout=words, stderr=words)
            words.seek(0)
            if code:
                raise RuntimeError(f"dovecot did not start: {words.read()}")
        wait_for_port(self.port)

    def stop(self) -> None:
        """Stop it, connections included; `start` brings it back on the same port."""
        with (self.folder / "run" / "master.pid").open() as file:
            pid = int(file.read())
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + 10
        while Path(f"/proc/{pid}").exists() and not _is_zombie(pid) and time.monotonic() < deadline:
            time.sleep(0.02)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class Pymap(MailboxServer):
    """pymap over Maildirs: no MODSEQ, no special-use folders; slow, so for the basics alone."""

    def __init__(self) -> None:
        from pysasl.hashing import BuiltinHash

        self._hash = BuiltinHash().hash
        self.folder = Path(tempfile.mkdtemp(prefix="rapport-pymap-"))
        self.uid, self.gid = os.geteuid(), os.getegid()
        self.port = free_port()
        (self.folder / "mail").mkdir()
        for kind in ("passwd", "shadow", "group"):
            (self.folder / f"pymap-etc-{kind}").touch()
        pymap = Path(sys.executable).parent / "pymap"
        self.process = subprocess.Popen(
            [pymap, "--host", self.host, "--port", str(self.port), "--no-tls", "maildir", self.folder],
            stdout=(self.folder / "log").open("wb"),
            stderr=subprocess.STDOUT,
        )
        wait_for_port(self.port)

    def add_user(self, name: str = "", password: str = _PASSWORD) -> str:
        name = name or f"user{next(_count)}"
        with (self.folder / "pymap-etc-passwd").open("a") as file:
            file.write(f"{name}:x::::mail/{name}:\n")
        with (self.folder / "pymap-etc-shadow").open("a") as file:
            file.write(f"{name}:{self._hash(password)}:::::::\n")
        self.make_folder(name, "INBOX")
        return name

    def remove(self) -> None:
        self.process.terminate()
        self.process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)


def account_on(server: MailboxServer, user: str, *, password: str = _PASSWORD, **fields) -> MailAccount:
    """An account that reads this user's mailbox; `owner=None` makes a shared one."""
    return MailAccount.objects.create(
        **{
            "display_name": user.title(),
            "address": f"{user}@example.com",
            "imap_host": server.host,
            "imap_port": server.port,
            "imap_security": MailAccount.Security.NONE,
            "login": user,
            "password": secrets.encrypt(password),
            "created_at": NOW,
            **fields,
        }
    )


def dovecot_is_there() -> None:
    """Leave the test out, or fail it, where no Dovecot is installed."""
    if not (shutil.which("dovecot") or Path("/usr/sbin/dovecot").exists()):
        _leave_out("dovecot is not installed (Debian: dovecot-imapd)")


@pytest.fixture(scope="session")
def dovecot_server() -> Iterator[Dovecot]:
    dovecot_is_there()
    server = Dovecot()
    yield server
    server.remove()


@pytest.fixture
def dovecot(dovecot_server: Dovecot, settings) -> Dovecot:
    """Dovecot, which our guard lets us reach."""
    settings.RAPPORT_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    return dovecot_server


@pytest.fixture(scope="session")
def pymap_server() -> Iterator[Pymap]:
    server = Pymap()
    yield server
    server.remove()


@pytest.fixture
def pymap(pymap_server: Pymap, settings) -> Pymap:
    """pymap, which our guard lets us reach."""
    settings.RAPPORT_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    return pymap_server


@pytest.fixture
def smtp_sink(settings):
    """aiosmtpd that keeps what it gets (`.envelopes`); `.port` is where it listens."""
    settings.RAPPORT_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    with sink(settings) as handler:
        handler.host, handler.port = settings.EMAIL_HOST, settings.EMAIL_PORT
        yield handler


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def wait_for_port(port: int, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


@contextmanager
def stopped(server: Dovecot) -> Iterator[None]:
    """In here the server is away."""
    server.stop()
    try:
        yield
    finally:
        server.start()


def _leave_out(reason: str) -> None:
    if os.environ.get("RAPPORT_REQUIRE_MAIL") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def _group(gid: int) -> str:
    import grp

    return grp.getgrgid(gid).gr_name


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True
