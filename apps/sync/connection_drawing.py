"""Badges of connections and of what waits for them."""

from __future__ import annotations

from datetime import datetime

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from apps.sync.models import AnalyticsEvent, AudienceMember, Connection

_MEMBERS = {
    AudienceMember.State.THERE: "green",
    AudienceMember.State.UNSUBSCRIBED: "yellow",
    AudienceMember.State.REFUSED: "red",
}
_EVENTS = {
    AnalyticsEvent.State.QUEUED: "yellow",
    AnalyticsEvent.State.SENT: "green",
    AnalyticsEvent.State.REFUSED: "red",
    AnalyticsEvent.State.DROPPED: "orange",
}


def connection_badge(connection: Connection, now: datetime) -> SafeString:
    """Off, on, failing or stopped: what somebody has to know first."""
    state = Connection.State(connection.state)
    if state == Connection.State.STOPPED:
        return _badge(state.label, "red")
    if state == Connection.State.OFF:
        return _badge(state.label, "")
    if connection.failures:
        return _badge(_("Failing"), "orange")
    if connection.busy_until and connection.busy_until > now:
        return _badge(_("At work"), "blue")
    return _badge(state.label, "green")


def member_badge(member: AudienceMember) -> SafeString:
    return _badge(member.get_state_display(), _MEMBERS.get(AudienceMember.State(member.state), ""))


def event_badge(event: AnalyticsEvent) -> SafeString:
    return _badge(event.get_state_display(), _EVENTS.get(AnalyticsEvent.State(event.state), ""))


def _badge(text: object, colour: str) -> SafeString:
    return render_to_string("components/badge.html", {"text": text, "colour": colour, "wide": True})
