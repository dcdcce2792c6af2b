"""The inbox of notices, the bell, and how one wants to be told."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import staff_required
from apps.accounts.preferences import own_zone_of, preferences_of
from apps.activities.forms.notices import WatchForm, WishesForm
from apps.activities.models import Notice, Watch
from apps.activities.models.notices import ENTITIES
from apps.activities.selectors.bell import unread_count
from apps.activities.selectors.notices import inbox_of, lines_of
from apps.activities.selectors.pushing import endpoints_of, public_key
from apps.activities.selectors.watches import is_watching, watched_entities
from apps.activities.selectors.wishes import wishes_of
from apps.activities.services import inbox as services
from apps.activities.services.watching import WATCHED, unwatch, watch_entity
from apps.activities.services.wishes import choose_digest_hour, set_wishes
from apps.contacts.models import Entity
from apps.core import clock
from apps.core.htmx import Request, render_page
from apps.core.sheets import close_sheet, page_before
from apps.core.toasts import toast

INBOX = "activities/notices.html"


@staff_required
@require_GET
def notices(request: Request) -> HttpResponse:
    after = request.GET.get("after", "")
    page = inbox_of(request.user, after=after)
    context = {"inbox": page, "unread": unread_count(request.user)}
    return render_page(request, INBOX, context, fragment="notices-page" if after else "notices")


@staff_required
@never_cache
@require_GET
def bell(request: Request) -> HttpResponse:
    """The bell alone, for a page that has heard of news: counted anew."""
    unread_count(request.user, fresh=True)
    return render(request, "components/frame/bell.html")


@staff_required
@require_POST
def notice_read(request: Request, notice_id: int) -> HttpResponse:
    services.mark_read(actor=request.user, notice=_own(request, notice_id), now=clock.now())
    return _inbox(request)


@staff_required
@require_POST
def notice_open(request: Request, notice_id: int) -> HttpResponse:
    """Go to what the notice is about; it is read then."""
    notice = _own(request, notice_id)
    services.mark_read(actor=request.user, notice=notice, now=clock.now())
    return redirect(lines_of([notice], user=request.user)[0].url)


@staff_required
@require_POST
def notices_read(request: Request) -> HttpResponse:
    newest = request.POST.get("newest", "")
    up_to = int(newest) if newest.isdecimal() and len(newest) < 19 else 0
    services.mark_all_read(actor=request.user, up_to=up_to, now=clock.now())
    return _inbox(request)


@staff_required
@require_http_methods(["GET", "POST"])
def notice_preferences(request: Request) -> HttpResponse:
    """By event and way; saved as a whole."""
    own = preferences_of(request.user)
    form = WishesForm(request.POST or None, wishes=wishes_of(request.user), hour=own.digest_hour)
    if request.method == "POST" and form.is_valid():
        set_wishes(actor=request.user, wishes=form.chosen())
        choose_digest_hour(actor=request.user, hour=form.cleaned_data["hour"], now=clock.now())
        toast(request, _("Saved"))
        return redirect("activities:notice_preferences")
    status = 422 if form.errors else 200
    return render_page(
        request,
        "activities/notice_preferences.html",
        {
            "form": form,
            "zone": own_zone_of(own),
            "push_key": public_key(),
            "push_known": endpoints_of(request.user),
            "watched": watched_entities(request.user),
        },
        status=status,
    )


@staff_required
@require_http_methods(["GET", "POST"])
def watch(request: Request, entity_id: int) -> HttpResponse:
    """Watch a contact, or choose otherwise what of it one is told."""
    entity = get_object_or_404(Entity.objects.visible_to(request.user), pk=entity_id)
    row = Watch.objects.filter(user=request.user, record_type=ENTITIES, record_id=entity.pk).first()
    chosen = (row.events if row else []) or [event.value for event in WATCHED]
    form = WatchForm(request.POST if request.method == "POST" else None, initial={"events": chosen})
    if request.method == "POST" and form.is_valid():
        watch_entity(actor=request.user, entity=entity, events=form.cleaned_data["events"], now=clock.now())
        toast(request, _("You watch this contact."))
        return close_sheet(request, reverse("contacts:entity", args=[entity.pk]))
    context = {"entity": entity, "form": form, "is_watching": row is not None}
    status = 422 if form.errors else 200
    return render_page(request, "activities/watch.html", context, fragment="sheet", status=status)


@staff_required
@require_POST
def watch_stop(request: Request, entity_id: int) -> HttpResponse:
    entity = get_object_or_404(Entity.objects.visible_to(request.user), pk=entity_id)
    unwatch(actor=request.user, record_type=ENTITIES, record_id=entity.pk)
    toast(request, _("You don't watch this contact any more."))
    return close_sheet(request, page_before(request, reverse("contacts:entity", args=[entity.pk])))


def watch_action(request: HttpRequest, entity: Entity) -> str:
    """The button beside a contact's name."""
    watching = is_watching(request.user.pk or 0, ENTITIES, entity.pk)
    return render_to_string("activities/watch_action.html", {"entity": entity, "is_watching": watching}, request)


def _own(request: Request, notice_id: int) -> Notice:
    return get_object_or_404(Notice.objects.visible_to(request.user).in_app(), pk=notice_id)


def _inbox(request: Request) -> HttpResponse:
    if request.htmx:
        context = {"inbox": inbox_of(request.user), "unread": unread_count(request.user, fresh=True)}
        return render_page(request, INBOX, context, fragment="notices")
    return redirect("activities:notices")
