"""Own fields of projects, for administrators: the dialogs are those of contacts."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from apps.accounts.decorators import settings_required
from apps.contacts.field_dialogs import Place, fields_page
from apps.core.htmx import Request
from apps.projects.services.projects import OWN_FIELDS


def place() -> Place:
    return Place(
        OWN_FIELDS,
        reverse("projects:project_fields"),
        "projects:project_field",
        no_contact=_("A contact is no value here: let it take part in the project, with its role."),
    )


@settings_required
@require_GET
def project_fields(request: Request) -> HttpResponse:
    return fields_page(
        request,
        place(),
        heading=_("Fields of projects"),
        told=_("They stand where a project is written, and on its first page. Guests don't see them."),
        invitation=_("What your house wants to know of each project."),
    )
