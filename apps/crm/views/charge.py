"""Who is in charge of a contact, changed in a sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.accounts.decorators import staff_required
from apps.contacts.models import Entity
from apps.core import clock
from apps.core.clock import company_day
from apps.core.form_errors import show_errors
from apps.core.htmx import Request
from apps.core.setting_sheets import show_sheet
from apps.core.sheets import close_sheet
from apps.core.toasts import toast
from apps.crm.forms.teams import ChargeForm
from apps.crm.permissions.contacts import manages_contact
from apps.crm.selectors.charge import charge_of
from apps.crm.services import assignments
from apps.crm.services.hand_overs import Terms, begin_hand_over

if TYPE_CHECKING:
    from datetime import datetime

    from apps.accounts.models import User


@staff_required
@require_http_methods(["GET", "POST"])
def charge(request: Request, entity_id: int) -> HttpResponse:
    """From a day on somebody else; with a day to be back a stand-in; with nobody chosen it ends."""
    entity = get_object_or_404(Entity.objects.visible_to(request.user).live(), pk=entity_id)
    now = clock.now()
    today = company_day(now)
    if not manages_contact(request.user, entity, on=today):
        raise PermissionDenied
    form = ChargeForm(request.POST or None, initial={"on": today})
    back = reverse("contacts:entity_tab", args=[entity.pk, "charge"])
    if request.method == "POST" and form.is_valid():
        try:
            operation = _write(request.user, entity, form.cleaned_data, now)
        except ValidationError as error:
            show_errors(form, error)
        else:
            toast(request, _("Saved"), undo_url=reverse("core:operation_undo", args=[operation]) if operation else "")
            return close_sheet(request, back)
    title = _("Who is in charge of %(name)s") % {"name": entity.display_name}
    return show_sheet(request, form, title=title, back=back)


def _write(actor: User, entity: Entity, given: dict[str, Any], now: datetime) -> int | None:
    """What somebody has in charge is handed over, with its dossier; what nobody has is assigned."""
    user, team, on, until = (given[name] for name in ("user", "team", "on", "until"))
    if user is None and team is None:
        return assignments.end(actor=actor, entity=entity, on=on, now=now)
    held = charge_of(entity.pk, on=on).base
    if held is not None:
        terms = Terms(user=user, team=team, starts_on=on, until=until, note=given["reason"])
        made = begin_hand_over(actor=actor, entity_ids=[entity.pk], terms=terms, from_user=held.user, now=now)
        return made.operation_id
    whom: dict[str, Any] = {"user": user, "team": team, "reason": given["reason"]}
    if until is not None:
        return assignments.stand_in(actor=actor, entity=entity, starts_on=on, ends_on=until, now=now, **whom)
    return assignments.assign(actor=actor, entity=entity, on=on, now=now, **whom)
