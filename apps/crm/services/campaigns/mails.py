"""One recipient's mail out of a campaign: filled, with its way out below, its links sealed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.html import format_html
from django.utils.translation import gettext as _

from apps.contacts.models import Entity, Unit
from apps.core.services.outbox import Envelope
from apps.crm.models import Campaign
from apps.crm.services.campaigns.links import links_in, picture_of, with_counted_links, with_written_links
from apps.crm.services.mailings import mailing_headers, preferences_url, unsubscribe_url
from apps.messaging.recipients import on_the_wire
from apps.messaging.selectors.sending import plain_only
from apps.messaging.services.bodies import as_text
from apps.messaging.services.contexts.contacts import values_at
from apps.messaging.services.outgoing import Outgoing, build_message, new_message_id
from apps.messaging.services.template_context import context_of
from apps.messaging.services.template_contexts import SHARED
from apps.messaging.services.template_language import TemplateProblem, render

if TYPE_CHECKING:
    from apps.accounts.models import User

TRANSPORT = "campaign"


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whose mail it is; `recipient_id` is None for a test, of which nothing is counted."""

    name: str
    address: str
    recipient_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Words:
    subject: str
    body: str


class Press:
    """Makes mails of one campaign for contacts that are known by now, as `user` signs them."""

    def __init__(
        self,
        campaign: Campaign,
        *,
        user: User,
        entity_ids: Collection[int],
        addresses: Collection[str],
        now: datetime,
    ) -> None:
        self.campaign, self.now = campaign, now
        self._plain = set(plain_only(addresses, user=user))
        self._shared = context_of(user, SHARED, None, campaign.language, now=now)
        self._entities = Entity.objects.live().defer("search_text", "notes").in_bulk(list(entity_ids))
        units = Unit.objects.filter(entity__in=self._entities, is_primary=True).order_by("entity", "-pk")
        self._units = {unit.entity_id: unit for unit in units}
        self._links = {url: number for number, url in enumerate(links_in(campaign.body))}
        self._sender = sender_of(campaign)

    def mail(self, addressee: Addressee, *, variant: str, entity_id: int | None, mark: str = "") -> Envelope:
        """Raises ValidationError where there is no such contact any more, or its words can't be filled."""
        entity = self._entities.get(entity_id or 0)
        if entity is None:
            raise ValidationError(_("The contact is gone."))
        campaign = self.campaign
        subject, body = self._filled(entity, campaign.subject_of(variant))
        with translation.override(campaign.language):
            foot, headers = self._way_out(addressee.address)
        seen = body
        if addressee.recipient_id is not None:
            if campaign.tracks_clicks:
                seen = with_counted_links(seen, self._links, addressee.recipient_id)
            if campaign.tracks_opens:
                foot += picture_of(addressee.recipient_id)
        message_id = new_message_id(self._sender[1])
        raw = build_message(
            Outgoing(
                message_id=message_id,
                sender=self._sender,
                to=[(addressee.name, addressee.address)],
                subject=f"{mark}{subject}",
                text=as_text(with_written_links(f"{body}{foot}")),
                html="" if addressee.address.lower() in self._plain else f"{seen}{foot}",
                sent_at=self.now,
            )
        )
        return Envelope(
            sender=on_the_wire(self._sender[1]),
            recipients=[on_the_wire(addressee.address)],
            message_id=f"<{message_id}>",
            raw=b"".join(f"{name}: {value}\r\n".encode("ascii") for name, value in headers.items()) + raw,
            transport=TRANSPORT,
            line=str(campaign.account_id or ""),
            scope=campaign.scope if addressee.recipient_id is not None else "",
        )

    def _filled(self, entity: Entity, subject: str) -> tuple[str, str]:
        language = self.campaign.language
        values: Mapping[str, Any] = self._shared | {"contact": values_at(entity, self._units.get(entity.pk), language)}
        try:
            rendered = render(_Words(subject, self.campaign.body), values, language=language)
        except TemplateProblem as problem:
            raise ValidationError(_("The words can't be filled: %(why)s") % {"why": problem}) from problem
        if rendered.missing:
            raise ValidationError(_("Not known of this contact: %(names)s") % {"names": ", ".join(rendered.missing)})
        return rendered.subject, rendered.body_html

    def _way_out(self, address: str) -> tuple[str, dict[str, str]]:
        """What stands below the words, and the headers by which mail programs offer the same."""
        of_this: dict[str, Any] = {"address": address, "topic": self.campaign.topic, "origin": self.campaign.origin}
        headers = {**mailing_headers(**of_this), "Precedence": "bulk"}
        leave, choose = unsubscribe_url(**of_this), preferences_url(**of_this)
        if not leave:
            return "", headers
        words = _("You get this mail from %(house)s because we are in touch.") % {"house": settings.RAPPORT_NAME}
        foot = format_html(
            '<hr><p><small>{} <a href="{}">{}</a> · <a href="{}">{}</a></small></p>',
            words,
            leave,
            _("Unsubscribe"),
            choose,
            _("Choose what you get"),
        )
        return str(foot), headers


def sender_of(campaign: Campaign) -> tuple[str, str]:
    """Name and address that the campaign comes from."""
    if campaign.account is not None:
        return campaign.account.display_name, campaign.account.address
    return parseaddr(settings.DEFAULT_FROM_EMAIL)
