"""Personas of one contact: chosen in a sheet, or made what it becomes with one click."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import staff_required
from apps.accounts.models import Team
from apps.contacts.models import Entity
from apps.core import clock
from apps.core.clock import company_day
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.services.operations import operate
from apps.core.setting_sheets import show_sheet
from apps.core.sheets import close_sheet, page_before
from apps.core.toasts import toast, with_toast
from apps.crm.forms.personas import PersonasForm
from apps.crm.models import EntityPersona, Persona, TeamContact
from apps.crm.permissions.contacts import manages_contact
from apps.crm.selectors.journey_panel import journey_panel
from apps.crm.services.personas import convert, set_personas
from apps.crm.services.team_contacts import set_teams


@staff_required
@require_GET
def contact_journeys(request: Request, entity_id: int) -> HttpResponse:
    """What the contact is and where it stands, a part of its page."""
    return draw_panel(request, get_object_or_404(Entity.objects.visible_to(request.user), pk=entity_id))


def draw_panel(request: Request, entity: Entity) -> HttpResponse:
    panel = journey_panel(request.user, entity, now=clock.now())
    context = {"entity": entity, "panel": panel}
    return render_page(request, "crm/contact_journeys.html", context, fragment="panel")


@staff_required
@require_http_methods(["GET", "POST"])
def persona_choose(request: Request, entity_id: int) -> HttpResponse:
    """All personas with a tick at those that the contact is."""
    entity = get_object_or_404(Entity.objects.visible_to(request.user).live(), pk=entity_id)
    if not manages_contact(request.user, entity, on=company_day(clock.now())):
        raise PermissionDenied
    held = EntityPersona.objects.visible_to(request.user).filter(entity=entity, valid_to__isnull=True)
    data = request.POST if request.method == "POST" else None  # nothing ticked is an answer too
    belongs = TeamContact.objects.visible_to(request.user).current().filter(entity=entity)
    teams = list(belongs.values_list("team", flat=True))
    form = PersonasForm(data, held=list(held.values_list("persona", flat=True)), teams=teams)
    back = page_before(request, reverse("contacts:entity", args=[entity.pk]))
    if data is not None and form.is_valid():
        try:
            operation = _choose(request, entity, **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            toast(request, _("Saved"), undo_url=_undo(operation))
            return close_sheet(request, back)
    return show_sheet(request, form, title=_("Personas and teams"), text=entity.display_name, back=back)


@staff_required
@require_POST
def persona_convert(request: Request, entity_id: int, persona_id: int) -> HttpResponse:
    """Make of a lead the customer it becomes: the same contact, with all its history."""
    entity = get_object_or_404(Entity.objects.visible_to(request.user).live(), pk=entity_id)
    persona = get_object_or_404(Persona.objects.select_related("becomes"), pk=persona_id)
    try:
        operation = convert(actor=request.user, entity=entity, persona=persona, now=clock.now())
    except ValidationError as error:
        return told(request, entity, " ".join(error.messages), kind="danger")
    becomes = persona.becomes.title if persona.becomes else ""
    words = _("%(contact)s is “%(persona)s” now.") % {"contact": entity.display_name, "persona": becomes}
    return told(request, entity, words, undo_url=_undo(operation))


def told(request: Request, entity: Entity, words: str, *, kind: str = "success", undo_url: str = "") -> HttpResponse:
    """The panel as it is now, with these words; without htmx, or from a sheet, the page below it."""
    if request.headers.get("HX-Target") == "journeys":
        return with_toast(draw_panel(request, entity), words, kind=kind, undo_url=undo_url)
    toast(request, words, kind=kind, undo_url=undo_url)
    return close_sheet(request, page_before(request, reverse("contacts:entity", args=[entity.pk])))


def _choose(request: Request, entity: Entity, personas: Iterable[Persona], teams: Iterable[Team]) -> int | None:
    """Both as one operation; None where nothing differs."""
    now = clock.now()
    with operate(actor=request.user, verb="persona.set", now=now) as recorder:
        set_personas(actor=request.user, entity=entity, personas=list(personas), now=now)
        set_teams(actor=request.user, entity=entity, teams=list(teams), now=now)
        return recorder.operation.pk if recorder.changes else None


def _undo(operation: int | None) -> str:
    return reverse("core:operation_undo", args=[operation]) if operation else ""
