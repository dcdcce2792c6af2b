"""Where the servers answer, as the addresses that settings understand."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

POSTGRES_PORT = 5432  # names the socket file only; nothing listens on TCP


@dataclass(frozen=True, kw_only=True)
class Endpoints:
    """Addresses of one folder's servers; they stay the same when a server or the keeper is started again."""

    database_url: str
    database_owner_url: str
    redis_url: str
    socket_folder: str

    def save(self, path: Path) -> None:
        """Write to `path` in one step, readable by its owner alone (the addresses hold passwords)."""
        write_private(path, json.dumps(asdict(self)))

    @classmethod
    def load(cls, path: Path) -> Self | None:
        """Read what `save` wrote, or None where there is nothing (the servers are not ready yet)."""
        try:
            text = path.read_text()
        except FileNotFoundError:
            return None
        return cls(**json.loads(text))


def postgres_url(*, folder: Path, user: str, password: str, database: str) -> str:
    """Return the form of a socket address that django-environ reads without folding the folder's case."""
    return f"postgres://{user}:{password}@:{POSTGRES_PORT}/{folder}/{database}"


def celery_redis_url(redis_url: str, db: int) -> str:
    """Return `redis_url` for Celery, on database number `db`; kombu spells socket addresses its own way.

    `redis://host:6379/0` keeps its form and gets the number; `unix:///path?db=0` becomes
    `redis+socket:///path?virtual_host=N`.
    """
    address, _, _ = redis_url.partition("?")
    if address.startswith("unix://"):
        return f"redis+socket://{address.removeprefix('unix://')}?virtual_host={db}"
    scheme, _, rest = redis_url.partition("://")
    host, _, tail = rest.partition("/")
    _, question, query = tail.partition("?")
    return f"{scheme}://{host}/{db}{question}{query}"


def write_private(path: Path, text: str) -> None:
    """Write `text` to `path` with mode 0600, whole or not at all."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.replace(path)
