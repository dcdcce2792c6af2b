"""The matrix: for each door, method, route and kind of record, what everybody meets there.

A new address needs a line here. "in" is any answer of the page itself (also one with errors in the form); numbers are
statuses, "login" is the way to the sign-in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Outcome = str | int
Expected = Mapping[str, Outcome]
Scopes = Mapping[str, Expected]

_GIVEN = ("anonymous", "dealer", "sales", "content", "manager", "admin")
ROLES = (*_GIVEN, "guest")
IN = "in"


@dataclass(frozen=True, slots=True)
class Case:
    door: str
    method: str
    route: str
    scope: str
    expected: Expected
    values: Mapping[str, Any] = field(default_factory=dict)  # of the route's parameters, beside the record's own
    data: Any = None


def of(*outcomes: Outcome, guest: Outcome | None = None) -> Expected:
    """One outcome for each of the cast; a guest meets what a dealer meets, unless it is said."""
    found = dict(zip(_GIVEN, outcomes, strict=True))
    return found | {"guest": found["dealer"] if guest is None else guest}


def everybody(outcome: Outcome) -> Expected:
    return dict.fromkeys(ROLES, outcome)


#                anonymous dealer sales content manager admin
OPEN = of(IN, IN, IN, IN, IN, IN)
SIGNED_IN = of("login", IN, IN, IN, IN, IN)
STAFF = of("login", 403, IN, IN, IN, IN)
MANAGERS = of("login", 403, 403, 403, IN, IN)
ADMIN = of("login", 403, 403, 403, 403, IN)
BOB = of("login", 404, IN, 404, 404, 404)  # what is one's own, for everybody signed in
BOB_OF_STAFF = of("login", 403, IN, 404, 404, 404)
NOBODY = of("login", 404, 404, 404, 404, 404)
NO_STAFF = of("login", 403, 404, 404, 404, 404)
NO_ADMIN = of("login", 403, 403, 403, 403, 404)

SALES_ONLY = of("login", 403, IN, 404, 404, IN)
_HIDDEN: dict[str, Expected] = {"personal": BOB_OF_STAFF, "category": SALES_ONLY, "absent": NO_STAFF}
VIEWED: Scopes = {"public": STAFF, "restricted": SALES_ONLY, **_HIDDEN}
EDITED: Scopes = {"public": STAFF, "restricted": of("login", 403, 403, 404, 404, IN), **_HIDDEN}
# Parts of a contact are looked for below it alone.
PART_VIEWED: Scopes = {**VIEWED, "strange part": NO_STAFF}
PART_EDITED: Scopes = {**EDITED, "strange part": NO_STAFF}
# A user is made of a contact that the administrator sees.
USER_MADE: Scopes = {
    **dict.fromkeys(("public", "restricted", "category"), ADMIN),
    "personal": NO_ADMIN,
    "absent": NO_ADMIN,
}
MANAGED: Scopes = {
    "public": of("login", 403, 403, 403, 403, IN),
    "restricted": of("login", 403, 403, 404, 404, IN),
    "personal": BOB_OF_STAFF,
    "absent": NO_STAFF,
}
SETTING: Scopes = {"all": ADMIN, "absent": NO_ADMIN}
OWN: Scopes = {"all": BOB, "absent": NOBODY}
OWN_OF_STAFF: Scopes = {"all": BOB_OF_STAFF, "absent": NO_STAFF}
# Bob's note: whoever sees the contact knows of it, its writer and administrators change it.
NOTE: Scopes = {
    "public": of("login", 403, IN, 403, 403, IN),
    "restricted": of("login", 403, 403, 404, 404, IN),
    "personal": BOB_OF_STAFF,
    "category": SALES_ONLY,
    "absent": NO_STAFF,
}
# Bob's task: managers may lend a hand, wherever they see it.
TASK: Scopes = {**NOTE, "public": of("login", 403, IN, 403, IN, IN)}

CASES: dict[tuple[str, str, str, str], Case] = {}


def add(door: str, route: str, methods: str, may: Expected | Scopes, data: Any = None, **values: Any) -> None:
    scopes: Any = may if isinstance(next(iter(may.values())), Mapping) else {"all": may}
    for method in methods.split():
        for scope, expected in scopes.items():
            key = (door, method, route, scope)
            if key in CASES:
                raise ValueError(f"{key} is there twice")
            if door == "web" and route.startswith("portal/"):
                expected = {**expected, "guest": 404}  # whoever belongs to no dealer doesn't learn what is there
            CASES[key] = Case(door, method, route, scope, expected, values, data)


def web(route: str, methods: str, may: Expected | Scopes, data: Any = None, **values: Any) -> None:
    add("web", route, methods, may, data, **values)


# "cookie" is a signed-in administrator without a token, "reader" a token of bob's that may only read.
_PROGRAMS = ("anonymous", "cookie", "dealer", "reader", "sales", "content", "manager", "admin")
API_ROLES = (*_PROGRAMS, "guest")


def to_programs(*outcomes: Outcome) -> Expected:
    """A guest's token is as good as a dealer's."""
    found = dict(zip(_PROGRAMS, outcomes, strict=True))
    return found | {"guest": found["dealer"]}


OUTSIDE = (401, 401, 401)
PROGRAMS_READ = to_programs(*OUTSIDE, IN, IN, IN, IN, IN)
PROGRAMS_WRITE = to_programs(*OUTSIDE, 403, IN, IN, IN, IN)
OPEN_TO_PROGRAMS = dict.fromkeys(API_ROLES, IN)


def program(route: str, methods: str, may: Expected | Scopes, data: Any = None) -> None:
    add("api", f"api/v1/{route}", methods, may, data)
