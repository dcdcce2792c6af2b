"""What everybody meets at the guests' door, and at the pages on which the house lets guests in."""

from __future__ import annotations

from tests.access.matrix import BOB_OF_STAFF, IN, NO_STAFF, NOBODY, Scopes, add, of, web

_GUEST = of("login", 404, 404, 404, 404, 404, guest=IN)
_OWN: Scopes = {"guest": _GUEST, "no guest": NOBODY, "absent": NOBODY}

web("guest/", "GET", _GUEST)
_DOOR = "guest/<int:group_id>/"
for _page in ("", "messages/", "changes/", "pins/", "people/", "about/", "contacts/", "history/", "tasks/"):
    web(f"{_DOOR}{_page}", "GET", _OWN)
for _page in ("files/", "links/", "files/<int:file_id>/", "files/<int:file_id>/small/"):
    web(f"{_DOOR}{_page}", "GET", _OWN)
for _act in ("read/", "typing/", "draft/", "post/", "files/bring/"):
    web(f"{_DOOR}{_act}", "POST", _OWN)
for _act in ("edit/", "delete/", "react/"):
    web(f"{_DOOR}messages/<int:message_id>/{_act}", "POST", _OWN)

_HOUSE: Scopes = {"guest": BOB_OF_STAFF, "mere group": NO_STAFF, "absent": NO_STAFF}
_GUESTS = "projects/<int:group_id>/guests/"
web(_GUESTS, "GET", _HOUSE)
web(f"{_GUESTS}entries/", "GET", _HOUSE)
web(f"{_GUESTS}invite/", "GET POST", _HOUSE)
_ONE: Scopes = {"guest": BOB_OF_STAFF, "absent": NO_STAFF}
web(f"{_GUESTS}<int:access_id>/", "GET POST", _ONE)
for _act in ("<int:access_id>/end/", "<int:access_id>/invite/", "entries/<int:activity_id>/"):
    web(f"{_GUESTS}{_act}", "POST", _ONE)

_HERS = of(*[403] * 6, guest=IN)
add("live", "live/", "GET", {"guest:{access_id}": _HERS, "guest:{other_access_id}": of(*[403] * 6)})
