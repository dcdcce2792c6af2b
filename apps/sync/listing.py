"""The lists of batches and of rejections."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.templatetags.formats import moment
from apps.core.listing import Action, ChoiceFilter, Column, DateRangeFilter, Empty, Listing, TextFilter
from apps.sync.drawing import batch_badge, rejection_badge
from apps.sync.models import Batch, Rejection, Source

BATCHES, REJECTIONS = "sync.batches", "sync.rejections"


def batch_listing(source: Source) -> Listing:
    return Listing(
        key=BATCHES,
        columns=[
            Column(
                "received", _("Received"), lambda batch: moment(batch.received_at), sort=("received_at",), fixed=True
            ),
            Column("state", _("State"), batch_badge),
            Column("records", _("Records"), lambda batch: batch.records, numeric=True),
            Column("rejected", _("Rejections"), lambda batch: batch.rejected, numeric=True),
            Column("size", _("Bytes"), lambda batch: batch.size, numeric=True, phone=False),
            Column("applied_at", _("Applied"), lambda batch: moment(batch.applied_at)),
            Column("as_of", _("Data as of"), lambda batch: moment(batch.as_of), default=False),
            Column("key", pgettext_lazy("idempotency", "Key"), lambda batch: batch.key, default=False),
        ],
        default_sort="-received",
        filters=[
            ChoiceFilter(key="state", title=_("State"), field="state", choices=Batch.State.choices),
            DateRangeFilter(key="received", title=_("Received"), field="received_at"),
        ],
        row_label=lambda batch: batch.key,
        empty=Empty(_("No batches"), _("What this source sends stands here, as it came."), "package"),
        path=reverse("sync:batches", args=[source.code]),
    )


def rejection_listing(source: Source) -> Listing:
    def url(act: str) -> str:
        return reverse("sync:rejections_bulk", args=[source.code, act])

    def row(rejection: Any) -> str:
        return reverse("sync:rejection", args=[source.code, rejection.pk])

    return Listing(
        key=REJECTIONS,
        columns=[
            Column("reason", _("Reason"), lambda rejection: rejection.reason[:300], fixed=True),
            Column("state", _("State"), rejection_badge),
            Column("type", _("Record"), lambda rejection: rejection.record_type),
            Column("code", pgettext_lazy("rejection", "Code"), lambda rejection: rejection.code),
            Column("when", _("When"), lambda rejection: moment(rejection.created_at), sort=("id",)),
            Column(
                "position", _("Place in its batch"), lambda rejection: rejection.position, default=False, numeric=True
            ),
        ],
        default_sort="-when",
        filters=[
            ChoiceFilter(key="state", title=_("State"), field="state", choices=Rejection.State.choices),
            TextFilter(key="code", title=pgettext_lazy("rejection", "Code"), field="code", match="iexact"),
        ],
        row_url=row,
        row_label=lambda rejection: rejection.reason[:80],
        actions=[
            Action("replay", _("Replay"), url("replay"), "refresh"),
            Action("dismiss", _("Dismiss"), url("dismiss"), "ban", danger=True),
        ],
        empty=Empty(_("No rejections"), _("Records that break the agreed format stand here."), "mood-check"),
        path=reverse("sync:rejections", args=[source.code]),
    )
