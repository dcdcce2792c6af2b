"""What a mailing bears so that its reader can leave it: RFC 2369, RFC 2919 and RFC 8058, and the links in its text."""

from __future__ import annotations

from email.header import Header
from urllib.parse import quote, urljoin, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from apps.crm.models import MailingTopic
from apps.crm.models.mailings import scope_of
from apps.crm.services.mailings.tokens import Letter, seal

DOOR = "/unsubscribe/"
ONE_CLICK = "List-Unsubscribe=One-Click"  # RFC 8058, section 3.1


def mailing_headers(*, address: str, topic: MailingTopic | None, origin: str) -> dict[str, str]:
    """The headers of one mail to one `address`, in ASCII; `origin` tells which mailing it is ("campaign:7").

    Without HTTPS there is no one-click, as RFC 8058 wants it; without an address of the site there is no link at all
    (`one_click_trouble` says so).
    """
    link = unsubscribe_url(address=address, topic=topic, origin=origin)
    ways = [f"<{link}>"] if link else []
    if settings.RAPPORT_UNSUBSCRIBE_ADDRESS:
        token = _token(address, topic, origin)
        ways.append(f"<mailto:{quote(settings.RAPPORT_UNSUBSCRIBE_ADDRESS, safe='@')}?subject=unsubscribe%20{token}>")
    headers = {"List-Id": _list_id(topic)}
    if ways:
        headers["List-Unsubscribe"] = ", ".join(ways)
    if link.startswith("https://"):
        headers["List-Unsubscribe-Post"] = ONE_CLICK
    return headers


def unsubscribe_url(*, address: str, topic: MailingTopic | None, origin: str) -> str:
    """Where one mail's reader leaves its mailings; "" where the house doesn't know its own address."""
    site: str = settings.RAPPORT_SITE_URL
    if not site:
        return ""
    return urljoin(site, f"{DOOR}{_token(address, topic, origin)}/")


def preferences_url(*, address: str, topic: MailingTopic | None, origin: str) -> str:
    """Where they choose among the topics; "" as above."""
    link = unsubscribe_url(address=address, topic=topic, origin=origin)
    return f"{link}topics/" if link else ""


def one_click_trouble() -> str:
    """Why mailings that leave this house can't be left by one click, in words for a person; "": they can."""
    if not settings.RAPPORT_SITE_URL:
        return _("Rapport doesn't know its own address, so mailings would have no link to leave them by.")
    if not settings.RAPPORT_SITE_URL.startswith("https://"):
        return _("Rapport is not reached by HTTPS, so mail programs offer no button to leave a mailing.")
    return ""


def _token(address: str, topic: MailingTopic | None, origin: str) -> str:
    return seal(Letter(address=address, scope=scope_of(topic), origin=origin))


def _list_id(topic: MailingTopic | None) -> str:
    """RFC 2919: a phrase, and a name below the site's own."""
    label = f"{topic.key}.mailings" if topic else "mailings"
    host = urlsplit(settings.RAPPORT_SITE_URL).hostname or "localhost"
    title = topic.title if topic else settings.RAPPORT_NAME
    plain = " ".join(title.replace("\\", " ").replace('"', " ").split())
    phrase = f'"{plain}"' if plain.isascii() else Header(plain, "utf-8", maxlinelen=10_000).encode()
    return f"{phrase} <{label}.{host}>"
