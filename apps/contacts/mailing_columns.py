"""Who among the contacts gets mailings: a column and a filter of their list."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.contacts.models import EmailAddress, Entity
from apps.core.listing import ChoiceFilter, Column
from apps.core.markup import fill, joined

ALLOWED, LEFT, BOUNCED = "allowed", "left", "bounced"
_TITLES = {ALLOWED: _("Gets mailings"), LEFT: _("No mailings"), BOUNCED: _("Mail comes back")}
_WANTED = {
    ALLOWED: Q(opted_out_at__isnull=True, bounced_at__isnull=True),
    LEFT: Q(opted_out_at__isnull=False),
    BOUNCED: Q(bounced_at__isnull=False),
}


def _states(entity: Entity) -> object:
    emails = entity.emails.all()
    found = [(LEFT, "yellow")] if any(email.opted_out_at for email in emails) else []
    found += [(BOUNCED, "red")] if any(email.bounced_at for email in emails) else []
    shape = '<span class="status status--{}">{}</span>'
    return joined(" ", [fill(shape, colour, _TITLES[state]) for state, colour in found])


def _narrow(queryset: QuerySet[Any], values: tuple[str, ...]) -> QuerySet[Any]:
    """Those with an address that is in one of these states."""
    wanted = Q()
    for value in values:
        wanted |= _WANTED[value]
    return queryset.filter(Exists(EmailAddress.objects.filter(wanted, entity=OuterRef("pk"))))


COLUMN = Column("mailings", _("Mailings"), _states, default=False, prefetch=("emails",))
FILTER = ChoiceFilter(key="mailings", title=_("Mailings"), choices=list(_TITLES.items()), narrow=_narrow)
