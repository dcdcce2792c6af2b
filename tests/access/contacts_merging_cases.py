"""What everybody meets at the doors of duplicates: a pair is there for who sees both."""

from __future__ import annotations

from tests.access.matrix import BOB_OF_STAFF, NO_STAFF, STAFF, Scopes, web

_PAIR: Scopes = {"pair": STAFF, "hidden pair": BOB_OF_STAFF, "absent": NO_STAFF}

web("contacts/duplicates/", "GET", STAFF)
web("contacts/duplicates/search/", "POST", STAFF)
web("contacts/duplicates/<int:pair_id>/dismiss/", "POST", _PAIR)
web("contacts/new/lookalikes/", "POST", STAFF)
web("contacts/merge/", "GET POST", NO_STAFF)  # of nobody; tests/contacts/test_merge_pages.py asks for contacts
web("contacts/merge/chosen/", "POST", STAFF)
