"""The mail that lets a new user choose a password."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urljoin

from allauth.account import app_settings as account_settings
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from apps.accounts import permissions
from apps.accounts.models import User
from apps.accounts.preferences import reading_as
from apps.accounts.services.audit import record_event


@transaction.atomic
def invite_user(*, actor: User | None, user: User, site: str, now: datetime) -> None:
    """Send `user` a link to set a password with, good for three days; another call sends another one.

    `site` is the address of the house ("https://rapport.example/"). The mail waits in the outbox until the
    transaction is through. Raises PermissionDenied.
    """
    if actor is not None and not permissions.can_change_settings(actor):
        raise PermissionDenied
    if not user.is_active or user.is_bot:
        raise PermissionDenied
    key = account_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})
    context = {
        "user": user,
        "actor": actor,
        "site_name": settings.RAPPORT_NAME,
        "link": urljoin(site, path),
        "days": settings.PASSWORD_RESET_TIMEOUT // 86_400,
    }
    with reading_as(user):
        subject = render_to_string("accounts/mail/invitation_subject.txt", context).strip()
        body = render_to_string("accounts/mail/invitation_body.txt", context)
    send_mail(subject, body, None, [user.email])
    record_event(actor=actor, verb="user.invited", now=now, record=user)
