"""What `manage.py check --deploy` says about the settings of the house."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register

from apps.core.dkim import UnreadableKey, private_key


@register(Tags.security, deploy=True)
def dkim_key_is_there(**_: Any) -> list[CheckMessage]:
    if not settings.RAPPORT_DKIM_DOMAIN:
        return []
    try:
        private_key()
    except UnreadableKey:
        hint = "RAPPORT_DKIM_KEY or RAPPORT_DKIM_KEY_FILE holds a private key of RSA or Ed25519 in PEM."
        return [Warning("The DKIM key can't be read: mailings go out unsigned.", hint=hint, id="rapport.W001")]
    return []
