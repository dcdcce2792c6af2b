"""Reminders of one entry, set by whoever sees it."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.accounts.decorators import staff_required
from apps.activities.forms.reminders import RemindersForm
from apps.activities.models import Activity, Reminder
from apps.activities.permissions import can_change_activity
from apps.activities.selectors.addresses import home_of
from apps.activities.services.reminders import set_reminders
from apps.contacts.models import Entity
from apps.core import clock
from apps.core.htmx import Request, render_page
from apps.core.sheets import close_sheet
from apps.core.toasts import toast


@staff_required
@require_http_methods(["GET", "POST"])
def reminders(request: Request, activity_id: int) -> HttpResponse:
    activity = get_object_or_404(Activity.objects.visible_to(request.user).live(), pk=activity_id)
    mine = Reminder.objects.filter(activity=activity, set_by=request.user, is_wanted=True).order_by("pk")
    form = RemindersForm(
        request.POST if request.method == "POST" else None,
        reminders=mine,
        contacts=_contacts(request, activity),
    )
    if request.method == "POST" and form.is_valid():
        wanted = form.wanted(request.user.pk)
        try:
            set_reminders(actor=request.user, activity=activity, wanted=wanted, now=clock.now())
        except ValidationError as error:
            form.add_error(None, error.message_dict.get("reminders", error.messages))
        else:
            toast(request, _("Saved"))
            return close_sheet(request, home_of(activity))
    context = {"activity": activity, "form": form, "back": home_of(activity)}
    status = 422 if form.errors else 200
    return render_page(request, "activities/reminders.html", context, fragment="sheet", status=status)


def _contacts(request: Request, activity: Activity) -> list[Entity]:
    """Whom of those it is about a mail can reach, for whoever may change the entry."""
    if not can_change_activity(request.user, activity):
        return []
    about = activity.participants.filter(via_employer=False).values("entity")
    found = Entity.objects.visible_to(request.user).live().filter(pk__in=about).exclude(primary_email="")
    return list(found.order_by("sort_name", "pk"))
