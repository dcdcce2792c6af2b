"""Follow-up: contacts whose next step is overdue, due or to come, and those with nothing planned."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.decorators import staff_required
from apps.accounts.preferences import preferences_of
from apps.activities.services.task_changes import MOST_AT_ONCE, Changed
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.sheets import close_sheet, way_back
from apps.core.toasts import toast
from apps.crm.follow_up_listing import follow_up_listing
from apps.crm.forms.follow_up import FORMS, TITLES
from apps.crm.selectors.follow_up import (
    ALL,
    MINE,
    NOTHING,
    OVERDUE,
    STATES,
    TEAM,
    TODAY,
    UPCOMING,
    follow_ups,
    whose_of,
)
from apps.crm.services.follow_up import change_next_steps, plan_next_steps


@staff_required
@require_GET
def follow_up(request: Request, whose: str = MINE, state: str = OVERDUE) -> HttpResponse:
    _known(request, whose, state)
    now = clock.now()
    listing = follow_up_listing(request.user, whose=whose, state=state, now=now)
    found = follow_ups(request.user, whose, state, now=now)
    page = listing.page(request, found, page_size=preferences_of(request.user).page_size)
    return page.render(request, "crm/follow_up.html", _frame(request, whose, state))


@staff_required
@require_POST
def follow_up_bulk(request: Request, whose: str, state: str, act: str) -> HttpResponse:
    """The list posts its selection here; what needs an answer first opens in the sheet and posts itself with it."""
    _known(request, whose, state)
    if (act != "complete" and act not in FORMS) or (act == "plan") != (state == NOTHING):
        raise Http404
    now = clock.now()
    back = way_back(request, reverse("crm:follow_up", args=[whose, state]))
    listing = follow_up_listing(request.user, whose=whose, state=state, now=now)
    selection = listing.selection(request, follow_ups(request.user, whose, state, now=now))
    ids = list(selection.queryset.order_by("pk").values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
    if act == "complete":
        try:
            changed = change_next_steps(actor=request.user, act=act, entity_ids=ids, wish={}, now=now)
        except ValidationError as error:
            toast(request, " ".join(error.messages), kind="warning")
            return close_sheet(request, back)
        return _told(request, changed, back)
    form = FORMS[act](request.POST if "confirmed" in request.POST else None, today=localdate(now))
    if form.is_bound and form.is_valid():
        wish = form.cleaned_data
        try:
            if act == "plan":
                changed = plan_next_steps(actor=request.user, entity_ids=ids, wish=wish, now=now)
            else:
                changed = change_next_steps(actor=request.user, act=act, entity_ids=ids, wish=wish, now=now)
        except ValidationError as error:
            show_errors(form, error)
        else:
            return _told(request, changed, back)
    context = {"form": form, "title": TITLES[act], "selection": selection, "number": len(ids), "back": back}
    status = 422 if form.errors else 200
    return render_page(request, "crm/follow_up_bulk.html", context, fragment="sheet", status=status)


def _told(request: Request, changed: Changed, back: str) -> HttpResponse:
    count = len(changed.ids)
    text = ngettext("%(count)d task was changed.", "%(count)d tasks were changed.", count) % {"count": count}
    if changed.skipped:
        left = ngettext("%(count)d was left as it is.", "%(count)d were left as they are.", changed.skipped)
        text = f"{text} {left % {'count': changed.skipped}}"
    undo = reverse("core:operation_undo", args=[changed.operation_id]) if changed.operation_id else ""
    toast(request, text, kind="success" if count else "info", undo_url=undo)
    return close_sheet(request, back) if request.htmx else redirect(back)


def _known(request: Request, whose: str, state: str) -> None:
    if state not in STATES or whose not in whose_of(request.user):
        raise Http404


def _frame(request: Request, whose: str, state: str) -> dict[str, object]:
    titles = {OVERDUE: _("Overdue"), TODAY: _("Due today"), UPCOMING: _("To come"), NOTHING: _("Nothing planned")}
    whose_titles = {MINE: _("Mine"), TEAM: _("My team's"), ALL: _("All")}
    return {
        "whose": whose,
        "tabs": [
            {
                "title": titles[each],
                "url": reverse("crm:follow_up", args=[whose, each]),
                "is_current": each == state,
                "count": None,
            }
            for each in STATES
        ],
        "switch": [
            (each, whose_titles[each], reverse("crm:follow_up", args=[each, state])) for each in whose_of(request.user)
        ],
    }
