"""A user for each person that an import brings, where that is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from apps.accounts.services.invitations import invite_user
from apps.accounts.services.users import EmailTaken
from apps.contacts.models import Entity
from apps.contacts.services.imports.drafts import Draft
from apps.contacts.services.users import make_user_for
from apps.core.models import Operation
from apps.core.services.operations import recording

if TYPE_CHECKING:
    from apps.accounts.models import User

ROLES = ("dealer",)  # the portal alone; more is given by hand


def invite(drafts: Sequence[Draft], *, actor: User, operation: Operation, now: datetime) -> int:
    """Make a portal user of each person with an e-mail address that nobody signs in with yet; return how many.

    Each gets a mail with a link to choose a password, where the settings name the site's address.
    """
    ids = [draft.entity_id for draft in drafts if draft.values["kind"] == Entity.Kind.PERSON]
    made = 0
    with recording(operation, now=now):
        for person in Entity.objects.filter(pk__in=ids, user=None).exclude(primary_email="").order_by("pk"):
            try:
                with transaction.atomic():
                    user = make_user_for(actor=actor, entity=person, email=person.primary_email, roles=ROLES, now=now)
                    if settings.RAPPORT_SITE_URL:  # without it an invitation would lead nowhere
                        invite_user(actor=actor, user=user, site=settings.RAPPORT_SITE_URL, now=now)
            except (EmailTaken, ValidationError):
                continue
            made += 1
    return made
