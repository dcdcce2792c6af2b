"""Where phones look first for address books and calendars (RFC 6764)."""

from django.urls import path

from apps.sync.views.well_known import well_known

urlpatterns = [
    path("carddav", well_known, name="well_known_carddav"),
    path("caldav", well_known, name="well_known_caldav"),
]
