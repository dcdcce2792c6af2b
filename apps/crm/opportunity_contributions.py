"""What opportunities add to the frame, to contacts, to the history and to undo. See contributions.py."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.permissions import can_change_settings, is_staff_member
from apps.activities.models.reach import token_of
from apps.contacts.models import Entity
from apps.core.clock import company_day, now
from apps.core.contributions import (
    ActivityContext,
    Kind,
    MenuItem,
    Panel,
    RecordAction,
    SearchHit,
    SearchProvider,
    Undoer,
    contexts,
    home_cards,
    kinds,
    live,
    menu,
    panels,
    record_actions,
    search,
    undoers,
    verbs,
)
from apps.core.home import HomeCard
from apps.core.listing import Listing, ListingEntry, listings
from apps.core.markup import fill
from apps.crm import opportunity_listing
from apps.crm.models import LostReason, Opportunity, OpportunityContact, OpportunityStep
from apps.crm.models.pipelines import own_word
from apps.crm.permissions.contacts import managed_contacts
from apps.crm.permissions.opportunities import managed_opportunities
from apps.crm.selectors.opportunity_pages import needing_care
from apps.crm.services.opportunities import CHANNEL, CONTEXT, KIND, after_undo

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.activities.models import Activity

VERBS = {
    "opportunity.made": gettext_lazy("Opportunity made"),
    "opportunity.changed": gettext_lazy("Opportunity changed"),
    "opportunity.moved": gettext_lazy("Opportunity moved"),
    "opportunity.trashed": gettext_lazy("Opportunity thrown away"),
    "opportunity.restored": gettext_lazy("Opportunity brought back"),
    "lost_reason.made": gettext_lazy("Reason of lost opportunities added"),
    "lost_reason.changed": gettext_lazy("Reason of lost opportunities changed"),
    "lost_reason.retired": gettext_lazy("Reason of lost opportunities retired"),
    "lost_reason.ordered": gettext_lazy("Reasons of lost opportunities reordered"),
}
_ROOT = "crm.opportunity"
_SEARCHED_FROM = 2


def register() -> None:
    """Called once, when the app is ready."""
    for verb, title in VERBS.items():
        verbs.register(verb, title)
    root = Undoer(
        Opportunity,
        subject_field="pk",
        version_field="version",
        ignore=frozenset({"changed_at", "version"}),
        editable=_editable,
        after=after_undo,
    )
    undoers.register(_ROOT, root)
    for model in (OpportunityContact, OpportunityStep):
        undoers.register(model._meta.label_lower, Undoer(model, subject_field="opportunity_id", root=_ROOT))
    undoers.register("crm.lostreason", Undoer(LostReason, editable=_settings))
    kinds.register(KIND, Kind(gettext_lazy("Opportunity"), "target-arrow", _draw))
    contexts.register(CONTEXT, ActivityContext(_tokens_of, lambda _user: [], _describe))
    live.register(CHANNEL, lambda user, _channel: is_staff_member(user))
    listings.register(opportunity_listing.KEY, ListingEntry(_listing))
    search.register(CONTEXT, SearchProvider(gettext_lazy("Opportunities"), _find), position=60)
    item = MenuItem(
        "main",
        gettext_lazy("Opportunities"),
        "crm:opportunity_boards",
        "target-arrow",
        is_staff_member,
        section="/crm/opportunities/",
    )
    menu.register("crm.opportunities", item, position=26)
    new = MenuItem(
        "new", gettext_lazy("Opportunity"), "crm:opportunity_add", "target-arrow", is_staff_member, in_sheet=True
    )
    menu.register("crm.opportunities.new", new, position=20)
    reasons = MenuItem(
        "settings",
        gettext_lazy("Reasons of lost opportunities"),
        "crm:lost_reasons",
        "target-off",
        can_change_settings,
        "/crm/settings/lost-reasons/",
    )
    menu.register("crm.lost_reasons", reasons, position=64)
    fields = MenuItem(
        "settings",
        gettext_lazy("Fields of opportunities"),
        "crm:opportunity_fields",
        "forms",
        can_change_settings,
        "/crm/settings/opportunity-fields/",
    )
    menu.register("crm.opportunity_fields", fields, position=65)
    listings.register(opportunity_listing.TRASHED_KEY, ListingEntry(_trashed))
    card = Panel("contact", "head", gettext_lazy("Opportunities"), _contact_panel, "target-arrow")
    panels.register("crm.opportunities", card, position=20)
    care = HomeCard(
        title=gettext_lazy("Opportunities"),
        icon="target-arrow",
        render=_home_card,
        may_have=is_staff_member,
        roles=("admin", "manager", "sales"),
        nothing=gettext_lazy("None of yours is past its day."),
        kept_seconds=60,
    )
    home_cards.register("crm.opportunities.care", care, position=8)
    action = RecordAction("contact", gettext_lazy("New opportunity"), "target-arrow", _add_for, in_search=True)
    record_actions.register("crm.opportunity", action)
    chosen = RecordAction("contacts", gettext_lazy("New opportunity"), "target-arrow", _add_for_chosen, in_sheet=True)
    record_actions.register("crm.opportunity_of_chosen", chosen)


def _add_for(entity_id: int) -> str:
    return f"{reverse('crm:opportunity_add')}?contact={entity_id}"


def _add_for_chosen(_none: int) -> str:
    return reverse("crm:opportunity_of_chosen")


def _contact_panel(request: HttpRequest, entity: Entity) -> str:
    if not is_staff_member(request.user):
        return ""
    return render_to_string("crm/_contact_opportunities.html", {"entity": entity}, request)


def _home_card(request: HttpRequest) -> str:
    """Nothing where nothing is past its day."""
    user = request.user
    if not user.is_authenticated or not is_staff_member(user):
        return ""
    today = company_day(now())
    number = needing_care(user, on=today)
    context = {"number": number, "user": user, "yesterday": today - timedelta(days=1)}
    return render_to_string("crm/opportunities_card.html", context, request) if number else ""


def _find(user: User, text: str, limit: int) -> list[SearchHit]:
    if len(text) < _SEARCHED_FROM:
        return []
    found = Opportunity.objects.visible_to(user).live().filter(title__icontains=text).select_related("stage")
    return [
        SearchHit(
            title=each.title,
            url=reverse("crm:opportunity", args=[each.pk]),
            subtitle=each.stage.title,
            icon="target-arrow",
        )
        for each in found.order_by("-changed_at", "-pk")[:limit]
    ]


def _listing(request: HttpRequest) -> Listing | None:
    user = request.user
    return opportunity_listing.opportunity_listing(user) if is_staff_member(user) and user.is_authenticated else None


def _trashed(request: HttpRequest) -> Listing | None:
    user = request.user
    return opportunity_listing.trashed_listing(user) if is_staff_member(user) and user.is_authenticated else None


def _draw(activity: Activity) -> str:
    facts = activity.facts
    shown = {name: own_word(str(facts.get(name, ""))) for name in ("from", "to")}
    if not shown["to"]:
        return ""
    words = _("from “%(from)s” to “%(to)s”") % shown if shown["from"] else _("in “%(to)s”") % shown
    return fill('<p class="activity__facts">{}</p>', words)


def _tokens_of(ids: Collection[int]) -> dict[int, list[int]]:
    """Who sees one of its contacts reads what belongs to it."""
    links = OpportunityContact.objects.filter(opportunity__in=ids)
    tokens: dict[int, list[int]] = defaultdict(list)
    for pk, folder, restricted in links.values_list("opportunity", "entity__folder_id", "entity__is_restricted"):
        tokens[pk].append(token_of(folder_id=folder, is_restricted=restricted))
    return dict(tokens)


def _describe(ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Entries bear its title already: that is a query less on each timeline."""
    return {pk: (_("Opportunity"), reverse("crm:opportunity", args=[pk])) for pk in ids}


def _editable(actor: User, ids: Collection[int]) -> set[int]:
    """Whose changes `actor` may undo: those they manage, and those of contacts that they may change or manage.

    Whoever has handed a contact on takes that back though its opportunities are another one's now.
    """
    today = company_day(now())
    theirs = managed_opportunities(actor, ids, on=today)
    links = OpportunityContact.objects.filter(opportunity__in=set(ids) - theirs, is_primary=True)
    contacts = dict(links.values_list("opportunity", "entity"))
    entities = set(contacts.values())
    known = set(Entity.objects.editable_by(actor).filter(pk__in=entities).values_list("pk", flat=True))
    known |= managed_contacts(actor, entities - known, on=today)
    return theirs | {pk for pk, entity_id in contacts.items() if entity_id in known}


def _settings(actor: Any, ids: Collection[int]) -> set[int]:
    return set(ids) if can_change_settings(actor) else set()
