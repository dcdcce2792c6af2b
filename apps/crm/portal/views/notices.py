"""Notices of a dealer's people: their inbox, the bell, and how they want to be told."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.preferences import own_zone_of, preferences_of
from apps.activities.forms.notices import WishesForm
from apps.activities.models import Notice
from apps.activities.selectors.bell import unread_count
from apps.activities.selectors.notices import inbox_of, lines_of
from apps.activities.selectors.pushing import public_key
from apps.activities.selectors.wishes import wishes_of
from apps.activities.services import inbox as services
from apps.activities.services import pushing
from apps.activities.services.wishes import choose_digest_hour, set_wishes
from apps.core import clock
from apps.core.database_roles import as_house
from apps.core.htmx import Request, render_page
from apps.core.toasts import toast
from apps.crm.forms.people import SummaryForm
from apps.crm.models import Summary
from apps.crm.portal.doors import portal_required
from apps.crm.services.summaries import choose_summary

INBOX = "portal/notices.html"


@portal_required
@require_GET
def notices(request: Request) -> HttpResponse:
    after = request.GET.get("after", "")
    context = {"inbox": inbox_of(request.user, after=after), "unread": unread_count(request.user)}
    return render_page(request, INBOX, context, fragment="notices-page" if after else "notices")


@portal_required
@never_cache
@require_GET
def bell(request: Request) -> HttpResponse:
    unread_count(request.user, fresh=True)
    return render(request, "components/frame/bell.html")


@portal_required
@require_POST
def notice_open(request: Request, notice_id: int) -> HttpResponse:
    """Go to what the notice is about; it is read then."""
    notice = get_object_or_404(Notice.objects.visible_to(request.user).in_app(), pk=notice_id)
    with as_house():
        services.mark_read(actor=request.user, notice=notice, now=clock.now())
    lines = lines_of([notice], user=request.user)
    return redirect(lines[0].url if lines else "portal:notices")


@portal_required
@require_POST
def notices_read(request: Request) -> HttpResponse:
    newest = request.POST.get("newest", "")
    up_to = int(newest) if newest.isdecimal() and len(newest) < 19 else 0
    with as_house():
        services.mark_all_read(actor=request.user, up_to=up_to, now=clock.now())
    return redirect("portal:notices")


@portal_required
@require_http_methods(["GET", "POST"])
def notice_preferences(request: Request) -> HttpResponse:
    """By event and way; saved as a whole."""
    own = preferences_of(request.user)
    wants = Summary.objects.filter(user=request.user.pk).exists()
    summary = SummaryForm(request.POST or None, initial={"summary": wants})
    form = WishesForm(request.POST or None, wishes=wishes_of(request.user), hour=own.digest_hour)
    if request.method == "POST" and form.is_valid() and summary.is_valid():
        with as_house():
            choose_summary(actor=request.user, wanted=summary.cleaned_data["summary"], now=clock.now())
            set_wishes(actor=request.user, wishes=form.chosen())
            choose_digest_hour(actor=request.user, hour=form.cleaned_data["hour"], now=clock.now())
        toast(request, _("Saved"))
        return redirect("portal:notice_preferences")
    context = {"form": form, "summary": summary, "push_key": public_key(), "zone": own_zone_of(own)}
    return render_page(request, "portal/notice_preferences.html", context, status=422 if form.errors else 200)


@portal_required
@require_POST
def push_allow(request: Request) -> HttpResponse:
    """A browser says that it may be woken."""
    given = {name: request.POST.get(name, "") for name in ("endpoint", "p256dh", "auth")}
    agent = request.headers.get("User-Agent", "")
    try:
        with as_house():
            pushing.subscribe(actor=request.user, user_agent=agent, now=clock.now(), **given)
    except ValidationError as error:
        return JsonResponse({"errors": error.message_dict}, status=422)
    return HttpResponse(status=204)


@portal_required
@require_POST
def push_stop(request: Request) -> HttpResponse:
    with as_house():
        pushing.unsubscribe(actor=request.user, endpoint=request.POST.get("endpoint", "")[:1000])
    return HttpResponse(status=204)
