"""What customers, dealers and orders add to the customer sheet: each part as far as its reader may read it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from apps.core.clock import company_day
from apps.core.contributions import SheetBlock
from apps.crm.doors import deals_with_money, deals_with_orders
from apps.crm.drawing.freshness import plain_words
from apps.crm.models import (
    Assignment,
    Claim,
    Dealer,
    EntityPersona,
    JourneyStep,
    Order,
    Shipment,
    ShipmentStop,
    Status,
    TeamContact,
)
from apps.crm.selectors.freshness import sources_of
from apps.crm.selectors.settlements import accounts_of
from apps.messaging.services.papers.letters import count, day, money

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.contacts.models import Entity

_LATEST = 10  # orders, and who was in charge
_MOST = 50  # claims and deliveries; nobody has more open ones
_PURPOSES = {"account": gettext_lazy("In charge"), "claims": gettext_lazy("In charge of claims")}


def standing(_user: User, entity: Entity, now: datetime) -> SheetBlock:
    """Personas, teams, and since when it stands where on each journey."""
    held = EntityPersona.objects.filter(entity=entity, valid_to__isnull=True).select_related("persona")
    personas = [each.persona.title for each in held.order_by("persona__position", "persona")]
    teams = TeamContact.objects.current().filter(entity=entity).order_by("team__name")
    steps = JourneyStep.objects.current().filter(entity=entity).select_related("stage", "pipeline")
    lines = []
    for step in steps.order_by("pipeline__position", "pk"):
        days = max((now - step.entered_at).days, 0)
        since = ngettext("%(days)s day, since %(day)s", "%(days)s days, since %(day)s", days)
        words = since % {"days": count(days), "day": day(step.entered_at)}
        lines.append((step.pipeline.title, [f"{step.stage.title} ({words})"]))
    known = [(_("Personas"), personas), (_("Teams"), list(teams.values_list("team__name", flat=True))), *lines]
    return SheetBlock(facts=known)


def charge(_user: User, entity: Entity, now: datetime) -> SheetBlock:
    """Who is in charge and who was; the reasons of hand-overs stay on their own page."""
    rows = Assignment.objects.filter(entity=entity).select_related("user", "team").order_by("-valid_from", "-pk")
    today = company_day(now)
    lines = [
        (
            str(_PURPOSES.get(each.purpose, each.purpose)),
            str(each.user or each.team) + (f" ({_('stands in')})" if each.layer == Assignment.Layer.STAND_IN else ""),
            day(each.valid_from),
            day(each.valid_to) if each.valid_to else (_("today") if each.valid_from <= today else ""),
        )
        for each in rows[:_LATEST]
    ]
    return SheetBlock(head=(_("For what"), _("Who"), pgettext("day", "From"), _("Until")), rows=lines)


def orders(user: User, entity: Entity, _now: datetime) -> SheetBlock | None:
    """The latest, and how many there are; with sums for readers of money."""
    if not deals_with_orders(user):
        return None
    seen = Order.objects.visible_to(user).filter(dealer__entity=entity)
    sees_money = deals_with_money(user)
    joins = ["state", "money"] if sees_money else ["state"]
    latest = list(seen.select_related(*joins).order_by("-received_at", "-pk")[:_LATEST])
    if not latest:
        return None
    known: list[tuple[str, Sequence[str]]] = [(_("Orders"), [count(seen.count())])]
    head = [_("Number"), _("Received"), _("Status")]
    if sees_money:
        sums = seen.filter(money__isnull=False, state__is_cancelled=False).order_by().values("money__currency")
        sums = sums.annotate(all=Sum("money__amount")).order_by("money__currency")
        known.append((_("Sum"), [money(each["all"], each["money__currency"]) for each in sums]))
        head.append(_("Amount"))
    return SheetBlock(known, head, [_order(each, sees_money=sees_money) for each in latest])


def _order(order: Order, *, sees_money: bool) -> list[str]:
    row = [order.number, day(order.received_at), str(Status(order.state.status).label)]
    if sees_money:
        told = getattr(order, "money", None)
        row.append(money(told.amount, told.currency) if told else "")
    return row


def balance(user: User, entity: Entity, now: datetime) -> SheetBlock | None:
    """What the customer owes by plant, and how fresh that is."""
    dealer = Dealer.objects.visible_to(user).filter(entity=entity).first() if deals_with_money(user) else None
    if dealer is None:
        return None
    sources = sources_of(dealer.plant_ids, now=now)
    rows = [
        (each.plant.name, money(each.balance, each.currency), plain_words(sources.of(each.plant.pk, "money")))
        for each in accounts_of(dealer.pk)
    ]
    return SheetBlock(
        head=(_("Plant"), _("Balance"), _("As of")), rows=rows, note=_("What is above zero the customer owes.")
    )


def claims(user: User, entity: Entity, _now: datetime) -> SheetBlock:
    """Those that are open, the one first that is due first."""
    found = Claim.objects.visible_to(user).open().filter(dealer__entity=entity).order_by("due_at", "pk")
    rows = [
        (each.number, each.get_kind_display(), each.get_state_display(), day(each.due_at)) for each in found[:_MOST]
    ]
    return SheetBlock(head=(_("Number"), _("About"), _("State"), _("Decision by")), rows=rows)


def shipments(user: User, entity: Entity, _now: datetime) -> SheetBlock:
    """Deliveries to come, those under way too."""
    stops = ShipmentStop.objects.visible_to(user).filter(dealer__entity=entity, done_at__isnull=True)
    stops = stops.exclude(shipment__state__in=[Shipment.State.DONE, Shipment.State.CANCELLED])
    stops = stops.select_related("shipment").order_by("shipment__planned_on", "pk")
    rows = [
        (each.shipment.number, day(each.shipment.planned_on), each.city, each.shipment.get_state_display())
        for each in stops[:_MOST]
    ]
    return SheetBlock(head=(_("Number"), _("Day"), _("Town"), _("State")), rows=rows)
