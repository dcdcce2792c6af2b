"""The contacts that an audience is to have."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.utils.translation import gettext as _

from apps.accounts.permissions import is_admin
from apps.contacts.models import Folder
from apps.core.contributions import ChoiceGone, contact_choices
from apps.sync.connectors.asking import OutsideTrouble
from apps.sync.models import Connection
from apps.sync.services.connections.options import mailchimp

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.contacts.models.entities import EntityQuerySet


def contacts_of(connection: Connection) -> EntityQuerySet:
    """As of now, by the rights of whoever saved the connection last. Nothing of personal folders, ever.

    Raises OutsideTrouble where what was chosen can't be told: then nobody is added, and nobody taken away.
    """
    owner = connection.owner
    if owner is None or not owner.is_active or not is_admin(owner):
        raise OutsideTrouble(
            _("Whoever saved this connection is no administrator any more: one has to save it anew."),
            is_permanent=True,
        )
    try:
        return chosen(owner, mailchimp(connection.options).choice)
    except ChoiceGone as error:
        raise OutsideTrouble(str(error), is_permanent=True) from error


def chosen(user: User, choice: str) -> EntityQuerySet:
    """Those of a choice ("view:7"). Raises ChoiceGone."""
    kind, _sign, key = choice.partition(":")
    found = contact_choices.get(kind)
    if found is None or not key:
        raise ChoiceGone(_("There is no such choice of contacts."))
    contacts = cast("EntityQuerySet", found.chosen(user, key))
    return contacts.live().exclude(folder__kind=Folder.Kind.PERSONAL)


def offered(user: User) -> list[tuple[str, str]]:
    """All that may be chosen, for a form."""
    kinds = contact_choices.items()
    return [(f"{kind}:{key}", title) for kind, choice in kinds for key, title in choice.offered(user)]
