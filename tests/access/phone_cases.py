"""What everybody meets at the pages of phones: staff come in, each to what is their own."""

from __future__ import annotations

from tests.access.matrix import OPEN, OWN_OF_STAFF, STAFF, web

web(".well-known/carddav", "GET", OPEN)
web(".well-known/caldav", "GET", OPEN)
web("sync/phones/", "GET", STAFF)
web("sync/phones/passwords/", "POST", STAFF)
web("sync/phones/passwords/<int:app_password_id>/revoke/", "POST", OWN_OF_STAFF)
web("sync/phones/clashes/<int:clash_id>/", "GET POST", OWN_OF_STAFF)
