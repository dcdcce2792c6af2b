"""The list of segments, one's own and shared ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.templatetags.formats import day
from apps.core.listing import Column, Empty, Listing, YesNoFilter
from apps.core.markup import record_url

if TYPE_CHECKING:
    from apps.crm.models import Segment

KEY = "crm.segments"


def segment_listing() -> Listing:
    return Listing(
        key=KEY,
        columns=_COLUMNS,
        default_sort="name",
        filters=[YesNoFilter(key="shared", title=_("Shared"), field="is_shared")],
        search=lambda found, text: found.filter(name__icontains=text),
        search_label=_("Search segments"),
        fetch=lambda found: found.select_related("owner"),
        row_url=lambda segment: record_url("crm:segment", segment.pk),
        empty=Empty(
            _("No segments yet"),
            _("Narrow the list of contacts, then choose “Save as segment” among its views."),
            "filter",
            _("Contacts"),
            reverse("contacts:list"),
        ),
        path=reverse("crm:segments"),
    )


def _shared(segment: Segment) -> object:
    return _("Yes") if segment.is_shared else ""


_COLUMNS = [
    Column("name", _("Segment"), lambda segment: segment.name, sort=("name",), fixed=True),
    Column("owner", _("Owner"), lambda segment: str(segment.owner)),
    Column("shared", _("Shared"), _shared),
    Column("made", _("Made"), lambda segment: day(segment.created_at), sort=("created_at",)),
]
