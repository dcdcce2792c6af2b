"""Pictures of an order's constructions, added by staff."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request
from apps.core.setting_sheets import saved, show_sheet
from apps.crm.doors import orders_required
from apps.crm.forms.orders import OrderPhotosForm
from apps.crm.models import Order
from apps.crm.services.claim_photos import keep_photos
from apps.crm.services.construction_photos import add_construction_photos


@orders_required
@require_http_methods(["GET", "POST"])
def order_photos_add(request: Request, order_id: int) -> HttpResponse:
    order = get_object_or_404(Order.objects.visible_to(request.user), pk=order_id)
    constructions = {each.pk: each for each in order.constructions.order_by("position", "pk")}
    form = OrderPhotosForm(request.POST or None, request.FILES or None, constructions=list(constructions.values()))
    back = reverse("crm:order", args=[order.pk])
    if request.method == "POST" and form.is_valid():
        given, now = form.cleaned_data, clock.now()
        photos, complaints = keep_photos(given["photos"], now=now)
        try:
            if complaints:
                raise ValidationError({"photos": complaints})
            add_construction_photos(
                actor=request.user,
                construction=constructions[given["construction"]],
                photos=photos,
                caption=given["caption"],
                now=now,
            )
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, back, _("The photos stand with the order."))
    return show_sheet(request, form, title=_("Add photos"), back=back)
