"""What everybody meets at the doors of sources; their programs have tokens of their own (tests/sync)."""

from __future__ import annotations

from tests.access.matrix import API_ROLES, OPEN_TO_PROGRAMS, program, to_programs

_STRANGERS = to_programs(*[401] * len(API_ROLES))
program("feeds/<code>/batches", "POST", _STRANGERS, {"records": []})
program("feeds/<code>/status", "GET", _STRANGERS)
program("feeds/schema", "GET", OPEN_TO_PROGRAMS)
