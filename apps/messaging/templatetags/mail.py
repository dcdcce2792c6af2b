"""Times, sizes and icons of mail on pages."""

from __future__ import annotations

from datetime import UTC, datetime

from django import template
from django.template.defaultfilters import filesizeformat
from django.utils.safestring import SafeString
from django.utils.timezone import localdate

from apps.accounts.formatting import date_text, exact_text, time_text
from apps.accounts.preferences import current_preferences
from apps.core import clock
from apps.core.markup import fill
from apps.messaging.contents import PDF, PICTURES

register = template.Library()
_ICONS = {"image": "photo", "audio": "volume", "video": "video", "text": "file-text"}


@register.filter
def mail_time(value: datetime) -> SafeString:
    """In a list: the time of today's mails, the day of others, the exact moment on hover."""
    preferences = current_preferences()
    today = localdate(value) == localdate(clock.now())
    shown = time_text(preferences, value) if today else date_text(preferences, value, weekday=True)
    iso = value.astimezone(UTC).isoformat(timespec="seconds")
    return fill('<time datetime="{}" title="{}">{}</time>', iso, exact_text(preferences, value), shown)


@register.filter
def exact_moment(value: datetime) -> str:
    """To the second, with its zone."""
    return exact_text(current_preferences(), value)


@register.filter
def file_size(value: int) -> str:
    return str(filesizeformat(value))


@register.filter
def file_icon(content_type: str) -> str:
    """The name of the icon for what a file claims to be."""
    if content_type == "application/pdf":
        return "file-type-pdf"
    return _ICONS.get(content_type.partition("/")[0], "file")


@register.filter
def previewable(content_type: str) -> bool:
    """Whether it may be something that is shown; its bytes decide when it is asked for."""
    return content_type in PICTURES or content_type == PDF
