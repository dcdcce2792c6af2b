"""Badges and charts of sources."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from apps.sync.models import Batch, Rejection, Source, SourceMinute

_SOURCES = {Source.State.ACTIVE: "green", Source.State.PAUSED: "yellow", Source.State.STOPPED: "red"}
_BATCHES = {Batch.State.WAITING: "yellow", Batch.State.APPLIED: "green", Batch.State.REFUSED: "red"}
_REJECTIONS = {Rejection.State.OPEN: "red", Rejection.State.REPLAYED: "green", Rejection.State.DISMISSED: ""}


def source_badge(state: str) -> SafeString:
    return _badge(Source.State(state).label, _SOURCES[Source.State(state)])


def batch_badge(batch: Batch) -> SafeString:
    return _badge(batch.get_state_display(), _BATCHES[Batch.State(batch.state)])


def rejection_badge(rejection: Rejection) -> SafeString:
    return _badge(rejection.get_state_display(), _REJECTIONS[Rejection.State(rejection.state)])


def _badge(text: object, colour: str) -> SafeString:
    return render_to_string("components/badge.html", {"text": text, "colour": colour, "wide": True})


def rate_chart(minutes: Sequence[SourceMinute]) -> str:
    """What was read and rejected by the minute, for <line-chart>; each value is one of a row that is kept."""
    return _chart(minutes, {"read": _("Records"), "rejected": _("Rejections")})


def lag_chart(minutes: Sequence[SourceMinute]) -> str:
    """The longest time between receipt and application, by the minute, in seconds."""
    return _chart(minutes, {"lag": _("Lag")})


def _chart(minutes: Sequence[SourceMinute], names: Mapping[str, str]) -> str:
    labels = [f"{timezone.localtime(row.minute):%H:%M}" for row in minutes]
    series = [
        {"name": title, "values": [str(round(getattr(row, name), 3)) for row in minutes]}
        for name, title in names.items()
    ]
    return json.dumps({"labels": labels, "series": series})
