"""Contacts named for good by a segment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from apps.contacts.services.exports.scope import export_scope
from apps.core.contributions import ChoiceGone
from apps.crm.models import Segment
from apps.crm.selectors.segments import held_by

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.contacts.models.entities import EntityQuerySet


def offered(user: User) -> list[tuple[str, str]]:
    segments = Segment.objects.visible_to(user).live().order_by("name", "pk")
    return [(str(pk), _("Segment: %(name)s") % {"name": name}) for pk, name in segments.values_list("pk", "name")]


def chosen(user: User, key: str) -> EntityQuerySet:
    """Those whom the segment holds and `user` may export, in no order. Raises ChoiceGone."""
    segment = Segment.objects.visible_to(user).live().select_related("owner").filter(pk=int(key)).first()
    if segment is None:
        raise ChoiceGone(_("The segment is gone, or isn’t shared any more."))
    return held_by(segment).filter(pk__in=export_scope(user).order_by().values("pk"))
