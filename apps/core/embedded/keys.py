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
    if not path.exists():
        keys = LocalKeys(secrets.token_urlsafe(50), urlsafe_b64encode(os.urandom(32)).decode())
        _keep(path, json.dumps(asdict(keys)))
    return LocalKeys(**json.loads(path.read_text()))


def local_vapid_key(var: Path) -> str:
    """The key that signs web push, in base64url: a number surely below the order of P-256."""
    path = var / "vapid.key"
    if not path.exists():
        _keep(path, urlsafe_b64encode(b"\x00" + os.urandom(31)).rstrip(b"=").decode())
    return path.read_text().strip()


def _keep(path: Path, text: str) -> None:
    """Write the file unless another process was first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.stem}.{os.getpid()}{path.suffix}")
    draft.touch(mode=0o600)
    draft.write_text(text)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
