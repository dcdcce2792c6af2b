"""The lists of what a connection keeps at the other side, and of what it has told."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.templatetags.formats import moment
from apps.core.contributions import analytics_facts
from apps.core.listing import Action, ChoiceFilter, Column, Empty, Listing, TextFilter, YesNoFilter
from apps.core.markup import fill, record_url
from apps.sync.connection_drawing import event_badge, member_badge
from apps.sync.models import AnalyticsEvent, AudienceMember, Connection

MEMBERS, EVENTS = "sync.audience", "sync.analytics"


def listing_of(connection: Connection) -> Listing:
    return member_listing(connection) if connection.kind == Connection.Kind.MAILCHIMP else event_listing(connection)


def member_listing(connection: Connection | None) -> Listing:
    """Of any connection without one: its dialogs are the same for all."""
    return Listing(
        key=MEMBERS,
        columns=[
            Column("contact", _("Contact"), _contact, fixed=True, join=("entity",)),
            Column("address", _("E-mail"), lambda member: member.address),
            Column("state", _("State"), member_badge),
            Column("trouble", _("Why"), lambda member: gettext(member.trouble) if member.trouble else ""),
            Column("tags", _("Tags"), lambda member: ", ".join(member.tags), default=False),
            Column("sent", _("Sent"), lambda member: moment(member.sent_at), sort=("id",)),
        ],
        default_sort="-sent",
        filters=[
            ChoiceFilter(key="state", title=_("State"), field="state", choices=AudienceMember.State.choices),
            TextFilter(key="address", title=_("E-mail"), field="address", match="istartswith"),
            YesNoFilter(key="waits", title=_("Waits"), narrow=_waits),
        ],
        row_label=_contact_name,
        actions=_actions(connection),
        empty=Empty(
            _("Nobody yet"), _("Once it is switched on, the contacts of its filter stand here."), "users-group"
        ),
        path=_path(connection),
    )


def event_listing(connection: Connection | None) -> Listing:
    """As `member_listing`."""
    return Listing(
        key=EVENTS,
        columns=[
            Column("event", _("Event"), _title, fixed=True),
            Column("state", _("State"), event_badge),
            Column("trouble", _("Why"), lambda event: event.trouble),
            Column("params", _("Parameters"), _params),
            Column("happened", _("When"), lambda event: moment(event.happened_at), sort=("id",)),
            Column("settled", _("Sent"), lambda event: moment(event.settled_at), default=False),
        ],
        default_sort="-happened",
        filters=[
            ChoiceFilter(key="state", title=_("State"), field="state", choices=AnalyticsEvent.State.choices),
            ChoiceFilter(key="event", title=_("Event"), field="name", choices=_names),
        ],
        row_label=lambda event: str(_title(event)),
        actions=_actions(connection),
        empty=Empty(_("No events yet"), _("Once it is switched on, what happens stands here."), "chart-line"),
        path=_path(connection),
    )


def _path(connection: Connection | None) -> str:
    return reverse("sync:connection_rows", args=[connection.pk]) if connection else reverse("sync:connections")


def _actions(connection: Connection | None) -> list[Action]:
    if connection is None:
        return []
    pk = connection.pk

    def url(act: str) -> str:
        return reverse("sync:connection_bulk", args=[pk, act])

    return [
        Action("replay", _("Replay"), url("replay"), "refresh"),
        Action("dismiss", _("Dismiss"), url("dismiss"), "ban", danger=True),
    ]


def _contact(member: AudienceMember) -> object:
    if member.entity is None:
        return gettext("(gone)")
    return fill('<a href="{}">{}</a>', record_url("contacts:entity", member.entity.pk), member.entity.display_name)


def _contact_name(member: AudienceMember) -> str:
    return member.entity.display_name if member.entity else member.address


def _waits(queryset: Any, values: tuple[str, ...]) -> Any:
    return queryset.filter(due_at__isnull=values[0] != "yes")


def _names() -> list[tuple[str, Any]]:
    return [(name, fact.title) for name, fact in analytics_facts.items()]


def _title(event: AnalyticsEvent) -> object:
    fact = analytics_facts.get(event.name)
    return fact.title if fact else event.name


def _params(event: AnalyticsEvent) -> str:
    return ", ".join(f"{name}={value}" for name, value in event.params.items() if name != "event_uid")
