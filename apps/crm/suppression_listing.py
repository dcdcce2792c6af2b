"""The list of addresses that get no mailings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.templatetags.formats import day
from apps.core.listing import ChoiceFilter, Column, DateRangeFilter, Empty, Listing
from apps.core.markup import breakable, fill, record_url
from apps.core.models import Suppression
from apps.core.tables import FORMATS
from apps.crm.models import MailingTopic

if TYPE_CHECKING:
    from apps.core.listing.filters import Choices

KEY = "crm.suppressions"
MOST_ROWS = 500_000
_COLOURS = {"complained": "red", "bounced": "orange", "unsubscribed": "yellow", "by_hand": "grey"}


def suppression_listing() -> Listing:
    """The same for all who may see it."""
    titles = dict(_topics())
    return Listing(
        key=KEY,
        columns=[
            Column("address", _("Address"), lambda row: breakable(row.address), sort=("address",), fixed=True),
            Column("reason", _("Why"), _reason),
            Column("scope", _("What it gets none of"), lambda row: titles.get(row.scope, row.scope)),
            Column("created", _("Since"), lambda row: day(row.created_at), sort=("created_at",)),
            Column("actor", pgettext_lazy("assigned", "By"), lambda row: str(row.actor or "")),
            Column("origin", _("From where"), lambda row: row.origin, default=False),
        ],
        default_sort="-created",
        filters=[
            ChoiceFilter(key="reason", title=_("Why"), choices=Suppression.Reason.choices, field="reason"),
            ChoiceFilter(key="scope", title=_("Topic"), choices=_topics, field="scope"),
            DateRangeFilter(key="created", title=_("Since"), field="created_at", moments=True),
        ],
        search=_with_text,
        search_label=_("Address"),
        fetch=lambda found: found.select_related("actor"),
        row_url=lambda row: record_url("crm:suppression", row.pk),
        row_label=lambda row: row.address,
        empty=Empty(
            _("Nobody is kept from mailings"),
            _("Who unsubscribes, can't be reached or reports a mailing as spam stands here, and gets none."),
            "mail-off",
        ),
        path=reverse("crm:suppressions"),
        exports=[(kind.upper(), reverse("crm:suppression_download", args=[kind])) for kind in FORMATS],
    )


def file_titles() -> list[object]:
    return [
        _("Address"),
        _("Why"),
        _("What it gets none of"),
        _("Since"),
        pgettext_lazy("assigned", "By"),
        _("From where"),
    ]


def file_rows(found: Iterable[Any]) -> Iterable[list[object]]:
    titles = dict(_topics())
    for row in found:
        topic = titles.get(row.scope, row.scope)
        yield [row.address, row.get_reason_display(), topic, row.created_at, str(row.actor or ""), row.origin]


def _topics() -> Choices:
    rows = MailingTopic.objects.order_by("title", "pk")
    return [(Suppression.ALL, _("All mailings")), *((topic.scope, topic.title) for topic in rows)]


def _with_text(found: QuerySet[Suppression], text: str) -> QuerySet[Suppression]:
    return found.filter(address__contains=text.strip().lower())


def _reason(row: Suppression) -> object:
    shape = '<span class="status status--{}">{}</span>'
    return fill(shape, _COLOURS[row.reason], row.get_reason_display())
