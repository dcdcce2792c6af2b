"""What a mail's row of the history shows beside its words, and where it leads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.markup import fill

if TYPE_CHECKING:
    from apps.activities.models import Activity


def draw_mail(activity: Activity) -> str:
    """ "Received · 2 attachments", of a mail whose words are its people's own the fact alone."""
    facts = activity.facts
    parts = [_("Sent") if facts.get("direction") == "out" else _("Received")]
    if count := facts.get("attachments"):
        parts.append(ngettext("%(count)d attachment", "%(count)d attachments", count) % {"count": count})
    words = " · ".join(parts)
    if _is_fact(activity):
        return fill('<p class="activity__facts">{}</p>', words)
    return fill('<p class="activity__facts"><a href="{}">{}</a></p>', mail_home(activity), words)


def mail_home(activity: Activity) -> str:
    """The thread; of a mere fact the contact it is about, since most of its readers have no way to the mail."""
    if not _is_fact(activity):
        return reverse("messaging:thread", args=[activity.facts["thread"]])
    link = activity.participants.filter(via_employer=False).order_by("pk").first()
    if link is None:
        return reverse("activities:all")
    return f"{reverse('contacts:entity', args=[link.entity_id])}#activity-{activity.pk}"


def _is_fact(activity: Activity) -> bool:
    return activity.visibility == activity.Visibility.PUBLIC or "thread" not in activity.facts
