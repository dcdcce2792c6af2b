"""Contacts named for good by a saved view of their list."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.db.models import Q
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.contacts.listing import KEY, entity_listing, entity_scope
from apps.contacts.services.exports.scope import export_scope
from apps.core.contributions import ChoiceGone
from apps.core.listing.state import state_from_json
from apps.core.models import SavedView

if TYPE_CHECKING:
    from apps.contacts.models.entities import EntityQuerySet
    from apps.core.models import SavedViewQuerySet


def offered(user: User) -> list[tuple[str, str]]:
    return [(str(view.pk), view.name) for view in _views(user).order_by("name", "pk")]


def chosen(user: User, key: str) -> EntityQuerySet:
    """Those of the view that `user` may export, in no order.

    Raises ChoiceGone where the view is gone, or asks for something that the list doesn't know any more: without that
    it would mean more contacts than anybody chose.
    """
    view = _views(user).filter(pk=int(key)).first()
    if view is None:
        raise ChoiceGone(_("The saved view is gone, or isn't shared any more."))
    listing = entity_listing(user)
    state = state_from_json(listing, view.query)
    if unknown := sorted(set(view.query.get("filters") or {}) - set(state.filters)):
        raise ChoiceGone(
            _("The saved view asks for what there is no longer: %(names)s.") % {"names": ", ".join(unknown)}
        )
    found = listing.narrow(entity_scope(user), state)
    return cast("EntityQuerySet", found.filter(pk__in=export_scope(user).values("pk")).order_by())


def _views(user: User) -> SavedViewQuerySet:
    """Their own, and what administrators share: whoever changes a view changes who is meant, by the user's rights."""
    is_trusted = Q(owner=user.pk) | Q(owner__in=User.objects.filter(Q(groups__name="admin") | Q(is_superuser=True)))
    return SavedView.objects.filter(list_key=KEY).visible_to(user).filter(is_trusted)
