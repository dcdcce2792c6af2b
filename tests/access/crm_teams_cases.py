"""What everybody meets at the doors of teams, absences, assignments and hand-overs."""

from __future__ import annotations

from tests.access.house_cases import API_EDITED
from tests.access.matrix import (
    IN,
    MANAGERS,
    OUTSIDE,
    PROGRAMS_READ,
    PROGRAMS_WRITE,
    STAFF,
    VIEWED,
    Scopes,
    of,
    program,
    to_programs,
    web,
)

# Bob of sales leads the team, and handed over; so did nobody else.
LED = of("login", 403, IN, 403, 403, IN)
_TEAM: Scopes = {"all": STAFF, "absent": of("login", 403, 404, 404, 404, 404)}
_LED: Scopes = {"all": LED, "absent": of("login", 403, 404, 404, 404, 404)}
_SET: Scopes = {"all": of("login", 403, 403, 403, 403, IN), "absent": of("login", 403, 403, 403, 403, 404)}
_OWN: Scopes = {"team": of("login", 403, IN, 403, IN, IN), "absent": of("login", 403, 404, 404, 404, 404)}
_HANDED: Scopes = {"team": of("login", 403, IN, 404, IN, IN), "absent": of("login", 403, 404, 404, 404, 404)}

for _page in ("teams/", "absences/", "hand-overs/"):
    web(f"crm/{_page}", "GET", STAFF)
web("crm/teams/new/", "GET POST", of("login", 403, 403, 403, 403, IN))
_A_TEAM = "crm/teams/<int:team_id>/"
web(_A_TEAM, "GET", _TEAM)
web(f"{_A_TEAM}edit/", "GET POST", _SET)
web(f"{_A_TEAM}retire/", "POST", _SET)
web(f"{_A_TEAM}members/add/", "GET POST", _LED)
web(f"{_A_TEAM}members/<int:membership_id>/", "GET POST", _LED)
web(f"{_A_TEAM}members/<int:membership_id>/end/", "POST", _LED)
web("crm/absences/of/<int:user_id>/", "GET", _OWN)
web("crm/absences/of/<int:user_id>/add/", "GET POST", _OWN)
web("crm/absences/<int:absence_id>/", "GET POST", _OWN)
web("crm/absences/<int:absence_id>/remove/", "POST", _OWN)
web("crm/hand-overs/new/", "GET POST", STAFF)
web("crm/hand-overs/chosen/", "POST", STAFF)
web("crm/hand-overs/<int:hand_over_id>/", "GET", _HANDED)
web(
    "crm/hand-overs/<int:hand_over_id>/confirm/",
    "POST",
    {"team": of("login", 403, 403, 404, IN, 403)} | {"absent": of("login", 403, 404, 404, 404, 404)},
)
_CHARGED: Scopes = {
    "public": of("login", 403, IN, 403, IN, IN),
    "personal": of("login", 403, IN, 404, 404, 404),
    "absent": of("login", 403, 404, 404, 404, 404),
}
web("crm/contacts/<int:entity_id>/charge/", "GET POST", _CHARGED)
web("crm/hand-overs/<int:hand_over_id>/paper/", "POST", _HANDED)
web("crm/assignment-rules/", "GET", of("login", 403, 403, 403, 403, IN))
web("crm/assignment-rules/new/", "GET POST", of("login", 403, 403, 403, 403, IN))
web("crm/assignment-rules/<int:rule_id>/", "GET POST", _SET)
web("crm/assignment-rules/<int:rule_id>/remove/", "POST", _SET)
_API_CHARGED: Scopes = {"public": to_programs(*OUTSIDE, 403, IN, 403, IN, IN), "absent": API_EDITED["absent"]}
_API_BEGUN: Scopes = {"all": PROGRAMS_WRITE, "absent": API_EDITED["absent"]}
_SEQUENCES = "crm/settings/sequences/"
web(_SEQUENCES, "GET", MANAGERS)
web(f"{_SEQUENCES}new/", "GET POST", MANAGERS)
web(
    f"{_SEQUENCES}<int:sequence_id>/",
    "GET POST",
    {"all": MANAGERS, "absent": of("login", 403, 403, 403, 404, 404)},
)
web("crm/sequences/<int:sequence_id>/", "GET", {"all": STAFF, "absent": of("login", 403, 404, 404, 404, 404)})
web("crm/sequences/chosen/", "POST", STAFF)
for _act in ("pause", "resume"):
    web(
        f"crm/enrolments/<int:enrolment_id>/{_act}/",
        "POST",
        {"public": of("login", 403, IN, 403, IN, IN), "absent": of("login", 403, 404, 404, 404, 404)},
    )
    program(f"sequences/enrolments/<enrolment_id>/{_act}", "POST", _API_CHARGED)
program("sequences/enrolments/<enrolment_id>/stop", "POST", _API_CHARGED, {})
program("sequences", "GET", PROGRAMS_READ)
program("sequences/enrolments", "GET", PROGRAMS_READ)
program("sequences/<sequence_id>/enrolments", "POST", _API_BEGUN, {"contact_ids": [1]})
web("crm/contacts/<int:entity_id>/sequences/", "GET", VIEWED)
web("crm/contacts/<int:entity_id>/sequences/begin/", "GET POST", _CHARGED)
web(
    "crm/enrolments/<int:enrolment_id>/stop/",
    "GET POST",
    {"public": of("login", 403, IN, 403, IN, IN), "absent": of("login", 403, 404, 404, 404, 404)},
)

# --- programs --------------------------------------------------------------------------------------------------------
program("hand-overs", "GET", PROGRAMS_READ)
program("hand-overs", "POST", PROGRAMS_WRITE, {"contact_ids": [1], "to_user_id": 1})
program(
    "hand-overs/<hand_over_id>",
    "GET",
    {"team": to_programs(*OUTSIDE, IN, IN, 404, IN, IN), "absent": to_programs(*OUTSIDE, 404, 404, 404, 404, 404)},
)
program(
    "hand-overs/<hand_over_id>/undo",
    "POST",
    {"team": to_programs(*OUTSIDE, 403, IN, 404, 403, 403), "absent": to_programs(*OUTSIDE, 403, 404, 404, 404, 404)},
)
