"""Who is in charge of a contact, on its page: today, and all that was."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string

from apps.accounts.permissions import is_staff_member
from apps.contacts.models import Entity
from apps.core import clock
from apps.core.clock import company_day
from apps.crm.permissions.contacts import manages_contact
from apps.crm.selectors.charge import charge_of


def charge_panel(request: HttpRequest, entity: Entity) -> str:
    """The tab of the contact page; nothing for dealers."""
    user = request.user
    if not is_staff_member(user):
        return ""
    today = company_day(clock.now())
    may_change = entity.trashed_at is None and manages_contact(user, entity, on=today)
    context = {"entity": entity, "charge": charge_of(entity.pk, on=today), "may_change": may_change, "today": today}
    return render_to_string("crm/_charge.html", context, request)
