"""The clipboard: a tab of the contact list, filled from lists and from a contact's page."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.decorators import staff_required
from apps.contacts.models import Entity
from apps.contacts.selectors.clipboard import MENU_KEY
from apps.contacts.services import clipboard as service
from apps.contacts.views.lookups import visible_entity
from apps.contacts.views.selections import selection_of
from apps.core import clock
from apps.core.frame import draw_number
from apps.core.htmx import Request
from apps.core.sheets import way_back
from apps.core.toasts import toast

if TYPE_CHECKING:
    from apps.contacts.models.entities import EntityQuerySet


@staff_required
@require_GET
def clipboard(request: Request) -> HttpResponse:
    return redirect("contacts:list_tab", tab="clipboard")


@staff_required
@require_POST
def clip(request: Request) -> HttpResponse:
    """The list posts its selection here."""
    return _clip(request, cast("EntityQuerySet", selection_of(request).queryset), reverse("contacts:list"))


@staff_required
@require_POST
def entity_clip(request: Request, entity_id: int) -> HttpResponse:
    found = visible_entity(request, entity_id)
    back = reverse("contacts:entity", args=[found.pk])
    return _clip(request, Entity.objects.filter(pk=found.pk), back)


@staff_required
@require_POST
def take_off(request: Request) -> HttpResponse:
    """The chosen ones of the clipboard's own tab; with `everything`, all there is."""
    chosen = None if "everything" in request.POST else cast("EntityQuerySet", selection_of(request).queryset)
    count = service.take_off(actor=request.user, chosen=chosen, now=clock.now())
    words = ngettext(
        "%(count)s contact taken off the clipboard", "%(count)s contacts taken off the clipboard", count
    ) % {"count": count}
    toast(request, words, undo_url=reverse("contacts:clipboard_put_back") if count else "")
    return redirect("contacts:list_tab", tab="clipboard")


@staff_required
@require_POST
def put_back(request: Request) -> HttpResponse:
    service.put_back(actor=request.user)
    return redirect("contacts:list_tab", tab="clipboard")


@staff_required
@never_cache
@require_GET
def number(request: Request) -> HttpResponse:
    """The number beside the clipboard alone, for a page that has heard of a change."""
    return HttpResponse(draw_number(MENU_KEY, request.user))


def _clip(request: Request, chosen: EntityQuerySet, back: str) -> HttpResponse:
    gathered = service.clip(actor=request.user, chosen=chosen, now=clock.now())
    words = ngettext(
        "%(count)s contact put on the clipboard", "%(count)s contacts put on the clipboard", gathered.added
    ) % {"count": gathered.added}
    if not gathered.added:
        words = _("Already on the clipboard")
    if gathered.left_out:
        words = _("The clipboard is full: %(count)s found no room. It holds %(most)s contacts.") % {
            "count": gathered.left_out,
            "most": service.MOST,
        }
    toast(request, words, kind="warning" if gathered.left_out else "success")
    return redirect(way_back(request, back))
