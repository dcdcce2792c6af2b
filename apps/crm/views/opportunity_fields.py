"""Own fields of opportunities, for administrators: the dialogs are those of contacts."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from apps.accounts.decorators import settings_required
from apps.contacts.field_dialogs import Place, fields_page
from apps.core.htmx import Request
from apps.crm.services.opportunities import OWN_FIELDS


def place() -> Place:
    return Place(
        OWN_FIELDS,
        reverse("crm:opportunity_fields"),
        "crm:opportunity_field",
        no_contact=_("A contact is no value here: name it under “People and organisations”, with its role."),
    )


@settings_required
@require_GET
def opportunity_fields(request: Request) -> HttpResponse:
    return fields_page(
        request,
        place(),
        heading=_("Fields of opportunities"),
        told=_("They stand in the sheet where an opportunity is written, and on its page."),
        invitation=_("What your house wants to know of each opportunity."),
    )
