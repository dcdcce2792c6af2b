"""What everybody meets at the doors of core, accounts, contacts and the history."""

from __future__ import annotations

from typing import Any

from tests.access.matrix import (
    ADMIN,
    API_ROLES,
    BOB,
    BOB_OF_STAFF,
    EDITED,
    IN,
    MANAGED,
    MANAGERS,
    NO_ADMIN,
    NO_STAFF,
    NOBODY,
    NOTE,
    OPEN,
    OPEN_TO_PROGRAMS,
    OUTSIDE,
    OWN,
    OWN_OF_STAFF,
    PART_EDITED,
    PART_VIEWED,
    PROGRAMS_READ,
    PROGRAMS_WRITE,
    SETTING,
    SIGNED_IN,
    STAFF,
    TASK,
    USER_MADE,
    VIEWED,
    Expected,
    Scopes,
    add,
    everybody,
    of,
    program,
    to_programs,
    web,
)

# --- the frame --------------------------------------------------------------------------------------------------------
web("", "GET", SIGNED_IN)
web("search/", "GET", STAFF)
web("shortcuts/", "GET", SIGNED_IN)
web("components/", "GET", of("login", 404, 404, 404, 404, IN))
web("theme/", "POST", OPEN)
web("language/", "GET POST", OPEN)
for _page in ("offline/", "manifest.webmanifest", "favicon.ico", "brand.css", "sw.js", "healthz", "readyz"):
    web(_page, "GET", OPEN)
web("operations/", "GET", SIGNED_IN)
web("operations/<int:operation_id>/", "GET", OWN)
web("operations/<int:operation_id>/undo/", "POST", OWN)
web("operations/<int:operation_id>/cancel/", "POST", OWN)

# --- lists: their dialogs are for whoever may see the list ------------------------------------------------------------
_LIST = of("login", 404, IN, IN, IN, IN)
web("lists/<str:key>/filters/", "GET", _LIST, key="contacts.entities")
web("lists/<str:key>/columns/", "GET POST", _LIST, key="contacts.entities")
web("lists/<str:key>/visit/", "POST", _LIST, key="contacts.entities")
web("lists/<str:key>/views/", "GET POST", _LIST, key="contacts.entities")
web("lists/<str:key>/views/restore/", "POST", _LIST, key="contacts.entities")
_VIEW: Scopes = {"all": BOB, "shared view": BOB, "absent": NOBODY}
web("lists/<str:key>/views/<int:view_id>/", "GET POST", _VIEW, key="contacts.entities")
web("lists/<str:key>/views/<int:view_id>/remove/", "POST", _VIEW, key="contacts.entities")

# --- users ------------------------------------------------------------------------------------------------------------
web("accounts/preferences/", "GET POST", SIGNED_IN)
web("accounts/security/", "GET", SIGNED_IN)
web("accounts/email/", "GET POST PUT PATCH DELETE", SIGNED_IN)  # leads away, whatever is asked
web("accounts/tokens/", "GET", STAFF)
web("accounts/tokens/new/", "GET POST", STAFF)
web("accounts/tokens/<int:token_id>/revoke/", "POST", OWN_OF_STAFF)
web("accounts/audit/", "GET", MANAGERS)
web("accounts/users/", "GET", ADMIN)
web("accounts/users/pick/", "GET", STAFF)
web("accounts/users/new/", "GET POST", ADMIN)
web("accounts/users/<int:user_id>/", "GET POST", SETTING)
for _act in ("deactivate", "reactivate", "invite", "sign-out"):
    web(f"accounts/users/<int:user_id>/{_act}/", "POST", SETTING)

# --- contacts ---------------------------------------------------------------------------------------------------------
web("contacts/", "GET", STAFF)
web("contacts/list/<slug:tab>/", "GET", STAFF, tab="all")
web("contacts/new/", "GET POST", STAFF)
web("contacts/pick/", "GET", STAFF)
web("contacts/mail/", "POST", STAFF)
web("contacts/print/", "POST", STAFF)
web("contacts/bulk/<slug:action>/", "POST", STAFF, action="folder")
_C = "contacts/<int:entity_id>/"
web(_C, "GET", VIEWED)
web(f"{_C}<slug:tab>/", "GET", VIEWED, tab="details")
web(f"{_C}edit/<slug:section>/", "GET POST", EDITED, section="notes")
web(f"{_C}trash/", "POST", EDITED)
web(f"{_C}restore/", "POST", EDITED)
web(f"{_C}more/", "GET", VIEWED)
web(f"{_C}seen/", "POST", VIEWED)
web(f"{_C}favourite/", "POST", VIEWED)
web(f"{_C}clip/", "POST", VIEWED)
for _page, _methods in (("", "GET"), ("add/", "POST"), ("remove/", "POST"), ("put-back/", "POST"), ("number/", "GET")):
    web(f"contacts/clipboard/{_page}", _methods, STAFF)
web(f"{_C}units/new/", "GET POST", EDITED)
web(f"{_C}units/<int:unit_id>/", "GET POST", PART_EDITED)
web(f"{_C}units/<int:unit_id>/primary/", "POST", PART_EDITED)
web(f"{_C}units/<int:unit_id>/remove/", "POST", PART_EDITED)
web(f"{_C}emails/<int:email_id>/mailings/", "POST", PART_EDITED)
web(f"{_C}links/<int:link_id>/reveal/", "POST", PART_EDITED)
web(f"{_C}jobs/new/", "GET POST", EDITED)
web(f"{_C}jobs/<int:relationship_id>/", "GET POST", PART_EDITED, relationship_id="job_id")
web(f"{_C}relationships/new/", "GET POST", EDITED)
web(f"{_C}relationships/<int:relationship_id>/", "GET POST", PART_EDITED)
web(f"{_C}relationships/<int:relationship_id>/remove/", "POST", PART_EDITED)
web(f"{_C}photo.jpg", "GET", VIEWED)
web(f"{_C}photo/", "GET POST", EDITED)
web(f"{_C}photo/remove/", "POST", EDITED)
web(f"{_C}files/add/", "POST", EDITED)
web(f"{_C}files/<int:attachment_id>/", "GET", PART_VIEWED)
web(f"{_C}files/<int:attachment_id>/remove/", "POST", PART_EDITED)
web(f"{_C}qr/", "GET", VIEWED)
web(f"{_C}print/", "GET", VIEWED)
web(f"{_C}vcard/", "GET", EDITED)  # who may edit in these folders may export from them
web(f"{_C}user/", "GET POST", USER_MADE)
web(f"{_C}chart/", "GET", VIEWED)
web(f"{_C}graph/", "GET", VIEWED)
web("contacts/trash/", "GET", STAFF)
web("contacts/trash/restore/", "POST", STAFF)
web("activities/of/<int:entity_id>/", "GET", VIEWED)
web("activities/all/", "GET", STAFF)
web("activities/visit/", "POST", STAFF)
web("activities/print/", "POST", STAFF)
_PRINT: Scopes = {"print": BOB_OF_STAFF, "absent": NO_STAFF}
web("activities/print/<int:operation_id>/", "GET", _PRINT)
web("activities/print/<int:operation_id>/agenda.pdf", "GET", _PRINT)
web("activities/of/<int:entity_id>/add/", "GET POST", VIEWED)
web("activities/of/<int:entity_id>/next-step/", "GET", VIEWED)
web("activities/of/<int:entity_id>/next-step/plan/", "GET POST", VIEWED)
web("activities/of/<int:entity_id>/call/", "GET POST", VIEWED)
web("activities/<int:activity_id>/pin/", "POST", VIEWED)
web("activities/<int:activity_id>/files/<int:file_id>/", "GET", VIEWED)
web("activities/kinds/", "GET", ADMIN)
web("activities/kinds/new/", "GET POST", ADMIN)
web("activities/kinds/<int:kind_id>/", "GET", SETTING)
web("activities/kinds/<int:kind_id>/edit/", "GET POST", SETTING)
web("activities/kinds/<int:kind_id>/retire/", "POST", SETTING)
web("activities/kinds/<int:kind_id>/fields/add/", "GET POST", SETTING)
web("activities/kinds/<int:kind_id>/fields/order/", "POST", SETTING)
_KIND_FIELD: Scopes = {"kind field": ADMIN, "all": NO_ADMIN, "absent": NO_ADMIN}  # "all": a field of people
web("activities/kinds/<int:kind_id>/fields/<int:field_id>/", "GET POST", _KIND_FIELD)
web("activities/kinds/<int:kind_id>/fields/<int:field_id>/retire/", "POST", _KIND_FIELD)
_ENTRY_CATEGORY: Scopes = {"entry category": ADMIN, "absent": NO_ADMIN}
web("activities/categories/new/", "GET POST", ADMIN)
web("activities/categories/<int:category_id>/", "GET POST", _ENTRY_CATEGORY)
web("activities/categories/<int:category_id>/remove/", "POST", _ENTRY_CATEGORY)
web("activities/<int:activity_id>/edit/", "GET POST", NOTE)
web("activities/<int:activity_id>/remove/", "POST", NOTE)
web("activities/<int:activity_id>/files/<int:file_id>/remove/", "POST", NOTE)
web("activities/unplanned/", "GET", STAFF)
web("activities/unplanned/all/", "GET", STAFF)
web("activities/tasks/", "GET", STAFF)
for _view in ("of", "list", "board"):
    web(f"activities/tasks/{_view}/<slug:whose>/", "GET", STAFF, whose="all")
web("activities/tasks/bulk/<slug:action>/", "POST", STAFF, action="complete")
web("activities/tasks/new/", "GET POST", STAFF)
_T = "activities/tasks/<int:task_id>/"
web(_T, "GET", VIEWED)
for _act in ("edit", "snooze", "move"):
    web(f"{_T}{_act}/", "GET POST", TASK)
for _act in (
    "complete",
    "reopen",
    "cancel",
    "take",
    "items/add",
    "items/<int:item_id>/tick",
    "items/<int:item_id>/remove",
):
    web(f"{_T}{_act}/", "POST", TASK)

web("activities/calendar/", "GET", STAFF)
web("activities/calendar/events/", "GET", STAFF)
web("activities/meetings/new/", "GET POST", STAFF)
web("activities/calendar/feed/", "GET POST", STAFF)
web("activities/calendar/import/", "GET POST", STAFF)
web("activities/feed/<str:token>.ics", "GET", of(404, 404, 404, 404, 404, 404), token="guessed")
web("activities/meetings/<int:meeting_id>.ics", "GET", VIEWED)
_M = "activities/meetings/<int:meeting_id>/"
web(_M, "GET", VIEWED)
for _act, _methods in (("edit", "GET POST"), ("move", "GET POST"), ("cancel", "GET POST")):
    web(f"{_M}{_act}/", _methods, NOTE)  # bob's: whoever sees the contact knows of it, he and administrators change it
web(f"{_M}answer/", "POST", VIEWED)
web("activities/notices/", "GET", STAFF)
web("activities/notices/bell/", "GET", STAFF)
web("activities/notices/read/", "POST", STAFF)
web("activities/notices/preferences/", "GET POST", STAFF)
web("activities/notices/<int:notice_id>/read/", "POST", OWN_OF_STAFF)
web("activities/notices/<int:notice_id>/open/", "POST", OWN_OF_STAFF)
web("activities/<int:activity_id>/reminders/", "GET POST", VIEWED)
web("activities/log/", "GET", ADMIN)
web("activities/log/export/", "POST", ADMIN)
_LOG = of("login", 403, 403, 403, 404, IN)
_NO_LOG = of("login", 403, 403, 403, 404, 404)
_LOG_OF: Scopes = {"public": MANAGERS, "restricted": _LOG, "category": _LOG, "personal": _NO_LOG, "absent": _NO_LOG}
web("activities/log/of/<int:entity_id>/", "GET", _LOG_OF)
web("activities/push/", "POST", STAFF)
web("activities/push/stop/", "POST", STAFF)
web("activities/watch/<int:entity_id>/", "GET POST", VIEWED)
web("activities/watch/<int:entity_id>/stop/", "POST", VIEWED)

# --- import and export ------------------------------------------------------------------------------------------------
web("contacts/import/", "GET POST", STAFF)
web("contacts/import/<int:import_id>/", "GET POST", OWN_OF_STAFF)
web("contacts/import/<int:import_id>/rejections.csv", "GET", OWN_OF_STAFF)
web("contacts/import/<int:import_id>/review/", "GET POST", OWN_OF_STAFF)
web("contacts/export/", "GET POST", STAFF)
web("contacts/export/<slug:ticket>/", "GET", NO_STAFF, ticket="none")

# --- settings of contacts ---------------------------------------------------------------------------------------------
_S = "contacts/settings/"
web(f"{_S}summary/", "GET POST", ADMIN)
web(f"{_S}folders/", "GET", STAFF)
web(f"{_S}folders/add/", "GET POST", STAFF)
web(f"{_S}folders/<int:folder_id>/", "GET POST", MANAGED)
web(f"{_S}folders/<int:folder_id>/rights/", "GET POST", {**MANAGED, "personal": of("login", 403, 403, 404, 404, 404)})
web(f"{_S}folders/<int:folder_id>/remove/", "POST", MANAGED)
for _things, _one in (("categories", "category"), ("fields", "field"), ("relationships", "type")):
    web(f"{_S}{_things}/", "GET", ADMIN)
    web(f"{_S}{_things}/add/", "GET POST", ADMIN)
    web(f"{_S}{_things}/<int:{_one}_id>/", "GET POST", SETTING)
    web(f"{_S}{_things}/<int:{_one}_id>/{'remove' if _one == 'category' else 'retire'}/", "POST", SETTING)
web(f"{_S}fields/order/", "POST", ADMIN)

# --- sign-in, second factors and sessions: allauth's pages, each about whoever asks -----------------------------------
_A = "accounts/"


def allauth(route: str, methods: str, may: Expected) -> None:
    add("allauth", _A + route, methods, may)


for _page in ("login/", "signup/", "password/reset/"):
    allauth(_page, "GET POST", OPEN)
for _page in ("login/code/confirm/", "2fa/authenticate/", "2fa/webauthn/login/"):
    allauth(_page, "GET POST", SIGNED_IN)  # without a sign-in under way, back to its start
for _page in ("password/reset/done/", "password/reset/key/done/", "inactive/", "confirm-email/"):
    allauth(_page, "GET", OPEN)
allauth(r"^confirm-email/(?P<key>[-:\w]+)/$", "GET", OPEN)
allauth(r"^confirm-email/(?P<key>[-:\w]+)/$", "POST", of(404, 404, 404, 404, 404, 404))
allauth("^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$", "GET POST", OPEN)
allauth("logout/", "GET POST", OPEN)
for _page in ("reauthenticate/", "password/change/", "password/set/", "sessions/", "2fa/reauthenticate/"):
    allauth(_page, "GET POST", SIGNED_IN)
for _page in ("totp/activate/", "recovery-codes/generate/", "webauthn/add/", "webauthn/reauthenticate/"):
    allauth(f"2fa/{_page}", "GET POST", SIGNED_IN)
for _page in ("", "webauthn/"):
    allauth(f"2fa/{_page}", "GET", SIGNED_IN)
allauth("2fa/totp/deactivate/", "GET POST", NOBODY)  # nobody here has any of these
for _page in ("recovery-codes/", "recovery-codes/download/"):
    allauth(f"2fa/{_page}", "GET", NOBODY)
allauth("2fa/webauthn/keys/<int:pk>/remove/", "GET POST", NOBODY)
allauth("2fa/webauthn/keys/<int:pk>/edit/", "GET POST", NOBODY)

# --- Django's admin: one way in, for administrators -------------------------------------------------------------------
_SITE = of("login", "login", "login", "login", "login", IN)
_CLOSED = of("login", "login", "login", "login", "login", 403)
_NOWHERE = of("login", "login", "login", "login", "login", 404)


def site(route: str, methods: str, may: Expected, **values: Any) -> None:
    add("admin", f"admin/{route}", methods, may, **values)


site("", "GET", _SITE)
site("login/", "GET POST", of("login", 403, 403, 403, 403, IN))
site("logout/", "POST", OPEN)
site("password_change/", "GET POST", _SITE)
site("password_change/done/", "GET", _SITE)
site("autocomplete/", "GET", _CLOSED)  # says what it completes, or nothing
site("jsi18n/", "GET", _SITE)
site("r/<path:content_type_id>/<path:object_id>/", "GET", _NOWHERE, content_type_id="1", object_id="1")
site("^(?P<app_label>accounts|auth|messaging|crm|sync)/$", "GET", _SITE, app_label="accounts")
site("(?P<url>.*)$", "GET", _NOWHERE, url="nothing/")
_MODELS = {
    "accounts/user": ("user_id", "change"),
    "auth/group": ("group_id", "add change delete"),
    "accounts/team": ("team_id", "add change delete"),
    "accounts/apitoken": ("token_id", ""),
    "accounts/auditevent": ("event_id", ""),
    "messaging/mailaccount": ("mailbox_id", ""),
    "crm/plant": ("plant_id", "add change"),
    "sync/source": ("source_id", "add change"),
}
for _model, (_id, _allowed) in _MODELS.items():
    site(f"{_model}/", "GET POST", _SITE)
    site(f"{_model}/add/", "GET POST", _SITE if "add" in _allowed else _CLOSED)
    site(f"{_model}/<path:object_id>/history/", "GET POST", _SITE, object_id=_id)
    site(f"{_model}/<path:object_id>/delete/", "GET POST", _SITE if "delete" in _allowed else _CLOSED, object_id=_id)
    site(f"{_model}/<path:object_id>/change/", "GET", _SITE, object_id=_id)
    site(f"{_model}/<path:object_id>/change/", "POST", _SITE if "change" in _allowed else _CLOSED, object_id=_id)
    site(f"{_model}/<path:object_id>/", "GET", _SITE, object_id=_id)

# --- the API: bearer tokens, never cookies ----------------------------------------------------------------------------
API_VIEWED: Scopes = {
    "public": PROGRAMS_READ,
    "restricted": to_programs(*OUTSIDE, IN, IN, 404, 404, IN),
    "personal": to_programs(*OUTSIDE, IN, IN, 404, 404, 404),
    "category": to_programs(*OUTSIDE, IN, IN, 404, 404, IN),
    "absent": to_programs(*OUTSIDE, 404, 404, 404, 404, 404),
}
API_EDITED: Scopes = {
    "public": PROGRAMS_WRITE,
    "restricted": to_programs(*OUTSIDE, 403, 403, 404, 404, IN),
    "personal": to_programs(*OUTSIDE, 403, IN, 404, 404, 404),
    "category": to_programs(*OUTSIDE, 403, IN, 404, 404, IN),
    "absent": to_programs(*OUTSIDE, 403, 404, 404, 404, 404),
}
_API_PART: Scopes = {**API_EDITED, "strange part": API_EDITED["absent"]}

web("api/v1/docs/", "GET", SIGNED_IN)
program("openapi.json", "GET", OPEN_TO_PROGRAMS)
program("", "GET", dict.fromkeys(API_ROLES, 404))
program("contacts", "GET", PROGRAMS_READ)
program("contacts", "POST", PROGRAMS_WRITE, {"first_name": "Iryna"})
program("contacts/<contact_id>", "GET", API_VIEWED)
program("contacts/<contact_id>", "PATCH", API_EDITED, {"nickname": "Olya"})
program("contacts/<contact_id>", "DELETE", API_EDITED)
program("contacts/<contact_id>/restore", "POST", API_EDITED)
_PARTS = {
    "units": {"city": "Odesa"},
    "emails": {"address": "iryna@example.com"},
    "phones": {"raw": "+380 44 765 43 21"},
    "links": {"url": "https://example.com"},
}
for _part, _data in _PARTS.items():
    program(f"contacts/<contact_id>/{_part}", "POST", API_EDITED, _data)
    program(f"contacts/<contact_id>/{_part}/<{_part[:-1]}_id>", "DELETE", _API_PART)
program("activities", "GET", PROGRAMS_READ)
program("activities/<activity_id>", "GET", API_VIEWED)
# A contact of theirs that nobody here knows: what is wrong is said to whoever may write.
program("activities/notes", "POST", PROGRAMS_WRITE, {"contact_id": 1, "text": "Wants oak"})
program("activities/calls", "POST", PROGRAMS_WRITE, {"contact_id": 1, "occurred_at": "2026-11-02T09:00:00Z"})
_API_TASK: Scopes = {
    **API_EDITED,
    "public": to_programs(*OUTSIDE, 403, IN, 403, IN, IN),
    "restricted": to_programs(*OUTSIDE, 403, 403, 404, 404, IN),
}
program("tasks", "GET", PROGRAMS_READ)
program("tasks", "POST", PROGRAMS_WRITE, {"subject": "Send the offer"})
program("tasks/<task_id>", "GET", API_VIEWED)
program("tasks/<task_id>", "PATCH", _API_TASK, {"subject": "Send two"})
for _act in ("complete", "reopen", "cancel"):
    program(f"tasks/<task_id>/{_act}", "POST", _API_TASK)
# Bob's meeting, to which nobody was asked.
_API_NOTE: Scopes = {**_API_TASK, "public": to_programs(*OUTSIDE, 403, IN, 403, 403, IN)}
_API_ASKED: Scopes = {
    "public": to_programs(*OUTSIDE, 403, 403, 403, 403, 403),
    "restricted": to_programs(*OUTSIDE, 403, 403, 404, 404, 403),
    "absent": API_EDITED["absent"],
}
program("meetings", "GET", PROGRAMS_READ)
program("meetings", "POST", PROGRAMS_WRITE, {"subject": "Measure", "starts_at": "2026-11-10T10:00:00Z"})
program("meetings/<meeting_id>", "GET", API_VIEWED)
program("meetings/<meeting_id>", "PATCH", _API_NOTE, {"place": "Site"})
program("meetings/<meeting_id>/cancel", "POST", _API_NOTE)
program("meetings/<meeting_id>/answer", "POST", _API_ASKED, {"answer": "accepted"})

# --- live events: answered in front of Django; the scope is what one wants to hear ------------------------------------
_HEARD = of(403, 403, IN, 403, 403, 403)
for _channel in ("user:{user_id}", "operation:{operation_id}"):  # bob's
    add("live", "live/", "GET", {_channel: _HEARD})
add("live", "live/", "GET", {"nothing:1": everybody(403)})
add("live", "live/", "GET", {"history:{hidden_id}": _HEARD, "history:{entity_id}": of(403, 403, IN, IN, IN, IN)})
