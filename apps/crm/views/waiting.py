"""What waits for us; who looks after a dealer; who is away."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.decorators import staff_required
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.sheets import close_sheet, way_back
from apps.core.toasts import toast
from apps.crm.forms.people import AbsenceForm, AssignForm
from apps.crm.models import Absence, Dealer
from apps.crm.selectors.in_charge import assignments_of
from apps.crm.selectors.waiting import KINDS, what_waits
from apps.crm.services import assignments
from apps.crm.services.absences import set_absence
from apps.crm.views.claims import claims_required


@claims_required
@require_GET
def waiting(request: Request) -> HttpResponse:
    """Oldest first; narrowed to a kind, to one colleague's, to nobody's (manager=0)."""
    kind = request.GET.get("kind", "")
    given = request.GET.get("manager", "")
    manager = int(given) if given.isdecimal() and len(given) < 19 else None
    page = what_waits(request.user, now=clock.now(), kind=kind if kind in KINDS else "", manager=manager)
    titles = {"message": _("Messages"), "price": _("Price asked for"), "claim": _("Claims"), "order": _("No price")}
    context = {
        "page": page,
        "kind": kind,
        "manager": manager,
        "kinds": [(key, titles[key], page.by_kind[key]) for key in KINDS],
        "titles": titles,
        "absences": Absence.objects.filter(ends_on__gt=localdate(clock.now())).select_related("user", "stand_in")[:50],
    }
    return render_page(request, "crm/waiting.html", context, fragment="waiting")


@staff_required
@require_http_methods(["GET", "POST"])
def dealer_assign(request: Request, dealer_id: int) -> HttpResponse:
    """From a day on somebody else; up to a day a stand-in; with nobody chosen it ends."""
    dealer = get_object_or_404(Dealer.objects.visible_to(request.user).select_related("entity"), pk=dealer_id)
    today = localdate(clock.now())
    form = AssignForm(request.POST or None, initial={"on": today})
    if request.method == "POST" and form.is_valid():
        user, on, until = (form.cleaned_data[name] for name in ("user", "on", "until"))
        actor, entity, now = request.user, dealer.entity, clock.now()
        try:
            if user is None:
                operation = assignments.end(actor=actor, entity=entity, on=on, now=now)
            elif until is not None:
                operation = assignments.stand_in(
                    actor=actor, entity=entity, user=user, starts_on=on, ends_on=until, now=now
                )
            else:
                operation = assignments.assign(actor=actor, entity=entity, user=user, on=on, now=now)
        except ValidationError as error:
            show_errors(form, error)
        else:
            toast(request, _("Saved"), undo_url=reverse("core:operation_undo", args=[operation]) if operation else "")
            return close_sheet(request, way_back(request, reverse("contacts:entity", args=[dealer.entity_id])))
    held = assignments_of(dealer.entity_id, assignments.ACCOUNT, today)
    context = {"form": form, "title": _("Who looks after them"), "text": dealer.name, "held": held}
    status = 422 if form.errors else 200
    return render_page(request, "crm/assign_sheet.html", context, fragment="sheet", status=status)


@staff_required
@require_http_methods(["GET", "POST"])
def absence(request: Request) -> HttpResponse:
    """I am away; what comes in meanwhile goes to my stand-in."""
    form = AbsenceForm(request.POST or None, initial={"starts_on": localdate(clock.now())})
    if request.method == "POST" and form.is_valid():
        starts_on, ends_on, replaced_by = (form.cleaned_data[name] for name in ("starts_on", "ends_on", "stand_in"))
        try:
            set_absence(
                actor=request.user,
                user=request.user,
                starts_on=starts_on,
                ends_on=ends_on,
                replaced_by=replaced_by,
                now=clock.now(),
            )
        except ValidationError as error:
            show_errors(form, error)
        else:
            toast(request, _("Saved"))
            return close_sheet(request, reverse("crm:waiting"))
    context = {"form": form, "title": _("I am away"), "text": "", "held": []}
    status = 422 if form.errors else 200
    return render_page(request, "crm/assign_sheet.html", context, fragment="sheet", status=status)
