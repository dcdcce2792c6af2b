"""What claims and threads add to the frame, to the history and to mail. See contributions.py."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.permissions import can_change_settings
from apps.activities.selectors.bell import MOST, unread_count
from apps.contacts.models import Entity
from apps.core import clock
from apps.core.contributions import (
    Bell,
    Kind,
    MenuItem,
    Panel,
    Undoer,
    bells,
    contexts,
    filing,
    home_cards,
    kinds,
    live,
    menu,
    notice_records,
    panels,
    shown,
    undoers,
    verbs,
)
from apps.core.home import HomeCard
from apps.core.listing import Listing, ListingEntry, listings
from apps.core.markup import fill, icon
from apps.crm.claim_listing import PORTAL_KEY, STAFF_KEY, portal_listing, staff_listing
from apps.crm.models import Assignment, Claim, Dealer, Order
from apps.crm.models.reach import portal_reader
from apps.crm.permissions.claims import may_speak_for, works_with_claims
from apps.crm.portal.doors import is_dealer
from apps.crm.selectors.claim_contexts import CONTEXTS, claims_named
from apps.crm.selectors.notice_lines import RECORDS, record
from apps.crm.selectors.threads import MESSAGE, may_hear_thread
from apps.crm.selectors.waiting import waiting_number
from apps.crm.services.assignments import after_undo as after_assignments
from apps.crm.services.assignments import editable as editable_assignments
from apps.crm.services.claim_steps import after_undo, editable_claims

VERBS = {
    "claim.filed": _("Claim filed"),
    "claim.taken": _("Claim taken over"),
    "claim.asked": _("Dealer asked about a claim"),
    "claim.decided": _("Claim decided"),
    "claim.withdrawn": _("Claim taken back"),
    "claim.closed": _("Claim closed"),
    "claim.reopened": _("Claim opened again"),
    "claim_cause.made": _("Cause of claims made"),
    "claim_cause.renamed": _("Cause of claims renamed"),
    "claim_cause.retired": _("Cause of claims retired"),
    "assignment.made": _("Account manager assigned"),
    "assignment.ended": _("Account manager taken off"),
    "assignment.stand_in": _("Stand-in named"),
}


def register() -> None:
    """Called once, when the app is ready."""
    for verb, title in VERBS.items():
        verbs.register(verb, title)
    undoer = Undoer(
        Claim,
        subject_field="pk",
        version_field="version",
        ignore=frozenset({"changed_at", "version"}),
        editable=editable_claims,
        after=after_undo,
    )
    undoers.register("crm.claim", undoer)
    kinds.register("claim", Kind(_("Claim"), "alert-triangle"))
    kinds.register(MESSAGE, Kind(_("Message with a dealer"), "message"))
    for key, context in CONTEXTS.items():
        contexts.register(key, context)
    filing.register("crm.claim", claims_named)
    for key, (model, staff_route, portal_route) in RECORDS.items():
        notice_records.register(key, record(model, staff_route, portal_route))
    shown.register("crm", _firm)
    live.register("thread", may_hear_thread)
    live.register("claims", lambda user, _channel: works_with_claims(user))
    listings.register(STAFF_KEY, ListingEntry(_staff))
    listings.register(PORTAL_KEY, ListingEntry(_portal))
    bells.register("portal", Bell("portal:notices", "portal:bell", unread_count, MOST, is_dealer), position=50)
    board = MenuItem("main", _("Claims"), "crm:claims", "alert-triangle", works_with_claims, section="/crm/claims/")
    menu.register("crm.claims", board, position=60)
    mine = MenuItem("main", _("Claims"), "portal:claims", "alert-triangle", is_dealer, section="/portal/claims/")
    menu.register("portal.claims", mine, position=64)
    waits = MenuItem("main", _("Waiting"), "crm:waiting", "hourglass", works_with_claims, section="/crm/waiting/")
    menu.register("crm.waiting", waits, position=61)
    causes = MenuItem("settings", _("Causes of claims"), "crm:claim_causes", "list-search", can_change_settings)
    menu.register("crm.claim_causes", causes, position=40)
    waiting = HomeCard(
        title=_("Dealers"),
        icon="hourglass",
        render=_waiting,
        may_have=works_with_claims,
        roles=("admin", "manager", "sales", "claims"),
        nothing=_("Nothing of dealers waits for you."),
        kept_seconds=60,
    )
    home_cards.register("crm.waiting", waiting, position=6)
    panels.register("crm.manager", Panel("contact", "action", _("Account manager"), _manager, "user-star"))
    panels.register("crm.order.claim", Panel("order", "action", _("File a claim"), _claim_action, "alert-triangle"))
    panels.register("crm.order.price", Panel("order", "action", _("Ask for the price"), _ask_price, "receipt"))
    panels.register("crm.order.talk", Panel("order", "action", _("Messages"), _order_talk, "message"))
    undoers.register(
        "crm.assignment", Undoer(Assignment, subject_field="pk", editable=editable_assignments, after=after_assignments)
    )
    talk = MenuItem("main", _("Messages"), "portal:messages", "message", is_dealer, section="/portal/messages/")
    menu.register("portal.messages", talk, position=65)


def _waiting(request: HttpRequest) -> str:
    """On Home: how much of dealers waits for oneself; nothing where nothing does."""
    user = request.user
    if not works_with_claims(user) or not user.is_authenticated:
        return ""
    count = waiting_number(user, now=clock.now())
    return render_to_string("crm/waiting_card.html", {"count": count, "user": user}, request) if count else ""


def _claim_action(request: HttpRequest, order: Order) -> str:
    """On an order's page in the portal, for those who may write."""
    user = request.user
    if not user.is_authenticated or not may_speak_for(user, order.dealer_id):
        return ""
    return render_to_string("portal/_claim_action.html", {"order": order}, request)


def _ask_price(request: HttpRequest, order: Order) -> str:
    """On an order without a price, for those of the firm who may see one."""
    user, reader = request.user, portal_reader(request.user)
    if not user.is_authenticated or reader is None or not reader.sees_money or not may_speak_for(user, order.dealer_id):
        return ""
    if hasattr(order, "money"):
        return ""
    return render_to_string("portal/_price_action.html", {"order": order}, request)


def _order_talk(request: HttpRequest, order: Order) -> str:
    """On an order's page, the way to what was written about it: the dealer's, and that of those who answer."""
    route = "portal:order_thread" if is_dealer(request.user) else "crm:order_thread"
    if not is_dealer(request.user) and not works_with_claims(request.user):
        return ""
    url = reverse(route, args=[order.pk])
    return fill('<a class="btn btn--plain" href="{}">{}{}</a>', url, icon("message"), gettext("Messages"))


def _manager(request: HttpRequest, entity: Entity) -> str:
    """On a dealer's contact page: who looks after them, and the way to write to them."""
    if entity.is_person or not works_with_claims(request.user):
        return ""
    dealer = Dealer.objects.filter(entity=entity).first()
    return render_to_string("crm/manager_action.html", {"dealer": dealer}, request) if dealer else ""


def _firm(user: object) -> int | None:
    reader = portal_reader(user)  # type: ignore[arg-type]  # users, as registries know them
    return reader.entity_id if reader else None


def _staff(request: HttpRequest) -> Listing | None:
    return staff_listing() if works_with_claims(request.user) else None


def _portal(request: HttpRequest) -> Listing | None:
    user = request.user
    return portal_listing(user) if user.is_authenticated and is_dealer(user) else None
