"""Names in the cache for what was found by a query."""

from __future__ import annotations

import hashlib
from typing import Any


def fingerprint(what: str, database: str, sql: str, parameters: tuple[Any, ...]) -> str:
    """The same for the same question to the same database."""
    return f"{what}:" + hashlib.sha256(f"{database}{sql}{parameters}".encode()).hexdigest()
