"""What everybody meets at the doors of claims, talks, people, news and guide."""

from __future__ import annotations

from tests.access.crm_orders_cases import OWN_OF_DEALER, PORTAL
from tests.access.matrix import (
    ADMIN,
    IN,
    NO_ADMIN,
    NOBODY,
    OUTSIDE,
    PROGRAMS_WRITE,
    STAFF,
    Scopes,
    of,
    program,
    to_programs,
    web,
)

CLAIMS = of("login", 403, IN, 403, IN, IN)
CONTENT = of("login", 403, 403, IN, IN, IN)
_ABSENT = of("login", 403, 404, 403, 404, 404)
_OF_CLAIMS: Scopes = {"dealer": CLAIMS, "other_dealer": CLAIMS, "absent": _ABSENT}
_DECIDED: Scopes = {"dealer": of("login", 403, 403, 403, IN, IN), "absent": _ABSENT}
_WRITTEN: Scopes = {"dealer": CONTENT, "absent": of("login", 403, 403, 404, 404, 404)}
_ASSIGNED: Scopes = {"dealer": STAFF, "absent": of("login", 403, 404, 404, 404, 404)}
# News and guide are everybody's; only what isn't there is nobody's.
_READ: Scopes = {"dealer": PORTAL, "absent": NOBODY}

# --- the portal ------------------------------------------------------------------------------------------------------
for _page in ("claims/", "messages/", "notices/", "notices/bell/", "notices/preferences/", "profile/", "people/"):
    web(f"portal/{_page}", "GET", PORTAL)
for _page in ("messages/", "notices/read/", "notices/preferences/", "profile/"):
    web(f"portal/{_page}", "POST", PORTAL)
web("portal/notices/push/allow/", "POST", PORTAL)
web("portal/notices/push/stop/", "POST", PORTAL)
web("portal/notices/<int:notice_id>/open/", "POST", OWN_OF_DEALER)
web("portal/orders/<int:order_id>/claim/", "GET POST", OWN_OF_DEALER)
web("portal/orders/<int:order_id>/messages/", "GET POST", OWN_OF_DEALER)
web("portal/orders/<int:order_id>/price/", "POST", OWN_OF_DEALER)
_CLAIM = "portal/claims/<int:claim_id>/"
web(_CLAIM, "GET", OWN_OF_DEALER)
_DISPUTE: Scopes = {"dealer dispute": PORTAL, "other_dealer dispute": NOBODY, "dealer": NOBODY, "absent": NOBODY}
web(f"{_CLAIM}withdraw/", "POST", _DISPUTE)
web(f"{_CLAIM}messages/", "GET POST", OWN_OF_DEALER)
web(f"{_CLAIM}papers/<slug:key>/", "POST", OWN_OF_DEALER, key="claim_report")
web(f"{_CLAIM}photos/", "POST", OWN_OF_DEALER)
web(f"{_CLAIM}photos/<int:photo_id>/", "GET", OWN_OF_DEALER)
web(f"{_CLAIM}photos/<int:photo_id>/small/", "GET", OWN_OF_DEALER)
web("portal/messages/<int:activity_id>/files/<int:file_id>/", "GET", OWN_OF_DEALER)
web("portal/people/invite/", "GET POST", PORTAL)
web("portal/people/<int:person_id>/", "GET POST", OWN_OF_DEALER)
web("portal/people/<int:person_id>/end/", "POST", OWN_OF_DEALER)
web("portal/people/<int:person_id>/invite/", "POST", OWN_OF_DEALER)
for _page in ("news/", "guide/"):
    web(f"portal/{_page}", "GET", PORTAL)
web("portal/news/<int:item_id>/", "GET", _READ)
web("portal/guide/<slug:slug>/", "GET", _READ)

# --- staff -----------------------------------------------------------------------------------------------------------
for _page in ("claims/", "claims/list/", "claims/report/", "waiting/"):
    web(f"crm/{_page}", "GET", CLAIMS)
web("crm/claims/report/<slug:kind>/", "GET", CLAIMS, kind="csv")
web("crm/claims/causes/", "GET", ADMIN)
web("crm/claims/causes/new/", "GET POST", ADMIN)
web("crm/claims/causes/<int:cause_id>/", "GET POST", {"dealer": ADMIN, "absent": NO_ADMIN})
web("crm/claims/causes/<int:cause_id>/retire/", "POST", {"dealer": ADMIN, "absent": NO_ADMIN})
_CLAIM = "crm/claims/<int:claim_id>/"
web(_CLAIM, "GET", _OF_CLAIMS)
web(f"{_CLAIM}messages/", "GET POST", _OF_CLAIMS)
web(f"{_CLAIM}papers/<slug:key>/", "POST", _OF_CLAIMS, key="claim_report")
web("crm/orders/<int:order_id>/messages/", "GET POST", _OF_CLAIMS)
web("crm/dealers/<int:dealer_id>/messages/", "GET POST", _OF_CLAIMS)
web(f"{_CLAIM}photos/<int:photo_id>/", "GET", _OF_CLAIMS)
web(f"{_CLAIM}photos/<int:photo_id>/small/", "GET", _OF_CLAIMS)
for _sheet in ("ask", "decide"):
    web(f"{_CLAIM}{_sheet}/", "GET POST", _DECIDED)
web(f"{_CLAIM}act/<slug:step>/", "POST", _DECIDED, step="take")
web("crm/dealers/<int:dealer_id>/manager/", "GET POST", _ASSIGNED)
web("crm/waiting/away/", "GET POST", STAFF)
for _kind, _key in (("news", "item_id"), ("guide", "page_id")):
    web(f"crm/{_kind}/", "GET", CONTENT)
    web(f"crm/{_kind}/new/", "GET POST", CONTENT)
    web(f"crm/{_kind}/<int:{_key}>/", "GET POST", _WRITTEN)
    web(f"crm/{_kind}/<int:{_key}>/preview/", "GET", _WRITTEN)
program("decisions", "GET", PROGRAMS_WRITE)  # as for writing: the token of the reader lacks its scope
_DRAWN = to_programs(*OUTSIDE, 403, IN, 404, IN, IN)
_NOT_DRAWN = to_programs(*OUTSIDE, 403, 404, 404, 404, 404)
program("claims/<claim_id>/drawing", "GET", {"dealer": _DRAWN, "other_dealer": _DRAWN, "absent": _NOT_DRAWN})
