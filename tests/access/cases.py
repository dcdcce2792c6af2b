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

ROLES = ("anonymous", "dealer", "sales", "content", "manager", "admin")
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


def of(*outcomes: Outcome) -> Expected:
    """One outcome for each of ROLES."""
    return dict(zip(ROLES, outcomes, strict=True))


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

_SALES_ONLY = of("login", 403, IN, 404, 404, IN)
_HIDDEN: dict[str, Expected] = {"personal": BOB_OF_STAFF, "category": _SALES_ONLY, "absent": NO_STAFF}
VIEWED: Scopes = {"public": STAFF, "restricted": _SALES_ONLY, **_HIDDEN}
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
    "category": _SALES_ONLY,
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
            CASES[key] = Case(door, method, route, scope, expected, values, data)


def web(route: str, methods: str, may: Expected | Scopes, data: Any = None, **values: Any) -> None:
    add("web", route, methods, may, data, **values)


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
web(f"{_C}units/new/", "GET POST", EDITED)
web(f"{_C}units/<int:unit_id>/", "GET POST", PART_EDITED)
web(f"{_C}units/<int:unit_id>/primary/", "POST", PART_EDITED)
web(f"{_C}units/<int:unit_id>/remove/", "POST", PART_EDITED)
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
site("^(?P<app_label>accounts|auth|messaging)/$", "GET", _SITE, app_label="accounts")
site("(?P<url>.*)$", "GET", _NOWHERE, url="nothing/")
_MODELS = {
    "accounts/user": ("user_id", "change"),
    "auth/group": ("group_id", "add change delete"),
    "accounts/team": ("team_id", "add change delete"),
    "accounts/apitoken": ("token_id", ""),
    "accounts/auditevent": ("event_id", ""),
    "messaging/mailaccount": ("mailbox_id", ""),
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
# "cookie" is a signed-in administrator without a token, "reader" a token of bob's that may only read.
API_ROLES = ("anonymous", "cookie", "dealer", "reader", "sales", "content", "manager", "admin")


def to_programs(*outcomes: Outcome) -> Expected:
    return dict(zip(API_ROLES, outcomes, strict=True))


_OUT = (401, 401, 401)
_READ = to_programs(*_OUT, IN, IN, IN, IN, IN)
_WRITE = to_programs(*_OUT, 403, IN, IN, IN, IN)
OPEN_TO_PROGRAMS = to_programs(*[IN] * len(API_ROLES))
_API_VIEWED: Scopes = {
    "public": _READ,
    "restricted": to_programs(*_OUT, IN, IN, 404, 404, IN),
    "personal": to_programs(*_OUT, IN, IN, 404, 404, 404),
    "category": to_programs(*_OUT, IN, IN, 404, 404, IN),
    "absent": to_programs(*_OUT, 404, 404, 404, 404, 404),
}
_API_EDITED: Scopes = {
    "public": _WRITE,
    "restricted": to_programs(*_OUT, 403, 403, 404, 404, IN),
    "personal": to_programs(*_OUT, 403, IN, 404, 404, 404),
    "category": to_programs(*_OUT, 403, IN, 404, 404, IN),
    "absent": to_programs(*_OUT, 403, 404, 404, 404, 404),
}
_API_PART: Scopes = {**_API_EDITED, "strange part": _API_EDITED["absent"]}


def program(route: str, methods: str, may: Expected | Scopes, data: Any = None) -> None:
    add("api", f"api/v1/{route}", methods, may, data)


web("api/v1/docs/", "GET", SIGNED_IN)
program("openapi.json", "GET", OPEN_TO_PROGRAMS)
program("", "GET", to_programs(*[404] * len(API_ROLES)))
program("contacts", "GET", _READ)
program("contacts", "POST", _WRITE, {"first_name": "Iryna"})
program("contacts/<contact_id>", "GET", _API_VIEWED)
program("contacts/<contact_id>", "PATCH", _API_EDITED, {"nickname": "Olya"})
program("contacts/<contact_id>", "DELETE", _API_EDITED)
program("contacts/<contact_id>/restore", "POST", _API_EDITED)
_PARTS = {
    "units": {"city": "Odesa"},
    "emails": {"address": "iryna@example.com"},
    "phones": {"raw": "+380 44 765 43 21"},
    "links": {"url": "https://example.com"},
}
for _part, _data in _PARTS.items():
    program(f"contacts/<contact_id>/{_part}", "POST", _API_EDITED, _data)
    program(f"contacts/<contact_id>/{_part}/<{_part[:-1]}_id>", "DELETE", _API_PART)
program("activities", "GET", _READ)
program("activities/<activity_id>", "GET", _API_VIEWED)
# A contact of theirs that nobody here knows: what is wrong is said to whoever may write.
program("activities/notes", "POST", _WRITE, {"contact_id": 1, "text": "Wants oak"})
program("activities/calls", "POST", _WRITE, {"contact_id": 1, "occurred_at": "2026-11-02T09:00:00Z"})
_API_TASK: Scopes = {
    **_API_EDITED,
    "public": to_programs(*_OUT, 403, IN, 403, IN, IN),
    "restricted": to_programs(*_OUT, 403, 403, 404, 404, IN),
}
program("tasks", "GET", _READ)
program("tasks", "POST", _WRITE, {"subject": "Send the offer"})
program("tasks/<task_id>", "GET", _API_VIEWED)
program("tasks/<task_id>", "PATCH", _API_TASK, {"subject": "Send two"})
for _act in ("complete", "reopen", "cancel"):
    program(f"tasks/<task_id>/{_act}", "POST", _API_TASK)

# --- live events: answered in front of Django; the scope is what one wants to hear ------------------------------------
_HEARD = of(403, 403, IN, 403, 403, 403)
for _channel in ("user:{user_id}", "operation:{operation_id}"):  # bob's
    add("live", "live/", "GET", {_channel: _HEARD})
add("live", "live/", "GET", {"nothing:1": of(*[403] * len(ROLES))})
add("live", "live/", "GET", {"history:{hidden_id}": _HEARD, "history:{entity_id}": of(403, 403, IN, IN, IN, IN)})

# --- mail: voice: bob's voicemail ------------------------------------------------------------------------------------
web("mail/voicemails/", "GET", STAFF)
_BOBS_VOICE: Scopes = {"public": BOB_OF_STAFF, "absent": NO_STAFF}
web("mail/voicemails/<int:voicemail_id>/sound/", "GET", _BOBS_VOICE)
web("mail/voicemails/<int:voicemail_id>/hear/", "POST", _BOBS_VOICE)
web("mail/voicemails/<int:voicemail_id>/return/", "POST", _BOBS_VOICE)
web("mail/voicemails/<int:voicemail_id>/comment/", "GET", _BOBS_VOICE)
web("mail/voicemails/<int:voicemail_id>/comment/", "POST", _BOBS_VOICE, {"comment": "Call back"})
program("calls", "POST", _WRITE, {"number": "1", "occurred_at": "2026-11-02T09:00:00Z"})
program("voicemails", "POST", _WRITE)
# --- mail: templates --------------------------------------------------------------------------------------------------
web("mail/documents/contact/<int:entity_id>/<slug:key>/", "POST", VIEWED, key="customer_sheet")
web("mail/documents/contacts/", "POST", STAFF)
_DOCUMENT: Scopes = {"document": BOB_OF_STAFF, "absent": NO_STAFF}
web("mail/documents/<int:operation_id>/", "GET", _DOCUMENT)
web("mail/documents/<int:operation_id>/document.pdf", "GET", _DOCUMENT)
web("mail/templates/", "GET", STAFF)
web("mail/templates/new/", "GET POST", STAFF)
_HOUSE = of("login", 403, 403, 403, IN, IN)
_READ_TEMPLATE: Scopes = {"template": STAFF, "own template": BOB_OF_STAFF, "absent": NO_STAFF}
_EDIT_TEMPLATE: Scopes = {**_READ_TEMPLATE, "template": _HOUSE}
web("mail/templates/<int:template_id>/", "GET", _READ_TEMPLATE)
web("mail/templates/<int:template_id>/", "POST", _EDIT_TEMPLATE, {"seen": "1", "subject": "Hello", "body": "<p>x</p>"})
web("mail/templates/<int:template_id>/preview/", "POST", _READ_TEMPLATE)
web("mail/templates/<int:template_id>/settings/", "GET", _READ_TEMPLATE)
web(
    "mail/templates/<int:template_id>/settings/",
    "POST",
    _EDIT_TEMPLATE,
    {"name": "Offer", "category": "free", "context_type": "contacts.entity"},
)
web("mail/templates/<int:template_id>/copy/", "POST", _READ_TEMPLATE)
web("mail/templates/<int:template_id>/retire/", "POST", _EDIT_TEMPLATE)
web("mail/templates/<int:template_id>/restore/", "POST", _EDIT_TEMPLATE)
_VERSION: Scopes = {**_EDIT_TEMPLATE, "strange version": NO_STAFF}
web("mail/templates/<int:template_id>/versions/<int:version_id>/restore/", "POST", _VERSION)
# --- mail: reading ----------------------------------------------------------------------------------------------------
web("mail/", "GET", STAFF)
web("mail/unread/", "GET", STAFF)
for _act in ("bulk/snooze/", "bulk/assign/"):
    web(f"mail/{_act}", "POST", STAFF)
web("mail/bulk/<slug:act>/", "POST", STAFF, act="archive")
web("mail/report/", "GET", STAFF)
web("mail/report.csv", "GET", STAFF)
web("mail/of/<int:entity_id>/", "GET", VIEWED)
web("mail/pictures/<str:token>/", "GET", of(404, 404, 404, 404, 404, 404), token="guessed")
_THREAD = "mail/threads/<int:thread_id>/"  # of bob's own mailbox: not even an administrator sees it
web(_THREAD, "GET", OWN_OF_STAFF)
web(f"{_THREAD}seen/", "POST", OWN_OF_STAFF)
web(f"{_THREAD}<slug:act>/", "POST", OWN_OF_STAFF, act="archive")
for _sheet in ("snooze", "assign", "share"):
    web(f"{_THREAD}{_sheet}/", "GET POST", OWN_OF_STAFF)
web(f"{_THREAD}share/<int:share_id>/stop/", "POST", OWN_OF_STAFF)
_MAIL = "mail/messages/<int:message_id>/"
for _part in ("frame", "raw", "download"):
    web(f"{_MAIL}{_part}/", "GET", OWN_OF_STAFF)
web(f"{_MAIL}attachments/<int:number>/", "GET", OWN_OF_STAFF, number=0)
for _sheet in ("file", "task", "meeting", "note"):
    web(f"{_MAIL}{_sheet}/", "GET POST", OWN_OF_STAFF)
web(f"{_MAIL}act/<slug:act>/", "POST", OWN_OF_STAFF, act="flag")
_API_MAIL: Scopes = {
    "mail": to_programs(*_OUT, 403, IN, 404, 404, 404),
    "absent": to_programs(*_OUT, 403, 404, 404, 404, 404),
}
program("messages", "GET", _WRITE)  # as for writing: the token of the reader lacks its scope
program("messages/<message_id>", "GET", _API_MAIL)
add("api", "api/v1/messages/<message_id>/attachments/<number>", "GET", _API_MAIL, number=0)
# --- mail: senders: bob's mailbox, its unknown sender and its blocked one --------------------------------------------
web("mail/unknown/", "GET", STAFF)
web("mail/unknown/<int:sender_id>/attach/", "GET POST", OWN_OF_STAFF)
web("mail/unknown/<int:sender_id>/<slug:act>/", "POST", OWN_OF_STAFF, act="ignore")
web("mail/unknown/blocked/<int:blocked_id>/remove/", "POST", OWN_OF_STAFF)

# --- mail: accounts ---------------------------------------------------------------------------------------------------
# Bob's own mailbox, and a shared one whose only member he is: managers and administrators look after that.
_SHARED_MAILBOX = of("login", 403, IN, 404, IN, IN)
_MAILBOX: Scopes = {**OWN_OF_STAFF, "shared mailbox": _SHARED_MAILBOX}
_MAILBOX_CHANGED: Scopes = {**OWN_OF_STAFF, "shared mailbox": of("login", 403, 403, 404, IN, IN)}
for _page in ("accounts/", "accounts/signed-in/"):
    web(f"mail/{_page}", "GET", STAFF)
web("mail/accounts/add/", "GET POST", STAFF)
web("mail/accounts/try/", "POST", STAFF)
web("mail/accounts/<int:account_id>/", "GET", _MAILBOX)
_FETCHED = of("login", 403, IN, 404, 403, 403)  # by who reads it
for _act in ("fetch", "measure", "fetch-missing"):
    web(f"mail/accounts/<int:account_id>/{_act}/", "POST", {**OWN_OF_STAFF, "shared mailbox": _FETCHED})
web("mail/accounts/<int:account_id>/edit/", "GET POST", _MAILBOX_CHANGED)
web("mail/accounts/<int:account_id>/sign-in/", "GET", _MAILBOX_CHANGED)
for _act in ("test", "folders", "close", "reopen"):
    web(f"mail/accounts/<int:account_id>/{_act}/", "POST", _MAILBOX_CHANGED)
# --- mail: writing ----------------------------------------------------------------------------------------------------
_DRAFT: Scopes = {"bob's draft": BOB_OF_STAFF, "absent": NO_STAFF}
_SENT: Scopes = {"bob's sent mail": BOB_OF_STAFF, "absent": NO_STAFF}
_MERGE: Scopes = {"bob's merge": BOB_OF_STAFF, "absent": NO_STAFF}
web("mail/compose/", "GET POST", STAFF)
web("mail/recipients/", "GET", STAFF)
web("mail/drafts/", "GET", STAFF)
web("mail/drafts/<int:draft_id>/", "GET POST", _DRAFT)
web("mail/drafts/<int:draft_id>/files/", "GET POST", _DRAFT)
web("mail/drafts/<int:draft_id>/files/<int:file_id>/", "GET", _DRAFT)
for _act in ("send", "discard", "restore", "template", "language", "files/<int:file_id>/remove"):
    web(f"mail/drafts/<int:draft_id>/{_act}/", "POST", _DRAFT)
web("mail/messages/<int:message_id>/reply/", "GET POST", _SENT)
for _act in ("undo", "send-again", "arrived"):
    web(f"mail/messages/<int:message_id>/{_act}/", "POST", _SENT)
web("mail/merges/begin/", "POST", STAFF)
web("mail/merges/<int:merge_id>/", "GET", _MERGE)
web("mail/merges/<int:merge_id>/start/", "POST", _MERGE)
web("mail/merges/<int:merge_id>/<slug:step>/", "POST", _MERGE, step="pause")
program("messages", "POST", _WRITE, {"template": "none", "recipients": ["a@example.com"], "idempotency_key": "1"})
_API_SENT = to_programs(*_OUT, 403, IN, 404, 404, 404)
program(
    "messages/<message_id>/proof",
    "GET",
    {"bob's sent mail": _API_SENT, "absent": to_programs(*_OUT, 403, 404, 404, 404, 404)},
)
