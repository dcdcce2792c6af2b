"""Opportunities: the list, its files, one of them, made, changed, moved and thrown away."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import staff_required
from apps.accounts.preferences import preferences_of
from apps.contacts.listing import TABS, entity_listing, entity_scope
from apps.contacts.models import Entity
from apps.core import clock
from apps.core.clock import company_day
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.setting_sheets import show_sheet
from apps.core.sheets import close_sheet, page_before, way_back
from apps.core.tables import FORMATS, as_table
from apps.core.toasts import toast, with_toast
from apps.crm.forms.opportunities import OpportunityForm, OpportunityMoveForm
from apps.crm.models import Opportunity, OpportunityContact, PipelineStage
from apps.crm.opportunity_listing import MOST_ROWS, file_rows, file_titles, opportunity_listing, trashed_listing
from apps.crm.permissions.opportunities import manages_opportunity
from apps.crm.record_history import opportunity_history
from apps.crm.selectors.opportunity_pages import of_contact, opportunity_page
from apps.crm.services import opportunities as service


@staff_required
@require_GET
def opportunity_list(request: Request) -> HttpResponse:
    scope = Opportunity.objects.visible_to(request.user).live()
    listing = opportunity_listing(request.user)
    page = listing.page(request, scope, page_size=preferences_of(request.user).page_size)
    return page.render(request, "crm/opportunities.html")


@staff_required
@require_GET
def opportunity_download(request: Request, kind: str) -> HttpResponse:
    """What the list shows with this address, up to MOST_ROWS."""
    if kind not in FORMATS:
        raise Http404
    listing = opportunity_listing(request.user)
    state = listing.state_of(request.META["QUERY_STRING"])
    scope = Opportunity.objects.visible_to(request.user).live()
    found = listing.narrow(scope, state).order_by(*listing.order(state))[:MOST_ROWS]
    return as_table(kind, f"opportunities-{clock.now():%Y-%m-%d}", file_titles(), file_rows(listing.fetch(found)))


@staff_required
@require_GET
def opportunity(request: Request, opportunity_id: int) -> HttpResponse:
    """One that was thrown away too, for whoever brings it back."""
    found = _find(request, opportunity_id, trashed=True)
    page = opportunity_page(request.user, found, on=company_day(clock.now()))
    context = {"page": page, "opportunity": found, "history": opportunity_history(request, found)}
    return render_page(request, "crm/opportunity.html", context)


@staff_required
@require_http_methods(["GET", "POST"])
def opportunity_add(request: Request) -> HttpResponse:
    """`?contact=`, once or several times, is whom it is for: the first one's name is the first title."""
    contacts = _contacts(request)
    initial: dict[str, Any] = {"owner": request.user, "currency": "UAH"}
    if contacts:
        initial |= {"contacts": [each.pk for each in contacts], "title": contacts[0].display_name}
    form = OpportunityForm(request.POST or None, initial=initial, user=request.user)
    back = page_before(request, reverse("crm:opportunity_list"))
    if request.method == "POST" and form.is_valid():
        try:
            made = service.make_opportunity(
                actor=request.user, data=form.data_input(), stage=form.cleaned_data["stage"], now=clock.now()
            )
        except ValidationError as error:
            show_errors(form, error)
        else:
            toast(request, _("Saved"))
            return close_sheet(request, reverse("crm:opportunity", args=[made.pk]))
    return show_sheet(request, form, title=_("New opportunity"), back=back)


@staff_required
@require_POST
def opportunity_of_chosen(request: Request) -> HttpResponse:
    """The list of contacts, or the clipboard, posts its selection here and gets the sheet for these."""
    tab = request.GET.get("tab", "all")
    tab = tab if tab in TABS else "all"
    selection = entity_listing(request.user, tab=tab).selection(request, entity_scope(request.user, tab))
    chosen = selection.queryset.order_by("sort_name", "pk").values_list("pk", flat=True)
    ids = list(chosen[: service.MOST_CONTACTS + 1])
    if len(ids) > service.MOST_CONTACTS:
        words = _("An opportunity has room for %(most)s contacts: choose fewer.")
        toast(request, words % {"most": service.MOST_CONTACTS}, kind="warning")
        return close_sheet(request, way_back(request, reverse("contacts:list")))
    return redirect(f"{reverse('crm:opportunity_add')}?{urlencode({'contact': ids}, doseq=True)}")


@staff_required
@require_http_methods(["GET", "POST"])
def opportunity_edit(request: Request, opportunity_id: int) -> HttpResponse:
    found = _managed(request, opportunity_id)
    links = OpportunityContact.objects.filter(
        opportunity=found, entity__in=Entity.objects.visible_to(request.user).live()
    )
    contacts = dict(links.order_by("-is_primary", "pk").values_list("entity", "role"))
    initial = OpportunityForm.initial_of(found, contacts)
    form = OpportunityForm(request.POST or None, initial=initial, user=request.user, opportunity=found)
    back = reverse("crm:opportunity", args=[found.pk])
    if request.method == "POST" and form.is_valid():
        try:
            operation = service.change_opportunity(
                actor=request.user,
                opportunity=found,
                data=form.data_input(),
                seen_version=form.cleaned_data["version"],
                now=clock.now(),
            )
        except ValidationError as error:
            show_errors(form, error)
        except service.OpportunityChanged as error:
            form.add_error(None, str(error))
        else:
            toast(request, _("Saved"), undo_url=_undo(operation))
            return close_sheet(request, back)
    return show_sheet(request, form, title=found.title, back=back)


@staff_required
@require_http_methods(["GET", "POST"])
def opportunity_move(request: Request, opportunity_id: int) -> HttpResponse:
    """From a board `place` is the stage and `seen` the one where the mover saw it; else a form in a sheet."""
    found = _managed(request, opportunity_id)
    if request.headers.get("HX-Target") == "board" and request.method == "POST":
        return _moved_on_board(request, found)
    initial = {"stage": found.stage_id, "seen": found.stage_id, "lost_reason": found.lost_reason_id}
    form = OpportunityMoveForm(request.POST or None, initial=initial, opportunity=found)
    back = page_before(request, reverse("crm:opportunity", args=[found.pk]))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            operation = service.move_opportunity(
                actor=request.user,
                opportunity=found,
                stage=given["stage"],
                reason=given["reason"],
                lost_reason=given["lost_reason"],
                seen_stage=given["seen"],
                now=clock.now(),
            )
        except ValidationError as error:
            show_errors(form, error)
        except service.OpportunityMoved as error:
            form.add_error(None, str(error))
        else:
            toast(request, _words(found, given["stage"]), undo_url=_undo(operation))
            return close_sheet(request, back)
    return show_sheet(request, form, title=_("Move"), text=found.title, back=back)


@staff_required
@require_POST
def opportunity_trash(request: Request, opportunity_id: int) -> HttpResponse:
    found = _managed(request, opportunity_id)
    operation = service.trash_opportunity(actor=request.user, opportunity=found, now=clock.now())
    words = _("“%(title)s” was thrown away.") % {"title": found.title}
    toast(request, words, undo_url=_undo(operation))
    return close_sheet(request, reverse("crm:opportunity_list"))


@staff_required
@require_GET
def opportunity_trashed(request: Request) -> HttpResponse:
    """What was thrown away, the latest change first; its page brings it back."""
    scope = Opportunity.objects.visible_to(request.user).filter(trashed_at__isnull=False)
    page = trashed_listing(request.user).page(request, scope, page_size=preferences_of(request.user).page_size)
    return page.render(request, "crm/opportunities_trashed.html")


@staff_required
@require_POST
def opportunity_restore(request: Request, opportunity_id: int) -> HttpResponse:
    found = _managed(request, opportunity_id, trashed=True)
    operation = service.restore_opportunity(actor=request.user, opportunity=found, now=clock.now())
    toast(request, _("“%(title)s” is back.") % {"title": found.title}, undo_url=_undo(operation))
    return close_sheet(request, reverse("crm:opportunity", args=[found.pk]))


@staff_required
@require_GET
def contact_opportunities(request: Request, entity_id: int) -> HttpResponse:
    """Those of one contact, a part of its page."""
    entity = get_object_or_404(Entity.objects.visible_to(request.user), pk=entity_id)
    context = {"entity": entity, "rows": of_contact(request.user, entity, on=company_day(clock.now()))}
    return render_page(request, "crm/contact_opportunities.html", context, fragment="panel")


def _moved_on_board(request: Request, found: Opportunity) -> HttpResponse:
    place, seen = request.POST.get("place", "").partition(":")[0], request.POST.get("seen", "")
    stages = PipelineStage.objects.select_related("pipeline").filter(pipeline=found.pipeline_id)
    stage = stages.filter(pk=_number(place)).first()
    try:
        if stage is None:
            raise ValidationError({"stage": _("There is no such choice.")})
        operation = service.move_opportunity(
            actor=request.user, opportunity=found, stage=stage, seen_stage=_number(seen) or None, now=clock.now()
        )
    except (ValidationError, service.OpportunityMoved) as error:
        words = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
        return with_toast(HttpResponse(status=422), words, kind="danger")
    return with_toast(HttpResponse(status=204), _words(found, stage), undo_url=_undo(operation))


def _find(request: Request, opportunity_id: int, *, trashed: bool = False) -> Opportunity:
    """Live ones alone, unless those `trashed` are wanted too."""
    seen = Opportunity.objects.visible_to(request.user)
    seen = seen if trashed else seen.live()
    joined = seen.select_related("stage", "pipeline", "owner", "team", "lost_reason")
    return get_object_or_404(joined, pk=opportunity_id)


def _managed(request: Request, opportunity_id: int, *, trashed: bool = False) -> Opportunity:
    found = _find(request, opportunity_id, trashed=trashed)
    if not manages_opportunity(request.user, found, on=company_day(clock.now())):
        raise PermissionDenied
    return found


def _contacts(request: Request) -> list[Entity]:
    """Those that the address names and the reader sees, in its order."""
    asked = [_number(each) for each in request.GET.getlist("contact")[: service.MOST_CONTACTS]]
    found = Entity.objects.visible_to(request.user).live().in_bulk([pk for pk in asked if pk])
    return [found[pk] for pk in dict.fromkeys(asked) if pk in found]


def _words(found: Opportunity, stage: PipelineStage) -> str:
    return _("%(title)s: “%(stage)s”") % {"title": found.title, "stage": stage.title}


def _undo(operation: int | None) -> str:
    return reverse("core:operation_undo", args=[operation]) if operation else ""


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0
