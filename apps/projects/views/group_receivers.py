"""Receivers of a group's events, for who manages it."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import staff_required
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.models import WebhookDelivery, WebhookEndpoint
from apps.core.setting_sheets import saved, show_sheet
from apps.projects.models import Group
from apps.projects.program_forms import GroupReceiverForm
from apps.projects.services import group_receivers as services
from apps.projects.services.group_events import TYPES, audience_of
from apps.projects.views.bots import managed

_MOST_ROWS = 20


@staff_required
@never_cache
@require_http_methods(["GET", "POST"])
def receiver_add(request: Request, group_id: int) -> HttpResponse:
    """Make a receiver, and show the secret of its signatures this once."""
    group = managed(request, group_id)
    form = GroupReceiverForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made, secret = services.make_receiver(actor=request.user, group=group, now=clock.now(), **form.given())
        except ValidationError as error:
            show_errors(form, error)
        else:
            return _shown_once(request, group, made, secret)
    return show_sheet(request, form, title=_("New receiver"), back=reverse("projects:programs", args=[group.pk]))


@staff_required
@require_GET
def receiver(request: Request, group_id: int, endpoint_id: int) -> HttpResponse:
    """How it does, with the last events that went to it."""
    group = managed(request, group_id)
    endpoint = _endpoint(group, endpoint_id)
    log = WebhookDelivery.objects.filter(endpoint=endpoint).select_related("event").order_by("-pk")
    context = {
        "group": group,
        "endpoint": endpoint,
        "log": [(each, TYPES.get(each.event.type, _("Test"))) for each in log[:_MOST_ROWS]],
    }
    return render_page(request, "projects/receiver.html", context, fragment="sheet")


@staff_required
@require_http_methods(["GET", "POST"])
def edit(request: Request, group_id: int, endpoint_id: int) -> HttpResponse:
    group = managed(request, group_id)
    endpoint = _endpoint(group, endpoint_id)
    before = {name: getattr(endpoint, name) for name in ("name", "url", "types", "sees_text")}
    form = GroupReceiverForm(request.POST or None, initial=before)
    back = reverse("projects:group", args=[group.pk])
    if request.method == "POST" and form.is_valid():
        try:
            services.change_receiver(actor=request.user, endpoint=endpoint, now=clock.now(), **form.given())
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, back)
    return show_sheet(request, form, title=endpoint.name, back=back)


@staff_required
@never_cache
@require_POST
def act(request: Request, group_id: int, endpoint_id: int) -> HttpResponse:
    """One of the buttons of its sheet, by its name."""
    group = managed(request, group_id)
    endpoint = _endpoint(group, endpoint_id)
    actor, now, step = request.user, clock.now(), request.POST.get("step", "")
    back = reverse("projects:group", args=[group.pk])
    match step:
        case "secret":
            secret = services.renew_secret(actor=actor, endpoint=endpoint, now=now)
            return _shown_once(request, group, endpoint, secret)
        case "remove":
            services.remove_receiver(actor=actor, endpoint=endpoint, now=now)
            return saved(request, back, _("The receiver is removed."))
        case "pause":
            services.pause_receiver(actor=actor, endpoint=endpoint)
            return saved(request, back, _("It is paused"))
        case "try":
            return saved(request, back, _sent(services.try_now(actor=actor, endpoint=endpoint, now=now)))
        case "test":
            services.send_test(actor=actor, endpoint=endpoint, now=now)
            return saved(request, back, _sent(1))
        case _:
            raise Http404


def _endpoint(group: Group, endpoint_id: int) -> WebhookEndpoint:
    return get_object_or_404(WebhookEndpoint.objects.of(audience_of(group.pk)), pk=endpoint_id)


def _sent(count: int) -> str:
    said = ngettext("%(count)s event is on its way.", "%(count)s events are on their way.", count)
    return said % {"count": count}


def _shown_once(request: Request, group: Group, endpoint: WebhookEndpoint, secret: str) -> HttpResponse:
    context = {
        "title": endpoint.name,
        "label": _("Secret of its signatures"),
        "raw": secret,
        "group": group,
        "back": reverse("projects:group", args=[group.pk]),
    }
    return render_page(request, "projects/shown_once.html", context, fragment="sheet")
