"""What belongs to a record in the one history, on its page for staff: mail that names it, talk, what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from apps.accounts.permissions import is_staff_member
from apps.activities.selectors.timelines import EVERYTHING, Narrowing, timeline_of_context
from apps.core import clock
from apps.crm.models.reach import portal_reader

if TYPE_CHECKING:
    from apps.crm.models import Claim, Opportunity, Order

_MAIL = Narrowing(kinds=("mail",))


def order_history(request: HttpRequest, order: Order) -> str:
    """The latest of it; "" for the dealer's people, whose page has the talk alone."""
    return _drawn(request, "crm.order", order.pk, EVERYTHING, _("Mail and history"))


def claim_mail(request: HttpRequest, claim: Claim) -> str:
    """A claim's page has its talk already."""
    return _drawn(request, "crm.claim", claim.pk, _MAIL, _("Mail"))


def opportunity_history(request: HttpRequest, opportunity: Opportunity) -> str:
    """What was written down of it and filed with it."""
    empty = _("What is said and done about it stands here.")
    return _drawn(request, "crm.opportunity", opportunity.pk, EVERYTHING, _("History"), empty)


def _drawn(
    request: HttpRequest, record_type: str, record_id: int, narrowing: Narrowing, title: str, empty: str = ""
) -> str:
    user = request.user
    if not user.is_authenticated or not is_staff_member(user) or portal_reader(user) is not None:
        return ""
    found = timeline_of_context(record_type, record_id, user=user, now=clock.now(), narrowing=narrowing)
    return render_to_string("crm/_record_history.html", {"timeline": found, "title": title, "empty": empty}, request)
