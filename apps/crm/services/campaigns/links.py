"""Addresses in a campaign's words: which ones are counted, and the sealed ones that stand for them in each mail."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from urllib.parse import urljoin

from django.conf import settings
from django.core.signing import BadSignature, Signer

DOOR = "/m/"
MOST = 200  # counted ones in a campaign; more stay as they are
_LONGEST = 2000
_HREF = re.compile(r'(<a\b[^>]*?\bhref=")([^"]*)(")', re.IGNORECASE)
_LINK = re.compile(r'(<a\b[^>]*?\bhref="(https?://[^"]*)"[^>]*>((?:(?!</a>).)*))</a>', re.IGNORECASE | re.DOTALL)
_OF_THE_WEB = re.compile(r"https?://[^\s]+", re.IGNORECASE)
_CLICK, _OPEN = Signer(sep=".", salt="crm.campaign.click"), Signer(sep=".", salt="crm.campaign.open")


def links_in(body: str) -> list[str]:
    """The addresses of the web in the words, each once; those that are filled in for each reader aren't counted."""
    found = (html.unescape(each[2]).strip() for each in _HREF.finditer(body))
    fixed = [url for url in found if _OF_THE_WEB.fullmatch(url) and "{" not in url and len(url) <= _LONGEST]
    return list(dict.fromkeys(fixed))[:MOST]


def with_written_links(body: str) -> str:
    """The body with each address beside its words, for who reads plain text."""
    return _LINK.sub(lambda found: found[0] if found[2] in found[3] else f"{found[1]} ({found[2]})</a>", body)


def with_counted_links(body: str, links: Mapping[str, int], recipient_id: int) -> str:
    """The filled body with a sealed address in place of each of `links` (their positions by address)."""

    def sealed(found: re.Match[str]) -> str:
        position = links.get(html.unescape(found[2]).strip())
        if position is None:
            return found[0]
        return f"{found[1]}{html.escape(click_url(recipient_id, position))}{found[3]}"

    return _HREF.sub(sealed, body) if links and settings.RAPPORT_SITE_URL else body


def picture_of(recipient_id: int) -> str:
    """The picture that tells when a mail was opened; "" where the house doesn't allow it, or has no address."""
    if not (settings.RAPPORT_TRACK_OPENS and settings.RAPPORT_SITE_URL):
        return ""
    url = urljoin(settings.RAPPORT_SITE_URL, f"{DOOR}open/{_OPEN.sign(str(recipient_id))}/")
    return f'<img src="{html.escape(url)}" width="1" height="1" alt="">'


def click_url(recipient_id: int, position: int) -> str:
    token = _CLICK.sign(f"{recipient_id}-{position}")
    return str(urljoin(settings.RAPPORT_SITE_URL, f"{DOOR}{token}/"))


def clicked(token: str) -> tuple[int, int] | None:
    """The recipient's id and the link's position; None for what wasn't sealed here."""
    try:
        recipient, _sign, position = _CLICK.unsign(token).partition("-")
    except BadSignature:
        return None
    return int(recipient), int(position)


def opened(token: str) -> int | None:
    """The recipient's id; None for what wasn't sealed here."""
    try:
        return int(_OPEN.unsign(token))
    except BadSignature:
        return None
