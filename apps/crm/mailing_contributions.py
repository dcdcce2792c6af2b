"""What mailings add to the settings, to undo and to the rotation of keys. See contributions.py."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.core.contributions import EncryptedColumn, MenuItem, Undoer, encrypted_columns, menu, undoers, verbs
from apps.core.listing import Listing, ListingEntry, listings
from apps.crm.models import MailingSecret, MailingTopic
from apps.crm.permissions.mailings import keeps_mailings
from apps.crm.services.mailings.keeping import ADDED, TAKEN_OFF
from apps.crm.suppression_listing import KEY, suppression_listing

if TYPE_CHECKING:
    from apps.accounts.models import User

VERBS = {
    "mailing_topic.made": _("Topic of mailings added"),
    "mailing_topic.changed": _("Topic of mailings changed"),
    ADDED: _("Addresses kept from mailings"),
    TAKEN_OFF: _("Address taken off the list of who gets no mailings"),
}
_TOPICS = "/crm/settings/mailing-topics/"


def register() -> None:
    """Called once, when the app is ready."""
    for verb, title in VERBS.items():
        verbs.register(verb, title)
    encrypted_columns.register("crm.mailingsecret.sealed", EncryptedColumn(MailingSecret, "sealed"))
    undoers.register("crm.mailingtopic", Undoer(MailingTopic, editable=_editable))
    entry = MenuItem("settings", _("Mailings"), "crm:mailing_topics", "mail-off", keeps_mailings, _TOPICS)
    menu.register("crm.mailing_topics", entry, position=66)
    listings.register(KEY, ListingEntry(_listing))


def _listing(request: HttpRequest) -> Listing | None:
    return suppression_listing() if keeps_mailings(request.user) else None


def _editable(actor: User, ids: Collection[int]) -> set[int]:
    return set(ids) if keeps_mailings(actor) else set()
