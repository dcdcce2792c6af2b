"""What contacts adds to the frame and to core: menus, its list, background work, words for its operations."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from apps.accounts.permissions import is_staff_member
from apps.contacts import duplicate_listing, relationship_listing, saved_choices, search_box
from apps.contacts.listing import KEY, entity_listing
from apps.contacts.models import Entity, Favourite, Recent
from apps.contacts.selectors.clipboard import MENU_KEY, clipboard_words, clipped_count
from apps.core.contributions import (
    ContactChoice,
    MenuCount,
    MenuItem,
    SearchProvider,
    contact_choices,
    home_cards,
    menu,
    search,
    verbs,
)
from apps.core.home import HomeCard
from apps.core.listing import Listing, ListingEntry, listings

VERBS = {
    "entity.created": _("Contact added"),
    "entity.updated": _("Contact changed"),
    "entity.filed": _("Folder and categories changed"),
    "entity.categorised": _("Categories changed"),
    "entities.trashed": _("Moved to trash"),
    "entities.restored": _("Restored"),
    "entities.moved": _("Moved to another folder"),
    "entities.given": _("Given to somebody"),
    "entities.category_added": _("Category added to contacts"),
    "entities.category_removed": _("Category taken from contacts"),
    "entities.purged": _("Removed from the trash for good"),
    "entities.imported": _("Contacts imported"),
    "duplicates.searched": _("Duplicates searched"),
    "duplicates.dismissed": _("Contacts marked as not the same"),
    "entities.merged": _("Contacts merged"),
    "unit.added": _("Place added"),
    "unit.updated": _("Place changed"),
    "unit.removed": _("Place removed"),
    "unit.made_primary": _("Main place chosen"),
    "email.added": _("E-mail address added"),
    "email.updated": _("E-mail address changed"),
    "email.removed": _("E-mail address removed"),
    "mailings.left": _("Mailings ended"),
    "mailings.taken": _("Mailings allowed again"),
    "email.made_primary": _("Main e-mail address chosen"),
    "phone.added": _("Phone number added"),
    "phone.updated": _("Phone number changed"),
    "phone.removed": _("Phone number removed"),
    "phone.made_primary": _("Main phone number chosen"),
    "link.added": _("Link added"),
    "link.updated": _("Link changed"),
    "link.removed": _("Link removed"),
    "link.made_primary": _("Main link chosen"),
    "link.password_revealed": _("Password of a link revealed"),
    "contacts.exported": _("Contacts exported"),
    "attachment.added": _("File added"),
    "attachment.removed": _("File removed"),
    "photo.changed": _("Photo changed"),
    "photo.removed": _("Photo removed"),
    "job.added": _("Job added"),
    "job.updated": _("Job changed"),
    "job.made_primary": _("Main job chosen"),
    "relationship.added": _("Relationship added"),
    "relationship.updated": _("Relationship changed"),
    "relationship.removed": _("Relationship removed"),
    "participant.added": _("Participant added"),
    "participant.updated": _("Participant changed"),
    "participant.removed": _("Participant removed"),
    "user.made_from_contact": _("User made from a contact"),
    "folder.created": _("Folder added"),
    "folder.renamed": _("Folder renamed"),
    "folder.moved": _("Folder moved"),
    "folder.rights_changed": _("Folder's rights changed"),
    "folder.columns_changed": _("Folder's columns changed"),
    "folder.removed": _("Folder removed"),
    "category.created": _("Category added"),
    "category.updated": _("Category changed"),
    "category.removed": _("Category removed"),
    "field.defined": _("Own field added"),
    "field.updated": _("Own field changed"),
    "field.retired": _("Own field retired"),
    "field.ordered": _("Own fields reordered"),
    "relationship_type.defined": _("Relationship type added"),
    "relationship_type.updated": _("Relationship type changed"),
    "relationship_type.retired": _("Relationship type retired"),
}


def register() -> None:
    """Called once, when the app is ready."""
    listings.register(KEY, ListingEntry(_listing))
    listings.register(duplicate_listing.KEY, ListingEntry(_duplicate_listing))
    listings.register(relationship_listing.KEY, ListingEntry(_relationship_listing))
    for verb, title in VERBS.items():
        verbs.register(verb, title)
    by_view = ContactChoice(_("Saved view of contacts"), saved_choices.offered, saved_choices.chosen)
    contact_choices.register("view", by_view)
    search.register("contacts", SearchProvider(_("Contacts"), search_box.find, search_box.guess))
    contacts = MenuItem("main", _("Contacts"), "contacts:list", "address-book", is_staff_member, section="/contacts/")
    menu.register("contacts", contacts, position=20)
    new = MenuItem("new", _("Contact"), "contacts:entity_create", "user-plus", is_staff_member, shortcut="n")
    menu.register("contacts.new", new, position=10)
    file = MenuItem("new", _("Import contacts"), "contacts:import", "upload", is_staff_member)
    menu.register("contacts.import", file, position=20)
    number = MenuCount(clipped_count, clipboard_words, "contacts:clipboard_number", "clipboard", most=1001)
    tray = MenuItem("tool", _("Clipboard"), "contacts:clipboard", "clipboard", is_staff_member, number=number)
    menu.register(MENU_KEY, tray, position=30)
    recent = HomeCard(title=_("Seen last"), icon="clock", render=_recent, may_have=is_staff_member)
    home_cards.register("contacts.recent", recent, position=60)
    kept = HomeCard(
        title=_("Favourites"),
        icon="star",
        render=_favourites,
        may_have=is_staff_member,
        nothing=_("Contacts that you mark with the star stand here."),
    )
    home_cards.register("contacts.favourites", kept, position=50)


def _listing(request: HttpRequest) -> Listing | None:
    return entity_listing(request.user) if is_staff_member(request.user) else None


def _relationship_listing(request: HttpRequest) -> Listing | None:
    return relationship_listing.relationship_listing(request.user) if is_staff_member(request.user) else None


def _duplicate_listing(request: HttpRequest) -> Listing | None:
    return duplicate_listing.duplicate_listing(request.user) if is_staff_member(request.user) else None


def _recent(request: HttpRequest) -> str:
    seen = Recent.objects.filter(user=request.user.pk).order_by("-seen_at").values("entity_id")[:8]
    return _card(request, [row["entity_id"] for row in seen])


def _favourites(request: HttpRequest) -> str:
    kept = Favourite.objects.filter(user=request.user.pk).order_by("-pk").values("entity_id")[:12]
    return _card(request, [row["entity_id"] for row in kept])


def _card(request: HttpRequest, ids: list[int]) -> str:
    if not ids or not is_staff_member(request.user):
        return ""
    found = {entity.pk: entity for entity in Entity.objects.visible_to(request.user).live().filter(pk__in=ids)}
    entities = [found[pk] for pk in ids if pk in found]
    return render_to_string("contacts/parts/card_list.html", {"entities": entities}, request) if entities else ""
