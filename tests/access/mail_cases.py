"""What everybody meets at the doors of mail and voice."""

from __future__ import annotations

from tests.access.matrix import (
    BOB_OF_STAFF,
    IN,
    NO_STAFF,
    OUTSIDE,
    OWN_OF_STAFF,
    PROGRAMS_WRITE,
    STAFF,
    VIEWED,
    Scopes,
    add,
    of,
    program,
    to_programs,
    web,
)

# --- mail: voice: bob's voicemail ------------------------------------------------------------------------------------
web("mail/voicemails/", "GET", STAFF)
_BOBS_VOICE: Scopes = {"public": BOB_OF_STAFF, "absent": NO_STAFF}
web("mail/voicemails/<int:voicemail_id>/sound/", "GET", _BOBS_VOICE)
web("mail/voicemails/<int:voicemail_id>/hear/", "POST", _BOBS_VOICE)
web("mail/voicemails/<int:voicemail_id>/return/", "POST", _BOBS_VOICE)
web("mail/voicemails/<int:voicemail_id>/comment/", "GET", _BOBS_VOICE)
web("mail/voicemails/<int:voicemail_id>/comment/", "POST", _BOBS_VOICE, {"comment": "Call back"})
program("calls", "POST", PROGRAMS_WRITE, {"number": "1", "occurred_at": "2026-11-02T09:00:00Z"})
program("voicemails", "POST", PROGRAMS_WRITE)
# --- mail: templates --------------------------------------------------------------------------------------------------
web("mail/documents/contact/<int:entity_id>/<slug:key>/", "POST", VIEWED, key="customer_sheet")
web("contacts/<int:entity_id>/sheet/", "GET", VIEWED)
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
web("mail/bulk/put-back/", "POST", STAFF)
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
    "mail": to_programs(*OUTSIDE, 403, IN, 404, 404, 404),
    "absent": to_programs(*OUTSIDE, 403, 404, 404, 404, 404),
}
program("messages", "GET", PROGRAMS_WRITE)  # as for writing: the token of the reader lacks its scope
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
program(
    "messages", "POST", PROGRAMS_WRITE, {"template": "none", "recipients": ["a@example.com"], "idempotency_key": "1"}
)
_API_SENT = to_programs(*OUTSIDE, 403, IN, 404, 404, 404)
program(
    "messages/<message_id>/proof",
    "GET",
    {"bob's sent mail": _API_SENT, "absent": to_programs(*OUTSIDE, 403, 404, 404, 404, 404)},
)
