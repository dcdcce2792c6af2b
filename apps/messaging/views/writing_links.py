"""Buttons on other apps' pages that begin a mail: with a document or a file, or as a reminder."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.permissions import is_staff_member
from apps.activities.models import Meeting
from apps.core import clock
from apps.messaging.services.contexts.meetings import guest_of


def compose_url(**given: object) -> str:
    """The address of a mail begun with what is given."""
    return f"{reverse('messaging:compose')}?{urlencode(given)}"


def send_customer_sheet(entity_id: int) -> str:
    """A mail to the contact with its sheet and the words that go with it."""
    return compose_url(entity=entity_id, document="customer_sheet", template="customer_sheet")


def remind_guests(request: HttpRequest, meeting: Meeting) -> str:
    """The button on an appointment to come: a reminder to the guest who is a contact with an address."""
    user = request.user
    if not is_staff_member(user) or meeting.is_cancelled or meeting.begins <= clock.now():
        return ""
    guest = guest_of(meeting, user=user)
    url = ""
    if guest is not None and guest.primary_email:
        url = compose_url(entity=guest.pk, template="appointment_reminder", record=meeting.pk)
    return _button(url, _("Remind"), "bell-ringing") if url else ""


def forward_meeting(request: HttpRequest, meeting: Meeting) -> str:
    """The button that sends an appointment's .ics on to anybody."""
    if not is_staff_member(request.user) or meeting.is_cancelled:
        return ""
    return _button(compose_url(event=meeting.pk), _("Forward"), "mail-forward")


def _button(url: str, label: str, icon: str) -> str:
    return render_to_string("components/button.html", {"href": url, "label": label, "icon": icon, "sheet": True})
