"""Home as its reader has it once all cards have come."""

from __future__ import annotations

import html
import re

from django.test import Client


def card_addresses(client: Client) -> list[str]:
    page = client.get("/").text
    return [html.unescape(url) for url in re.findall(r'hx-get="(/home/card/[^"]+)"', page)]


def whole_home(client: Client) -> str:
    cards = [client.get(url, headers={"HX-Request": "true"}) for url in card_addresses(client)]
    assert {card.status_code for card in cards} <= {200}
    return client.get("/").text + "".join(card.text for card in cards)
