"""The list of campaigns, and the one of a campaign's recipients, which stands behind each of its figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.templatetags.formats import day, moment
from apps.core.listing import ChoiceFilter, Column, Empty, Listing
from apps.core.markup import fill, record_url
from apps.crm.models import Campaign, CampaignLink, CampaignRecipient, MailingTopic
from apps.crm.models.campaign_recipients import Outcome
from apps.crm.selectors.segments import name_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from apps.accounts.models import User
    from apps.core.listing.filters import Choices, Values

KEY = "crm.campaigns"
RECIPIENTS = "crm.campaign_recipients"
STATE_COLOURS = {
    "draft": "grey",
    "scheduled": "purple",
    "running": "blue",
    "paused": "yellow",
    "done": "green",
    "cancelled": "red",
}
_ROW_COLOURS = {"waiting": "grey", "made": "blue", "sent": "green", "uncertain": "yellow", "failed": "red"}


def campaign_listing(user: User) -> Listing:
    def segment(campaign: Campaign) -> str:
        return name_of(campaign.segment, user) if campaign.segment else ""

    return Listing(
        key=KEY,
        columns=[*_CAMPAIGNS[:4], Column("segment", _("Segment"), segment), *_CAMPAIGNS[4:]],
        default_sort="-made",
        filters=[
            ChoiceFilter(key="state", title=_("State"), field="state", choices=Campaign.State.choices),
            ChoiceFilter(key="topic", title=_("Topic"), field="topic", choices=_topics),
        ],
        search=lambda found, text: found.filter(Q(name__icontains=text) | Q(subject__icontains=text)),
        search_label=_("Search campaigns"),
        fetch=lambda found: found.select_related("topic", "segment", "made_by"),
        row_url=lambda campaign: record_url("crm:campaign", campaign.pk),
        empty=Empty(
            _("No campaigns yet"),
            _("Save a segment of contacts, then write to all of it at once."),
            "speakerphone",
        ),
        path=reverse("crm:campaigns"),
    )


def recipient_listing(campaign: Campaign | None) -> Listing:
    """Of one campaign; None for the dialogs of the list, which know of none."""
    return Listing(
        key=RECIPIENTS,
        columns=_RECIPIENTS,
        default_sort="address",
        filters=[
            ChoiceFilter(
                key="outcome", title=_("Outcome"), choices=Outcome.choices, multiple=False, narrow=_with_outcome
            ),
            ChoiceFilter(
                key="variant", title=_("Subject"), field="variant", choices=[("a", "A"), ("b", "B")], multiple=False
            ),
            ChoiceFilter(key="link", title=_("Link"), choices=lambda: _links(campaign), narrow=_followed),
        ],
        search=lambda found, text: found.filter(Q(name__icontains=text) | Q(address__icontains=text)),
        search_label=_("Search recipients"),
        fetch=lambda found: found.select_related("answer"),
        row_url=lambda row: record_url("contacts:entity", row.entity_id) if row.entity_id else "",
        row_label=lambda row: row.address,
        empty=Empty(_("Nobody here"), _("Recipients stand here once the campaign has begun."), "users"),
        path=reverse("crm:campaign_recipients", args=[campaign.pk]) if campaign else "",
        is_private=True,
    )


def state_badge(campaign: Campaign) -> object:
    shape = '<span class="status status--{} status--wide">{}</span>'
    return fill(shape, STATE_COLOURS.get(campaign.state, "grey"), campaign.get_state_display())


def _topics() -> Choices:
    return [(str(topic.pk), topic.title) for topic in MailingTopic.objects.order_by("title", "pk")]


def _links(campaign: Campaign | None) -> Choices:
    found = CampaignLink.objects.filter(campaign=campaign) if campaign else CampaignLink.objects.none()
    return [(str(link.position), link.url) for link in found.order_by("position")]


def _with_outcome(found: QuerySet[Any], values: Values) -> QuerySet[Any]:
    narrowed: QuerySet[Any] = found.with_outcome(values[0])  # type: ignore[attr-defined]  # a CampaignRecipientQuerySet
    return narrowed


def _followed(found: QuerySet[Any], values: Values) -> QuerySet[Any]:
    positions = [int(value) for value in values]
    links = CampaignLink.objects.filter(position__in=positions).values("pk")
    return found.filter(pk__in=found.filter(clicks__link__in=links).order_by().values("pk"))


def _moment(name: str) -> Any:
    return lambda row: moment(value) if (value := getattr(row, name)) else ""


def _row_state(row: CampaignRecipient) -> object:
    shape = '<span class="status status--{}">{}</span>{}'
    error = fill('<br><small class="text-secondary">{}</small>', row.error) if row.error else ""
    return fill(shape, _ROW_COLOURS.get(row.state, "grey"), row.get_state_display(), error)


def _started(campaign: Campaign) -> object:
    at = campaign.started_at or campaign.scheduled_at
    return moment(at) if at else ""


_CAMPAIGNS = [
    Column("name", _("Campaign"), lambda campaign: campaign.name, sort=("name",), fixed=True),
    Column("state", _("State"), state_badge),
    Column("subject", _("Subject"), lambda campaign: campaign.subject),
    Column("topic", _("Topic"), lambda campaign: campaign.topic or "", default=False),
    Column("total", _("Recipients"), lambda campaign: campaign.total or "", numeric=True),
    Column("started", _("Begins"), _started, sort=("started_at",)),
    Column("by", _("Made by"), lambda campaign: campaign.made_by, default=False),
    Column("made", _("Made"), lambda campaign: day(campaign.created_at), sort=("created_at",), default=False),
]
_RECIPIENTS = [
    Column("name", pgettext_lazy("person", "Name"), lambda row: row.name, fixed=True),
    Column("address", _("E-mail"), lambda row: row.written, sort=("address",)),
    Column("variant", _("Subject"), lambda row: row.variant.upper()),
    Column("state", _("State"), _row_state),
    Column("sent", pgettext_lazy("campaign", "Sent"), _moment("settled_at")),
    Column("opened", _("Opened"), _moment("opened_at"), default=False),
    Column("clicked", _("Clicked"), _moment("clicked_at")),
    Column("answered", _("Answered"), _moment("answered_at")),
    Column("returned", _("Came back"), _moment("returned_at"), default=False),
]
