"""The records that templates are filled from; `register` makes them known."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.messaging.services.contexts import contacts, house, meetings
from apps.messaging.services.template_contexts import CONTACT, SHARED, TemplateContext, template_contexts

MEETING = "activities.meeting"


def register() -> None:
    """Called once, when the app is ready."""
    template_contexts.register(SHARED, TemplateContext(_("Always"), house.VARIABLES, house.read))
    contact = TemplateContext(_("Contact"), contacts.VARIABLES, contacts.read, contacts.recipient)
    template_contexts.register(CONTACT, contact, position=10)
    meeting = TemplateContext(_("Appointment"), meetings.VARIABLES, meetings.read, meetings.recipient)
    template_contexts.register(MEETING, meeting, position=20)
