"""A dealer's own programs: keys to download with, receivers of events. For the firm's owners."""

from __future__ import annotations

from urllib.parse import urljoin

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.models import WebhookEndpoint
from apps.core.toasts import toast
from apps.crm.forms.receivers import FeedKeyForm
from apps.crm.models import Dealer, DealerFeedKey
from apps.crm.models.reach import portal_reader
from apps.crm.portal.doors import owner_required
from apps.crm.services.dealer_feed import keys as services
from apps.crm.services.dealer_feed.audiences import DEALER_TYPES, audience_of
from apps.crm.views import receiver_pages as pages


@owner_required
@require_GET
def feed(request: Request) -> HttpResponse:
    keys = DealerFeedKey.objects.visible_to(request.user).order_by("revoked_at", "-created_at", "pk")
    context = {
        "keys": keys,
        "receivers": pages.receivers_of(_place(request)),
        "address": urljoin(settings.RAPPORT_SITE_URL, "/api/v1/feed/"),
    }
    return render_page(request, "portal/feed.html", context)


@owner_required
@never_cache
@require_http_methods(["GET", "POST"])
def feed_key_make(request: Request) -> HttpResponse:
    """Make a key and show its text, this once."""
    form = FeedKeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        dealer = get_object_or_404(Dealer.objects.visible_to(request.user))
        try:
            key, raw = services.make_key(actor=request.user, dealer=dealer, **form.cleaned_data, now=clock.now())
        except ValidationError as error:
            show_errors(form, error)
        else:
            context = {
                "title": _("The key “%(name)s” is made") % {"name": key.name},
                "label": _("Copy it now: it can't be shown again."),
                "raw": raw,
                "back": reverse("portal:feed"),
            }
            return render_page(request, "crm/shown_once.html", context)
    page = {"form": form, "title": _("New key"), "back": reverse("portal:feed"), "save": _("Make key")}
    return render_page(request, "crm/receiver_form.html", page, status=422 if form.errors else 200)


@owner_required
@require_POST
def feed_key_revoke(request: Request, key_id: int) -> HttpResponse:
    key = get_object_or_404(DealerFeedKey.objects.visible_to(request.user), pk=key_id)
    services.revoke_key(actor=request.user, key=key, now=clock.now())
    toast(request, _("The key “%(name)s” is revoked.") % {"name": key.name})
    return redirect("portal:feed")


@owner_required
@never_cache
@require_http_methods(["GET", "POST"])
def feed_receiver_new(request: Request) -> HttpResponse:
    return pages.new(request, _place(request))


@owner_required
@require_GET
def feed_receiver(request: Request, endpoint_id: int) -> HttpResponse:
    return pages.show(request, _place(request), _endpoint(request, endpoint_id))


@owner_required
@require_http_methods(["GET", "POST"])
def feed_receiver_edit(request: Request, endpoint_id: int) -> HttpResponse:
    return pages.edit(request, _place(request), _endpoint(request, endpoint_id))


@owner_required
@never_cache
@require_POST
def feed_receiver_act(request: Request, endpoint_id: int) -> HttpResponse:
    return pages.act(request, _place(request), _endpoint(request, endpoint_id))


@owner_required
@require_POST
def feed_receiver_replay(request: Request, endpoint_id: int) -> HttpResponse:
    return pages.replay(request, _place(request), _endpoint(request, endpoint_id))


@owner_required
@require_POST
def feed_receiver_again(request: Request, endpoint_id: int, delivery_id: int) -> HttpResponse:
    return pages.again(request, _place(request), _endpoint(request, endpoint_id), delivery_id)


def _place(request: Request) -> pages.Place:
    reader = portal_reader(request.user)
    if reader is None:
        raise PermissionDenied
    audience = audience_of(reader.dealer_id)
    return pages.Place(audience, DEALER_TYPES, asks_money=True, home="portal:feed", page="portal:feed_receiver")


def _endpoint(request: Request, endpoint_id: int) -> WebhookEndpoint:
    return get_object_or_404(WebhookEndpoint.objects.of(_place(request).audience), pk=endpoint_id)
