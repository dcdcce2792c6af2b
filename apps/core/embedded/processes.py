"""What the kernel says about processes. Linux: reads /proc and uses its parent-death signal."""

import ctypes
import os
import signal
import time
from collections.abc import Callable, Iterable
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def is_alive(pid: int) -> bool:
    """Whether `pid` runs. A zombie does not: in containers nobody may ever reap it."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in ("Z", "X")


def working_in(folder: Path, program: str) -> list[int]:
    """Return the live processes of the executable called `program` whose working folder is `folder`."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            inside = (entry / "cwd").readlink() == folder
            same_program = (entry / "exe").readlink().name.removesuffix(" (deleted)") == program
        except OSError:  # gone meanwhile, a zombie, or somebody else's
            continue
        if inside and same_program and is_alive(int(entry.name)):
            found.append(int(entry.name))
    return sorted(found)


def end(pids: Iterable[int], *, first: signal.Signals, patience: float) -> None:
    """Stop `pids`: the signal `first`, and after `patience` seconds SIGKILL for those that stay."""
    remaining = list(pids)
    for number in (first, signal.SIGKILL):
        for pid in remaining:
            send(pid, number)
        deadline = time.monotonic() + patience
        while (remaining := [pid for pid in remaining if is_alive(pid)]) and time.monotonic() < deadline:
            time.sleep(0.02)


def send(pid: int, number: signal.Signals) -> None:
    """Send a signal to `pid`; one that is already gone is fine."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def dies_with_parent(number: signal.Signals) -> Callable[[], None]:
    """Return a `preexec_fn` by which the kernel sends `number` to the child when this process dies, even by kill -9."""
    parent = os.getpid()

    def set_in_child() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent:  # it died between fork and prctl
            os._exit(1)

    return set_in_child
