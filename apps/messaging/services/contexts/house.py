"""What every template may name: who sends it, for which house, and the day."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from apps.accounts.preferences import preferences_of, zone_of
from apps.contacts.models import Entity
from apps.messaging.services.contexts.values import international, known
from apps.messaging.services.template_contexts import Variable

if TYPE_CHECKING:
    from apps.accounts.models import User

VARIABLES = (
    Variable("sender.name", _("Your name"), "Olha Bondar"),
    Variable("sender.first_name", _("Your first name"), "Olha"),
    Variable("sender.job_title", _("Your position"), _("Sales manager")),
    Variable("sender.phone", _("Your phone"), "+380 44 123 45 67"),
    Variable("sender.email", _("Your e-mail address"), "olha@example.com"),
    Variable("company.name", _("Name of our house"), "Rapport"),
    Variable("company.website", _("Address of our pages"), "https://example.com"),
    Variable("today", _("Today's date"), date(2026, 11, 28)),
)


def read(user: User, record_id: int, language: str, now: datetime) -> dict[str, Any]:
    """The same for each record."""
    own = Entity.objects.filter(user=user.pk).first()
    names = user.name.split()
    sender = {
        "name": user.name,
        "first_name": own.first_name if own else (names[0] if names else ""),
        "job_title": own.job_title if own else "",
        "phone": international(own.primary_phone) if own else "",
        "email": user.email,
    }
    company = {"name": settings.RAPPORT_NAME, "website": settings.RAPPORT_SITE_URL}
    today = localtime(now, zone_of(preferences_of(user))).date()
    return {"sender": known(sender), "company": known(company), "today": today}
