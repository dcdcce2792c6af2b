"""Pages of receivers of events, for a dealer's owners and for administrators alike. Their doors are elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.models import WebhookDelivery, WebhookEndpoint
from apps.core.sheets import close_sheet
from apps.core.toasts import toast
from apps.crm.forms.receivers import ReceiverForm, ReplayForm
from apps.crm.services.dealer_feed import receivers as services

_MOST_ROWS = 100


@dataclass(frozen=True, slots=True)
class Place:
    """Whose receivers; `home` and `page` are names of addresses, those of the steps begin with `page`."""

    audience: str
    types: Mapping[str, Any]
    asks_money: bool
    home: str
    page: str

    def url(self, endpoint: WebhookEndpoint, step: str = "") -> str:
        return reverse(f"{self.page}{step}", args=[endpoint.pk])


def receivers_of(place: Place) -> list[dict[str, Any]]:
    """Each with its address, for lists."""
    found = WebhookEndpoint.objects.of(place.audience).order_by("pk")
    return [{"endpoint": each, "url": place.url(each)} for each in found]


def new(request: Request, place: Place) -> HttpResponse:
    """Make a receiver, and show the secret of its signatures this once."""
    form = ReceiverForm(request.POST or None, types=place.types, asks_money=place.asks_money)
    if request.method == "POST" and form.is_valid():
        try:
            made, secret = services.make_receiver(
                actor=request.user, audience=place.audience, **_given(form), now=clock.now()
            )
        except ValidationError as error:
            show_errors(form, error)
        else:
            return _secret(request, place, made, secret)
    context = {"form": form, "title": _("New receiver"), "back": reverse(place.home), "save": _("Make receiver")}
    return render_page(request, "crm/receiver_form.html", context, status=422 if form.errors else 200)


def show(request: Request, place: Place, endpoint: WebhookEndpoint, form: ReplayForm | None = None) -> HttpResponse:
    log = WebhookDelivery.objects.filter(endpoint=endpoint).select_related("event").order_by("-pk")
    waiting = WebhookDelivery.objects.filter(endpoint=endpoint, state=WebhookDelivery.State.QUEUED).count()
    steps = ("edit", "act", "replay")
    context = {
        "endpoint": endpoint,
        "titles": dict(place.types),
        "log": [_line(each, place) for each in log[:_MOST_ROWS]],
        "waiting": waiting,
        "replay": form or ReplayForm(),
        "back": reverse(place.home),
        "asks_money": place.asks_money,
        "urls": {step: place.url(endpoint, f"_{step}") for step in steps},
    }
    return render_page(request, "crm/receiver.html", context, status=422 if form is not None else 200)


def edit(request: Request, place: Place, endpoint: WebhookEndpoint) -> HttpResponse:
    before = {name: getattr(endpoint, name) for name in ("name", "url", "types", "sees_money")}
    form = ReceiverForm(request.POST or None, initial=before, types=place.types, asks_money=place.asks_money)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_receiver(actor=request.user, endpoint=endpoint, **_given(form), now=clock.now())
        except ValidationError as error:
            show_errors(form, error)
        else:
            toast(request, _("Saved"))
            return close_sheet(request, place.url(endpoint))
    context = {"form": form, "title": endpoint.name, "back": place.url(endpoint)}
    status = 422 if form.errors else 200
    return render_page(request, "crm/receiver_sheet.html", context, fragment="sheet", status=status)


def act(request: Request, place: Place, endpoint: WebhookEndpoint) -> HttpResponse:
    """One of the buttons of its page, by its name."""
    actor, now, step = request.user, clock.now(), request.POST.get("step", "")
    if step == "secret":
        return _secret(request, place, endpoint, services.renew_secret(actor=actor, endpoint=endpoint, now=now))
    if step == "remove":
        services.remove_receiver(actor=actor, endpoint=endpoint, now=now)
        toast(request, _("The receiver is removed."))
        return redirect(place.home)
    if step == "pause":
        services.pause_receiver(actor=actor, endpoint=endpoint)
    elif step == "try":
        _say_sent(request, services.try_now(actor=actor, endpoint=endpoint, now=now))
    elif step == "test":
        services.send_test(actor=actor, endpoint=endpoint, now=now)
        _say_sent(request, 1)
    else:
        raise Http404
    return redirect(place.url(endpoint))


def replay(request: Request, place: Place, endpoint: WebhookEndpoint) -> HttpResponse:
    form = ReplayForm(request.POST)
    if not form.is_valid():
        return show(request, place, endpoint, form)
    since = form.cleaned_data["since"]
    _say_sent(request, services.replay(actor=request.user, endpoint=endpoint, since=since, now=clock.now()))
    return redirect(place.url(endpoint))


def again(request: Request, place: Place, endpoint: WebhookEndpoint, delivery_id: int) -> HttpResponse:
    count = services.send_again(actor=request.user, endpoint=endpoint, deliveries=[delivery_id], now=clock.now())
    if not count:
        raise Http404
    _say_sent(request, count)
    return redirect(place.url(endpoint))


def _given(form: ReceiverForm) -> dict[str, Any]:
    given = form.cleaned_data
    money = given.get("sees_money", False)
    return {"name": given["name"], "url": given["url"], "types": given["types"], "sees_money": money}


def _secret(request: Request, place: Place, endpoint: WebhookEndpoint, secret: str) -> HttpResponse:
    context = {
        "title": _("The secret of %(name)s") % {"name": endpoint.name},
        "label": _("Signatures are checked with it. Copy it now: it can't be shown again."),
        "raw": secret,
        "back": place.url(endpoint),
    }
    return render_page(request, "crm/shown_once.html", context)


def _say_sent(request: Request, count: int) -> None:
    said = ngettext("%(count)s event is on its way.", "%(count)s events are on their way.", count)
    toast(request, said % {"count": count})


def _line(delivery: WebhookDelivery, place: Place) -> dict[str, Any]:
    again = reverse(f"{place.page}_again", args=[delivery.endpoint_id, delivery.pk])
    title = place.types.get(delivery.event.type, _("Test"))
    colours = {"delivered": "green", "failed": "red", "queued": "yellow" if delivery.tries else "blue"}
    return {"delivery": delivery, "title": title, "again": again, "colour": colours.get(delivery.state, "")}
