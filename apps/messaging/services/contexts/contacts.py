"""A contact as templates name it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from apps.contacts.models import Entity, Unit
from apps.messaging.services.contexts.values import international, known
from apps.messaging.services.template_contexts import Variable

if TYPE_CHECKING:
    from apps.accounts.models import User

VARIABLES = (
    Variable("contact.salutation", gettext_lazy("Salutation"), gettext_lazy("Dear Anna Kovalenko")),
    Variable("contact.name", gettext_lazy("Name"), "Anna Kovalenko"),
    Variable("contact.first_name", gettext_lazy("First name"), "Anna"),
    Variable("contact.last_name", gettext_lazy("Last name"), "Kovalenko"),
    Variable("contact.organisation", gettext_lazy("Organisation"), "Vikna Plus"),
    Variable("contact.job_title", gettext_lazy("Position"), gettext_lazy("Director")),
    Variable("contact.email", gettext_lazy("E-mail address"), "anna@example.com"),
    Variable("contact.phone", gettext_lazy("Phone"), "+380 67 123 45 67"),
    Variable("contact.street", gettext_lazy("Street"), "Shevchenka 5"),
    Variable("contact.postcode", gettext_lazy("Postcode"), "79000"),
    Variable("contact.city", gettext_lazy("City"), "Lviv"),
    Variable("contact.country", gettext_lazy("Country"), gettext_lazy("Ukraine")),
    Variable("contact.vat_number", gettext_lazy("VAT number"), "UA123456789"),
)


def read(user: User, record_id: int, language: str, now: datetime) -> dict[str, Any]:
    """Raises Http404 for a contact that `user` may not see."""
    entity = recipient(user, record_id)
    return {"contact": values_of(entity, language)}


def recipient(user: User, record_id: int) -> Entity:
    """The contact itself. Raises Http404."""
    found = Entity.objects.visible_to(user).live().filter(pk=record_id).first()
    if found is None:
        raise Http404
    return found


def values_of(entity: Entity, language: str) -> dict[str, Any]:
    """What is known of a contact that somebody was found to see."""
    return values_at(entity, Unit.objects.filter(entity=entity, is_primary=True).first(), language)


def values_at(entity: Entity, unit: Unit | None, language: str) -> dict[str, Any]:
    """The same where its primary unit was read before, for many contacts at once."""
    place: dict[str, str] = {}
    with translation.override(language or None):
        if unit:
            place = {
                "street": " ".join(filter(None, [unit.street, unit.house_number])),
                "postcode": unit.postcode,
                "city": unit.city,
                "country": str(countries.name(unit.country)) if unit.country else unit.country_name,
            }
        return known(
            {
                "salutation": salutation(entity),
                "name": entity.display_name,
                "first_name": entity.first_name,
                "last_name": entity.last_name,
                "organisation": entity.name if entity.is_organisation else entity.organisation,
                "job_title": entity.job_title,
                "email": entity.primary_email,
                "phone": international(entity.primary_phone),
                "vat_number": entity.vat_number,
                **place,
            }
        )


def salutation(entity: Entity) -> str:
    """How a mail begins, in the active language; nothing in our data says who is a man and who a woman."""
    name = " ".join(filter(None, [entity.prefix, entity.first_name, entity.last_name]))
    if entity.is_organisation or not name:
        return _("Good day")
    return _("Dear %(name)s") % {"name": name}
