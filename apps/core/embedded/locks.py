"""File locks that the kernel releases when their holder dies, however it dies.

Descriptors are not inherited by programs that a holder starts (PEP 446), so a server never keeps a lock alive.
"""

import fcntl
import os
from pathlib import Path


def open_lock(path: Path) -> int:
    """Open (and make) the lock file at `path`; the caller closes the descriptor, which drops the lock."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def share(descriptor: int) -> None:
    """Take the lock together with others, waiting for an exclusive holder."""
    fcntl.flock(descriptor, fcntl.LOCK_SH)


def take(descriptor: int) -> None:
    """Take the lock alone, waiting for all others."""
    fcntl.flock(descriptor, fcntl.LOCK_EX)


def try_take(descriptor: int) -> bool:
    """Take the lock alone if it is free at this moment."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def drop(descriptor: int) -> None:
    """Give the lock back and keep the descriptor."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)
