"""What everybody meets at the doors of opportunities: shown to who sees a contact of theirs, changed by who manages."""

from tests.access.matrix import (
    ADMIN,
    BOB_OF_STAFF,
    IN,
    NO_ADMIN,
    NO_STAFF,
    OUTSIDE,
    PROGRAMS_READ,
    PROGRAMS_WRITE,
    SETTING,
    STAFF,
    VIEWED,
    Scopes,
    of,
    program,
    to_programs,
    web,
)

_SEEN: Scopes = {"public": STAFF, "personal": BOB_OF_STAFF, "absent": NO_STAFF}
_MANAGED: Scopes = {**_SEEN, "public": of("login", 403, IN, 403, IN, IN)}
_NO_PROGRAM = to_programs(*OUTSIDE, 404, 404, 404, 404, 404)
_NO_WRITER = to_programs(*OUTSIDE, 403, 404, 404, 404, 404)
_API_SEEN: Scopes = {
    "public": PROGRAMS_READ,
    "personal": to_programs(*OUTSIDE, IN, IN, 404, 404, 404),
    "absent": _NO_PROGRAM,
}
_API_MANAGED: Scopes = {
    "public": to_programs(*OUTSIDE, 403, IN, 403, IN, IN),
    "personal": to_programs(*OUTSIDE, 403, IN, 404, 404, 404),
    "absent": _NO_WRITER,
}

# --- pages -----------------------------------------------------------------------------------------------------------
web("crm/opportunities/", "GET", STAFF)
web("crm/opportunities/add/", "GET POST", STAFF)
web("crm/opportunities/chosen/", "POST", STAFF)
web("crm/opportunities/board/", "GET", STAFF)
web("crm/opportunities/forecast/", "GET", STAFF)
web("crm/opportunities/download/<slug:kind>/", "GET", STAFF, kind="csv")
# The world's pipeline is one of journeys, which has no board here.
web("crm/opportunities/board/<int:pipeline_id>/", "GET", {"absent": NO_STAFF})
_ONE = "crm/opportunities/<int:opportunity_id>/"
web(_ONE, "GET", _SEEN)
web(f"{_ONE}edit/", "GET POST", _MANAGED)
web(f"{_ONE}move/", "GET POST", _MANAGED)
web(f"{_ONE}trash/", "POST", _MANAGED)
web(f"{_ONE}restore/", "POST", _MANAGED)
web("crm/opportunities/thrown-away/", "GET", STAFF)
web("crm/contacts/<int:entity_id>/opportunities/", "GET", VIEWED)

# --- settings --------------------------------------------------------------------------------------------------------
_REASONS = "crm/settings/lost-reasons/"
web(_REASONS, "GET", ADMIN)
web(f"{_REASONS}add/", "GET POST", ADMIN)
web(f"{_REASONS}order/", "POST", ADMIN)
web(f"{_REASONS}<int:reason_id>/", "GET POST", SETTING)
web(f"{_REASONS}<int:reason_id>/retire/", "POST", SETTING)

_OWN_FIELDS = "crm/settings/opportunity-fields/"
web(_OWN_FIELDS, "GET", ADMIN)
web(f"{_OWN_FIELDS}add/", "GET POST", ADMIN)
web(f"{_OWN_FIELDS}order/", "POST", ADMIN)
# The world's fields are those of contacts, which have doors of their own.
_FIELD: Scopes = {"all": NO_ADMIN, "absent": NO_ADMIN}
web(f"{_OWN_FIELDS}<int:field_id>/", "GET POST", _FIELD)
web(f"{_OWN_FIELDS}<int:field_id>/retire/", "POST", _FIELD)

# --- programs --------------------------------------------------------------------------------------------------------
program("opportunities", "GET", PROGRAMS_READ)
program("opportunities", "POST", PROGRAMS_WRITE, {"title": "Windows", "stage_id": 1})
program("opportunities/pipelines", "GET", PROGRAMS_READ)
program("opportunities/<opportunity_id>", "GET", _API_SEEN)
program("opportunities/<opportunity_id>", "PATCH", _API_MANAGED, {"source": "Fair"})
program("opportunities/<opportunity_id>/move", "POST", _API_MANAGED, {"stage_id": 1})
