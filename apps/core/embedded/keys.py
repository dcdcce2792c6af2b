"""Secret keys for machines that were given none: made once, kept beside the data, never for production."""

from __future__ import annotations

import json
import os
import secrets
from base64 import urlsafe_b64encode
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class LocalKeys:
    secret_key: str
    fernet_key: str


def local_keys(var: Path) -> LocalKeys:
    """The keys of the folder `var`, made at the first call; two first calls at once agree on one of them."""
    path = var / "keys.json"
    var.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        keys = LocalKeys(secrets.token_urlsafe(50), urlsafe_b64encode(os.urandom(32)).decode())
        draft = path.with_name(f"keys.{os.getpid()}.json")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(asdict(keys)))
        try:
            os.link(draft, path)  # fails where another process was first
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return LocalKeys(**json.loads(path.read_text()))
