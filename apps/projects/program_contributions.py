"""What programs of groups add: who hears events, words of what was done. See docs/extending.md."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.accounts.services.receiver_mails import mail_of_trouble
from apps.core.contributions import WebhookAudience, verbs, webhook_audiences
from apps.core.models import WebhookEndpoint
from apps.projects.models import Membership
from apps.projects.services import group_events
from apps.projects.services.group_receivers import page_of

VERBS = {
    "group.bot_added": gettext_lazy("Bot made in a group"),
    "group.bot_changed": gettext_lazy("Bot of a group changed"),
    "group.bot_key_renewed": gettext_lazy("Key of a bot renewed"),
}


def register() -> None:
    """Called once, when the app is ready."""
    for verb, words in VERBS.items():
        verbs.register(verb, words)
    audience = WebhookAudience(group_events.TYPES, group_events.render, _tell_managers)
    webhook_audiences.register(group_events.AUDIENCE, audience)


def _tell_managers(endpoint: WebhookEndpoint, now: datetime) -> None:
    managers = Membership.objects.present().filter(
        group=group_events.group_of(endpoint.audience), role__in=(Membership.Role.OWNER, Membership.Role.ADMIN)
    )
    people = User.objects.filter(pk__in=managers.values("user"), is_active=True)
    mail_of_trouble(endpoint, people.select_related("preferences"), page_of(endpoint), now)
