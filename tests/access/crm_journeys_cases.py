"""What everybody meets at the doors of personas, pipelines, journeys and their boards."""

from __future__ import annotations

from tests.access.house_cases import API_EDITED, API_VIEWED
from tests.access.matrix import (
    ADMIN,
    EDITED,
    IN,
    NO_STAFF,
    OUTSIDE,
    PROGRAMS_READ,
    SETTING,
    STAFF,
    VIEWED,
    Scopes,
    of,
    program,
    to_programs,
    web,
)

# Bob of sales is in charge of the public one.
_MANAGED: Scopes = {**EDITED, "public": of("login", 403, IN, 403, IN, IN)}
_API_MANAGED: Scopes = {**API_EDITED, "public": to_programs(*OUTSIDE, 403, IN, 403, IN, IN)}

# --- settings --------------------------------------------------------------------------------------------------------
for _page in ("personas/", "pipelines/"):
    web(f"crm/settings/{_page}", "GET", ADMIN)
    web(f"crm/settings/{_page}add/", "GET POST", ADMIN)
    web(f"crm/settings/{_page}order/", "POST", ADMIN)
web("crm/settings/personas/<int:persona_id>/", "GET POST", SETTING)
web("crm/settings/personas/<int:persona_id>/retire/", "POST", SETTING)
_PIPELINE = "crm/settings/pipelines/<int:pipeline_id>/"
web(_PIPELINE, "GET", SETTING)
web(f"{_PIPELINE}edit/", "GET POST", SETTING)
web(f"{_PIPELINE}retire/", "POST", SETTING)
web(f"{_PIPELINE}stages/add/", "GET POST", SETTING)
web(f"{_PIPELINE}stages/order/", "POST", SETTING)
web(f"{_PIPELINE}stages/<int:stage_id>/", "GET POST", SETTING)
web(f"{_PIPELINE}stages/<int:stage_id>/retire/", "GET POST", SETTING)

# --- boards: shown to whoever works here, moved by whoever manages a contact ----------------------------------------
_BOARD: Scopes = {"all": STAFF, "absent": NO_STAFF}
web("crm/journeys/", "GET", STAFF)
web("crm/journeys/<int:pipeline_id>/", "GET", _BOARD)
web("crm/journeys/<int:pipeline_id>/<int:entity_id>/move/", "GET POST", _MANAGED)
_CONTACT = "crm/contacts/<int:entity_id>/personas/"
web(_CONTACT, "GET POST", _MANAGED)
web(f"{_CONTACT}<int:persona_id>/convert/", "POST", _MANAGED)
web("crm/contacts/<int:entity_id>/journeys/", "GET", VIEWED)
web("crm/journeys/chosen/<slug:action>/", "POST", STAFF, action="persona")

# --- programs --------------------------------------------------------------------------------------------------------
program("journeys", "GET", PROGRAMS_READ)
program("journeys/steps", "GET", PROGRAMS_READ)
_RELATION = "journeys/contacts/<contact_id>"
program(_RELATION, "GET", API_VIEWED)
program(f"{_RELATION}/personas", "POST", _API_MANAGED, {"personas": ["lead"]})
program(f"{_RELATION}/stage", "POST", _API_MANAGED, {"stage_id": 1})
