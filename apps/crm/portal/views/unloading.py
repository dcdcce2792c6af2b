"""The unloading in the portal: what is ticked and signed, its pictures, links for the fitter."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.toasts import toast
from apps.crm.forms.unloading import LinkForm
from apps.crm.models import DeliveryLink, Shipment, UnloadingAct
from apps.crm.permissions.claims import may_speak_for
from apps.crm.pictures import as_picture
from apps.crm.portal.doors import portal_required
from apps.crm.portal.late import sources_for
from apps.crm.selectors.delivery_days import DeliveryDay, delivery_days, near_days
from apps.crm.services.delivery_links import end_link, make_link
from apps.crm.services.unloading import Hand
from apps.crm.unloading_posts import answer_acts


@portal_required
@require_GET
def days(request: Request) -> HttpResponse:
    """The cards of today and tomorrow alone, for a page that follows them."""
    context = {"days": near_days(user=request.user, now=clock.now()), "sources": sources_for(request)}
    return render_page(request, "portal/days.html", context)


@portal_required
@require_POST
def acts(request: Request, shipment_id: int) -> HttpResponse:
    delivery = _delivery(request, shipment_id)
    if not may_speak_for(request.user, delivery.stop.dealer_id):
        raise PermissionDenied
    return answer_acts(request, hand=Hand(user=request.user), delivery=delivery)


@portal_required
@require_GET
def picture(request: Request, shipment_id: int, key: str, size: str = "large") -> FileResponse:
    acts = UnloadingAct.objects.visible_to(request.user).select_related("file", "thumbnail")
    found = get_object_or_404(acts, key=key, shipment=shipment_id)
    return as_picture(found.thumbnail if size == "small" and found.thumbnail else found.file)


@portal_required
@require_http_methods(["GET", "POST"])
def link_make(request: Request, shipment_id: int) -> HttpResponse:
    """The sheet asks for a name; the answer shows the new link, this once."""
    delivery = _delivery(request, shipment_id)
    if not may_speak_for(request.user, delivery.stop.dealer_id):
        raise PermissionDenied
    form = LinkForm(request.POST or None)
    context = {"form": form, "delivery": delivery, "shipment": delivery.shipment}
    if request.method == "POST" and form.is_valid():
        label = form.cleaned_data["label"]
        try:
            link, token = make_link(
                actor=request.user, shipment=delivery.shipment, stop=delivery.stop, label=label, now=clock.now()
            )
        except ValidationError as error:
            show_errors(form, error)
        else:
            address = request.build_absolute_uri(reverse("day_link:delivery", args=[token]))
            context |= {"link": link, "address": address}
    response = render_page(
        request, "portal/delivery_link.html", context, fragment="sheet", status=422 if form.errors else 200
    )
    response["Cache-Control"] = "no-store"
    return response


@portal_required
@require_POST
def link_end(request: Request, shipment_id: int, link_id: int) -> HttpResponse:
    links = DeliveryLink.objects.visible_to(request.user)
    end_link(actor=request.user, link=get_object_or_404(links, pk=link_id, shipment=shipment_id), now=clock.now())
    toast(request, _("The link opens nothing any more."))
    return redirect("portal:shipment", shipment_id=shipment_id)


def _delivery(request: Request, shipment_id: int) -> DeliveryDay:
    shipment = get_object_or_404(Shipment.objects.visible_to(request.user).select_related("plant"), pk=shipment_id)
    days = delivery_days(shipment, user=request.user, now=clock.now())
    if not days:
        raise Http404
    return days[0]
